"""
The bindings file: which alias a WWID has, for good.

Strategy: the file is read as multipath-tools reads it, line by line, and nothing in it is an error of the whole. What
is written keeps every line that was there, comments and nonsense included, and puts new ones where they sort: by the
length of the alias, then by its bytes, so that ``mpathz`` stands before ``mpathaa``.

A line that is not used still reserves its alias: it is given to no other WWID.

Source: multipath-tools ``libmultipath/alias.c``, 0.9.4 and 0.14.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from .. import errors
from ..config.finding import Finding
from ..dm.name import checked_name, checked_uuid
from .ownership import UUID_PREFIX
from .remarks import Remarks, raw, shown, text

HEADER: Final = (
    b"# Multipath bindings, Version : 1.0\n"
    b"# NOTE: this file is automatically maintained by the multipath program.\n"
    b"# You should not need to edit this file in normal circumstances.\n"
    b"#\n"
    b"# Format:\n"
    b"# alias wwid\n"
    b"#\n"
)
LONGEST_WWID: Final = 127  # bytes; multipath-tools holds no longer one


@dataclass(frozen=True, slots=True)
class Bindings:
    """
    What one bindings file says.

    Attributes:
        data: The file.
        file: Its name.
        by_alias: The WWID of each alias.
        by_wwid: The alias of each WWID; of several the one that sorts first, as multipath-tools takes it.
        reserved: Aliases of lines that are not used.
        overruled: Those of them that the configuration gives to another WWID; a change makes comments of their lines.
        findings: What there is to say about the lines.
    """

    data: bytes = field(default=b"", repr=False)
    file: str = "bindings"
    by_alias: Mapping[str, str] = field(default_factory=dict)
    by_wwid: Mapping[str, str] = field(default_factory=dict)
    reserved: frozenset[str] = frozenset()
    overruled: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()

    def without(self, configured: Mapping[str, str]) -> "Bindings":
        """Return them less those whose alias is configured for another WWID; ``configured`` is WWID to alias."""
        owners = owners_of(configured)
        kept = {alias: wwid for alias, wwid in self.by_alias.items() if owners.get(alias, wwid) == wwid}
        remarks = Remarks(self.file)
        dropped = frozenset(self.by_alias) - kept.keys()
        for alias in sorted(dropped):
            remarks.error(
                0,
                "alias-configured",
                f"alias {shown(alias)} is bound to {shown(self.by_alias[alias])}, but multipath.conf gives it to "
                f"{shown(owners[alias])}: the binding is not used",
            )
        findings = (*self.findings, *remarks.found)
        reserved, overruled = self.reserved | dropped, self.overruled | dropped
        return Bindings(self.data, self.file, kept, _by_wwid(kept), reserved, overruled, findings)

    def yielding_to(self, bindings: Mapping[str, str]) -> "Bindings":
        """Return them with a comment for each line that contradicts ``bindings``, alias to WWID."""
        bound = frozenset(bindings.values())

        def contradicts(words: list[str]) -> bool:
            alias, wwid = [*words, "", ""][:2]
            return (alias in bindings or wwid in bound) and bindings.get(alias) != wwid

        lines = [b"# " + line if contradicts(_words(line)) else line for line in self.data.split(b"\n")]
        return parse_bindings(b"\n".join(lines), self.file)

    def added(self, bindings: Mapping[str, str]) -> bytes:
        """
        Return the file with more bindings, alias to WWID; those that it has already are left as they are.

        Raises:
            BindingConflict: an alias or a WWID is bound otherwise.
            NameRefused: an alias that is no name of a map, or a WWID that is no part of its uuid.
        """
        new = {alias: wwid for alias, wwid in bindings.items() if self.by_alias.get(alias) != wwid}
        for alias, wwid in new.items():
            refuse_unusable(alias, wwid)
        if conflicts := self._conflicts(new):
            raise errors.BindingConflict(f"{self.file}: nothing was changed", conflicts)
        return self._inserted(new) if new else self.data

    def _conflicts(self, new: Mapping[str, str]) -> list[str]:
        conflicts, taken = [], dict(self.by_wwid)
        for alias, wwid in new.items():
            if alias in self.by_alias:
                conflicts.append(f"alias {alias} for {wwid} is bound to {shown(self.by_alias[alias])}")
            if taken.setdefault(wwid, alias) != alias:
                conflicts.append(f"{wwid} for alias {alias} is bound as {shown(taken[wwid])}")
        return conflicts

    def _inserted(self, new: Mapping[str, str]) -> bytes:
        lines = self.data.split(b"\n")
        if not lines[-1]:
            lines.pop()
        if not self.data.startswith(HEADER):
            lines[:0] = HEADER.split(b"\n")[:-1]
        places, highest = _places(lines)
        inserts: dict[int, list[bytes]] = {}
        for alias, wwid in sorted(new.items(), key=lambda each: order(each[0])):
            place = places[bisect_right(highest, order(alias))]
            inserts.setdefault(place, []).append(raw(f"{alias} {wwid}"))
        out = []
        for number, line in enumerate(lines):
            overruled = self.overruled and self.overruled.intersection(_words(line)[:1])
            out += [*inserts.get(number, ()), b"# " + line if overruled else line]
        return b"\n".join([*out, *inserts.get(len(lines), ()), b""])


def parse_bindings(data: bytes, file: str = "bindings") -> Bindings:
    r"""
    Read a bindings file; whatever it holds, this succeeds.

    Args:
        data: The file.
        file: Its name, for the findings.

    Returns:
        `Bindings`; ``data`` is the argument.

    Source: multipath-tools ``libmultipath/alias.c``, ``read_binding()`` and what calls it.

    >>> parse_bindings(b"mpatha 36001  # the first\n").by_alias
    {'mpatha': '36001'}
    """
    remarks = Remarks(file)
    by_alias: dict[str, str] = {}
    reserved: set[str] = set()
    if data and not data.startswith(HEADER):
        remarks.warning(1, "no-header", "the comment that begins such files is missing: the next change adds it")
    for number, line in enumerate(data.split(b"\n"), 1):
        words = _words(line)
        if not words:
            continue
        alias, fault = words[0], _fault(words)
        if fault is None and by_alias.setdefault(alias, words[1]) != words[1]:
            fault = "alias-bound-twice", f"alias {shown(alias)} is bound to {shown(by_alias[alias])} above"
        if fault is not None:
            remarks.error(number, fault[0], f"{fault[1]}: the line is not used")
            reserved.add(alias)
        elif len(words) > 2 or b"\0" in line:
            remarks.warning(number, "extra-words", "only the first two words are used: alias and WWID")
    if _words(data[data.rfind(b"\n") + 1 :]):
        remarks.warning(data.count(b"\n") + 1, "no-line-end", "the last line has no end, so its WWID may be cut short")
    _note_twice_bound(by_alias, remarks)
    return Bindings(data, file, by_alias, _by_wwid(by_alias), frozenset(reserved), findings=tuple(remarks.found))


def owners_of(configured: Mapping[str, str]) -> dict[str, str]:
    """Return the WWID of each alias of ``multipaths``: of several that want one, the first by its bytes has it."""
    return {alias: wwid for wwid, alias in sorted(configured.items(), key=lambda each: raw(each[0]), reverse=True)}


def carried_over(data: bytes, late: bytes) -> bytes:
    """
    Return a bindings file with the lines that another program appended to the file which it replaced.

    A line that contradicts the file is kept as a line all the same: it is not used, and the finding says so.
    """
    there = frozenset(data.split(b"\n"))
    lines = [line for line in late.split(b"\n") if line and line not in there]
    if not lines:
        return data
    return b"\n".join([data.removesuffix(b"\n"), *lines, b""])


def order(alias: str) -> tuple[int, bytes]:
    """Return what aliases are sorted by: their length, then their bytes."""
    encoded = raw(alias)
    return len(encoded), encoded


def refuse_unusable(alias: str, wwid: str) -> None:
    """
    Refuse what a binding cannot hold, or no map can be called.

    Raises:
        NameRefused: with the character or the length at fault.
    """
    checked_name(alias)
    refuse_unusable_wwid(wwid)
    if "#" in alias + wwid:
        raise errors.NameRefused(f"binding of {alias!r} to {wwid!r}: '#' begins a comment in the bindings file")


def refuse_unusable_wwid(wwid: str) -> None:
    """
    Refuse a WWID that no map's uuid can hold.

    Raises:
        NameRefused: empty, too long, or with a character that a uuid cannot have.
    """
    if not wwid:
        raise errors.NameRefused("WWID '': it is empty; a map is known by its WWID")
    checked_uuid(UUID_PREFIX + wwid)


def _words(line: bytes) -> list[str]:
    # Programs in C see the line end at a NUL, multipath-tools at a comment or a carriage return.
    for end in (b"\0", b"#", b"\r"):
        line = line.partition(end)[0]
    return [text(word) for word in line.replace(b"\t", b" ").split(b" ") if word]


def _fault(words: list[str]) -> tuple[str, str] | None:
    if len(words) == 1:
        return "no-wwid", f"alias {shown(words[0])} has no WWID"
    if len(raw(words[1])) > LONGEST_WWID:
        return "long-wwid", f"the WWID has {len(raw(words[1]))} bytes, more than {LONGEST_WWID}"
    try:
        checked_name(words[0])
    except errors.NameRefused:
        return "unusable-alias", f"no map can be called {shown(words[0])}"
    return None


def _note_twice_bound(by_alias: Mapping[str, str], remarks: Remarks) -> None:
    chosen = _by_wwid(by_alias)
    for alias, wwid in by_alias.items():
        if chosen[wwid] != alias:
            message = f"{shown(wwid)} is bound as {shown(chosen[wwid])} and as {shown(alias)}: the first is used"
            remarks.warning(0, "wwid-bound-twice", message)


def _by_wwid(by_alias: Mapping[str, str]) -> dict[str, str]:
    first: dict[str, str] = {}
    for alias in sorted(by_alias, key=order):
        first.setdefault(by_alias[alias], alias)
    return first


def _places(lines: list[bytes]) -> tuple[list[int], list[tuple[int, bytes]]]:
    """
    Return where a new binding may stand, and the highest order of the bindings before each of these places.

    The places are those behind each binding, and one behind the comments that begin the file; in a file that is not
    sorted a new binding stands before the first that sorts behind it, wherever others stand.
    """
    places = [HEADER.count(b"\n")]
    highest: list[tuple[int, bytes]] = []
    for number, line in enumerate(lines):
        if words := _words(line):
            places.append(number + 1)
            highest.append(max(order(words[0]), highest[-1]) if highest else order(words[0]))
    return places, highest
