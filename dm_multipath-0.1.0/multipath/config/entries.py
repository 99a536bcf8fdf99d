"""
The entries of ``devices``, ``multipaths`` and ``overrides``: those that are for the same become one.

Strategy: an entry that comes later wins, option by option. Of two device entries the merged one stands where the later
one stood, and multipath entries are put in the order of their WWIDs: so multipathd has them, and its order decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .assignment import Assignment
from .entry import DeviceEntry, MultipathEntry, ProtocolEntry
from .finding import shown
from .pattern import Pattern
from .remarks import Remarks
from .schema import PROTOCOLS, Scope
from .setting import Layer, Origin, Setting
from .tree import Section, Statement

_Triple = tuple[str, str, str | None]


@dataclass(slots=True)
class _Device:
    """A device entry, its expressions as they are written."""

    matches: dict[str, Statement]
    settings: dict[str, Setting]
    origin: Origin


class Devices:
    """The entries of ``devices`` of all files."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._entries: dict[_Triple, _Device] = {}

    def read(self, section: Section) -> None:
        """Read one entry."""
        filled = Assignment(self._remarks, Scope.DEVICE, {}).read(section)
        matches = {word: statement.value for word, statement in filled.matches.items()}
        if "vendor" not in matches or "product" not in matches:
            message = "a device without a vendor and a product is for none, and is not read"
            self._remarks.tell(section.line, section.column, "incomplete-device", message)
            return
        key = matches["vendor"], matches["product"], matches.get("revision")
        origin = Origin(Layer.DEVICES, self._remarks.file, section.line)
        entry = _Device(filled.matches, filled.settings, origin)
        if (same := self._entries.pop(key, None)) is not None:
            if same.origin.file == origin.file:
                message = f"this device was there in line {same.origin.line}; the two become one"
                self._remarks.tell(section.line, section.column, "duplicate-device", message)
            entry = _Device(same.matches | entry.matches, same.settings | entry.settings, origin)
        self._entries[key] = entry

    def done(self) -> Iterator[DeviceEntry]:
        """Return the entries, in order; those that can match nothing are not among them."""
        for entry in self._entries.values():
            patterns = {word: self._pattern(entry, statement) for word, statement in entry.matches.items()}
            vendor, product = patterns["vendor"], patterns["product"]
            if vendor and product and None not in patterns.values():
                yield DeviceEntry(
                    vendor, product, patterns.get("revision"), patterns.get("product_blacklist"), entry.settings,
                    entry.origin,
                )  # fmt: skip

    def _pattern(self, entry: _Device, statement: Statement) -> Pattern | None:
        try:
            return Pattern(statement.value)
        except ValueError as error:
            message = f"{statement.keyword}: {shown(statement.value)} is {error}; the device matches nothing"
            file = entry.origin.file or ""
            place = statement.line, statement.start + 1
            finding = self._remarks.tell_of(file, *place, "bad-expression", message)
            # multipathd makes a rule of it before anything is matched, and gives up when that fails, whatever the file.
            if "product_blacklist" in entry.matches and statement.keyword in ("vendor", "product_blacklist"):
                self._remarks.fatal.append(finding)
            return None


class Multipaths:
    """The entries of ``multipaths`` of all files."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._entries: dict[str, MultipathEntry] = {}

    def read(self, section: Section) -> None:
        """Read one entry."""
        filled = Assignment(self._remarks, Scope.MULTIPATH, {}).read(section)
        if "wwid" not in filled.matches:
            message = "a multipath without a wwid is for none, and is not read"
            self._remarks.tell(section.line, section.column, "incomplete-multipath", message)
            return
        wwid = filled.matches["wwid"].value
        entry = MultipathEntry(wwid, filled.settings, Origin(Layer.MULTIPATHS, self._remarks.file, section.line))
        if (same := self._entries.get(wwid)) is not None:
            if same.origin.file == entry.origin.file:
                message = f"this multipath was there in line {same.origin.line}; the two become one"
                self._remarks.tell(section.line, section.column, "duplicate-multipath", message)
            entry = replace(entry, settings={**same.settings, **entry.settings})
        self._entries[wwid] = entry

    def done(self) -> Iterator[MultipathEntry]:
        """Return the entries, in the order of their WWIDs; of two with one alias, the first keeps it."""
        aliases: dict[object, Origin] = {}
        for _, entry in sorted(self._entries.items()):
            alias = entry.settings.get("alias")
            if alias is None or alias.value not in aliases:
                if alias is not None:
                    aliases[alias.value] = alias.origin
                yield entry
                continue
            first = aliases[alias.value]
            message = f"the alias {shown(alias.text)} is taken by {first}; this multipath has none"
            self._remarks.tell_of(alias.origin.file or "", alias.origin.line, 0, "duplicate-alias", message)
            yield replace(entry, settings={name: one for name, one in entry.settings.items() if name != "alias"})


class Protocols:
    """The entries of ``overrides``, of all files."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._entries: dict[str, ProtocolEntry] = {}

    def read(self, section: Section) -> None:
        """Read one entry."""
        filled = Assignment(self._remarks, Scope.PROTOCOL, {}).read(section)
        kind = filled.matches.get("type")
        if kind is None:
            message = "a protocol without a type is for none, and is not read"
            self._remarks.tell(section.line, section.column, "incomplete-protocol", message)
        elif kind.value not in PROTOCOLS:
            message = f"type: {shown(kind.value)} is no protocol; this section is not read"
            self._remarks.tell(kind.line, kind.start + 1, "bad-value", message)
        else:
            self._add(section, kind.value, filled.settings)

    def _add(self, section: Section, kind: str, settings: dict[str, Setting]) -> None:
        entry = ProtocolEntry(kind, settings, Origin(Layer.PROTOCOL, self._remarks.file, section.line))
        if (same := self._entries.get(kind)) is not None:
            if same.origin.file == entry.origin.file:
                message = f"{kind} was there in line {same.origin.line}; the two become one"
                self._remarks.tell(section.line, section.column, "duplicate-protocol", message)
            entry = replace(entry, settings={**same.settings, **entry.settings})
        self._entries[kind] = entry

    def done(self) -> Iterator[ProtocolEntry]:
        """Return the entries, in order."""
        return iter(self._entries.values())
