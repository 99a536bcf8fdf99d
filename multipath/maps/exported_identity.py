"""What an export of this host's names to another root wrote, or would write."""

import enum
from dataclasses import dataclass
from typing import TypedDict


class ExportedMapRecord(TypedDict):
    """
    One map, for JSON.

    Attributes:
        name: Its name.
        wwid: Its identity.
        by: What gives it the name there: ``"binding"``, ``"alias"`` or ``"wwid"``.
    """

    name: str
    wwid: str
    by: str


class ExportedFileRecord(TypedDict):
    """
    One file, for JSON.

    Attributes:
        path: Where it is, from here.
        action: ``"made"``, ``"changed"`` or ``"kept"``.
    """

    path: str
    action: str


class ExportRecord(TypedDict):
    """
    What was exported, for JSON.

    Attributes:
        dest: The root of the target.
        maps: The maps.
        files: The files.
        remarks: What there is to say besides.
    """

    dest: str
    maps: list[ExportedMapRecord]
    files: list[ExportedFileRecord]
    remarks: list[str]


class FileAction(enum.StrEnum):
    """What becomes of a file of the target."""

    MADE = "made"
    CHANGED = "changed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """
    One file of the target.

    Attributes:
        path: Where it is, from here.
        action: What becomes of it.
        before: What it held; nothing where it was not there.
        after: What it holds.
    """

    path: str
    action: FileAction
    before: bytes
    after: bytes

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.path}: {self.action}"


@dataclass(frozen=True, slots=True)
class ExportedMap:
    """
    One map that the target will know by the same name.

    Attributes:
        name: Its name.
        wwid: Its identity.
        by: What gives it the name there: ``binding``, ``alias`` or ``wwid``.
    """

    name: str
    wwid: str
    by: str

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.name} ({self.wwid}), by {self.by}"


@dataclass(frozen=True, slots=True)
class ExportedIdentity:
    """
    What was exported.

    Attributes:
        dest: The root of the target.
        maps: The maps, in the order of their names.
        files: The files, in the order in which they are written.
        remarks: What there is to say besides, one line each.
    """

    dest: str
    maps: tuple[ExportedMap, ...]
    files: tuple[ExportedFile, ...]
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return a line for each map, each file and each remark."""
        return "\n".join(map(str, (*self.maps, *self.files, *self.remarks)))

    def as_record(self) -> ExportRecord:
        """Return it for JSON."""
        return {
            "dest": self.dest,
            "maps": [{"name": each.name, "wwid": each.wwid, "by": each.by} for each in self.maps],
            "files": [{"path": each.path, "action": str(each.action)} for each in self.files],
            "remarks": list(self.remarks),
        }
