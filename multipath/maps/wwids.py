"""
The wwids file: which WWIDs had a map once, and are therefore known to be multipathed.

Each stands as ``/wwid/`` on its line; one that is removed gets a ``#`` for its first slash.

Source: multipath-tools ``libmultipath/wwids.c``.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from ..config.finding import Finding
from .bindings import LONGEST_WWID, refuse_unusable_wwid
from .patch import Patch, appended, last_line
from .remarks import Remarks, raw, shown, text

HEADER: Final = (
    b"# Multipath wwids, Version : 1.0\n"
    b"# NOTE: This file is automatically maintained by multipath and multipathd.\n"
    b"# You should not need to edit this file in normal circumstances.\n"
    b"#\n"
    b"# Valid WWIDs:\n"
)
_LINE: Final = re.compile(rb"/([^/\n]*)/")


@dataclass(frozen=True, slots=True)
class Wwids:
    """
    What one wwids file says.

    Attributes:
        data: The file.
        file: Its name.
        wwids: The WWIDs, in the order of the file.
        findings: What there is to say about the lines.
    """

    data: bytes = field(default=b"", repr=False)
    file: str = "wwids"
    wwids: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    _known: frozenset[str] = field(default=frozenset(), repr=False, compare=False)

    def __contains__(self, wwid: object) -> bool:
        """Tell whether a WWID is in the file."""
        return wwid in self._known

    def adding(self, wwids: Collection[str]) -> tuple[Patch, ...]:
        """
        Return the change that adds those of ``wwids`` that are missing.

        Raises:
            NameRefused: one that no map can have.
        """
        for wwid in wwids:
            refuse_unusable_wwid(wwid)
        start, line = last_line(self.data)
        torn = None if not line or line.startswith(b"#") or _LINE.match(line) else start
        return appended(
            self.data, HEADER, [raw(f"/{each}/") for each in dict.fromkeys(wwids) if each not in self], torn
        )

    def removing(self, wwids: Collection[str]) -> tuple[Patch, ...]:
        """Return the change that removes every line of ``wwids``."""
        gone, offset, patches = {raw(wwid) for wwid in wwids}, 0, []
        for line in self.data.split(b"\n"):
            match = _LINE.match(line)
            if match and match[1] in gone:
                patches.append(Patch(offset, b"#"))
            offset += len(line) + 1
        return tuple(patches)


def parse_wwids(data: bytes, file: str = "wwids") -> Wwids:
    r"""
    Read a wwids file; whatever it holds, this succeeds.

    Args:
        data: The file.
        file: Its name, for the findings.

    Returns:
        `Wwids`; ``data`` is the argument.

    Source: multipath-tools ``libmultipath/wwids.c``, ``lookup_wwid()``.

    >>> "36001" in parse_wwids(b"# Valid WWIDs:\n/36001/\n#36002/\n")
    True
    """
    remarks = Remarks(file)
    found: dict[str, None] = {}
    for number, line in enumerate(data.split(b"\n"), 1):
        match = _LINE.match(line)
        if match is None:
            if line.strip() and not line.startswith(b"#"):
                remarks.error(number, "not-a-wwid", f"{shown(text(line))} is no /wwid/: the line is not used")
        elif not 0 < len(match[1]) <= LONGEST_WWID or b"\0" in match[1]:
            remarks.error(number, "unusable-wwid", f"{shown(text(match[1]))} is no WWID: the line is not used")
        else:
            found[text(match[1])] = None
    return Wwids(data, file, tuple(found), tuple(remarks.found), frozenset(found))
