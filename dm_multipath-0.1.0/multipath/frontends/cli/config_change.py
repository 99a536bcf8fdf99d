"""
A change of multipath.conf, as a command line says it; pure.

Strategy: the first words say what is done and where, and how many words must follow; so what is missing or too much is
told with the form that was meant, not with the grammar of everything.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from ... import errors
from ...config.tree import Document
from ...config.writer import Place, add_entry, remove_entry, set_option, unset_option

Act = Literal["set", "unset", "add", "remove"]

# The word for a section: its place in the file, and what tells its entries apart.
_SECTIONS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "defaults": ("defaults", ()),
    "overrides": ("overrides", ()),
    "protocol": ("overrides/protocol", ("type",)),
    "device": ("devices/device", ("vendor", "product")),
    "multipath": ("multipaths/multipath", ("wwid",)),
}
_LISTS: Final = {"blacklist": "blacklist", "exceptions": "blacklist_exceptions"}
_RULES: Final = ("devnode", "wwid", "property", "protocol")
_DEVICE: Final = ("vendor", "product")
FORMS: Final = (
    "set defaults|overrides OPTION VALUE",
    "set device VENDOR PRODUCT OPTION VALUE",
    "set multipath WWID OPTION VALUE",
    "set protocol TYPE OPTION VALUE",
    "unset …, the same without VALUE",
    "remove device VENDOR PRODUCT",
    "remove multipath WWID",
    "remove protocol TYPE",
    "blacklist|exceptions add|remove devnode|wwid|property|protocol EXPRESSION",
    "blacklist|exceptions add|remove device VENDOR PRODUCT",
)


@dataclass(frozen=True, slots=True)
class Change:
    """
    One change.

    Attributes:
        act: What is done.
        place: Where.
        option: The option that is set or unset; empty for a whole entry or rule.
        value: What it is set to.
    """

    act: Act
    place: Place
    option: str = ""
    value: str = ""

    def of(self, document: Document) -> Document:
        """
        Return the changed document.

        Raises:
            ConfigError: it cannot be done.
        """
        match self.act:
            case "unset":
                return unset_option(document, self.place, self.option)
            case "remove":
                return remove_entry(document, self.place)
            case "add":
                return self._added(document, {})
        if self.place.matches and not _has(document, self.place):
            return self._added(document, {self.option: self.value})
        return set_option(document, self.place, self.option, self.value)

    def _added(self, document: Document, options: Mapping[str, str]) -> Document:
        if not options and _has(document, self.place):
            return document
        return add_entry(document, self.place.section, {**self.place.matches, **options})


def parse_change(words: Sequence[str]) -> Change:
    """
    Return the change that these words say.

    Raises:
        ArgumentTypeError: they say none.

    >>> parse_change(["set", "multipath", "3600a", "alias", "data"]).place.matches
    {'wwid': '3600a'}
    """
    match list(words):
        case ["set" | "unset" | "remove" as act, str(section), *rest] if section in _SECTIONS:
            return _of_section(act, section, rest)
        case ["blacklist" | "exceptions" as name, "add" | "remove" as act, str(kind), *rest]:
            return _of_list(_LISTS[name], act, kind, rest)
    raise _refused(words)


def with_revision(change: Change, revision: str) -> Change:
    """
    Return the change for the device entry with this ``revision``.

    Raises:
        ArgumentTypeError: it is not about a device entry.
    """
    if change.place.section != "devices/device":
        raise argparse.ArgumentTypeError("--revision goes with a device")
    return replace(change, place=Place(change.place.section, {**change.place.matches, "revision": revision}))


def _has(document: Document, place: Place) -> bool:
    """Tell whether there is such an entry or rule: one that could be removed."""
    try:
        return remove_entry(document, place).lines != document.lines
    except errors.ConfigError:  # it is there, and shares its lines with something else
        return True


def _of_section(act: Literal["set", "unset", "remove"], section: str, rest: list[str]) -> Change:
    place, keys = _SECTIONS[section]
    further = {"set": 2, "unset": 1, "remove": 0}[act]
    if len(rest) != len(keys) + further or (act == "remove" and not keys):
        raise _refused([act, section, *rest])
    matches = dict(zip(keys, rest, strict=False))
    return Change(act, Place(place, matches), *rest[len(keys) :])


def _of_list(name: str, act: Literal["add", "remove"], kind: str, rest: list[str]) -> Change:
    if kind == "device" and len(rest) == len(_DEVICE):
        return Change(act, Place(f"{name}/device", dict(zip(_DEVICE, rest, strict=True))))
    if kind in _RULES and len(rest) == 1:
        return Change(act, Place(name, {kind: rest[0]}))
    raise _refused([name, act, kind, *rest])


def _refused(words: Sequence[str]) -> argparse.ArgumentTypeError:
    first = words[0] if words else ""
    fitting = [form for form in FORMS if first in form.split()[0].split("|")] or FORMS
    return argparse.ArgumentTypeError(f"no change: {' '.join(words)!r}; expected {', or '.join(fitting)}")
