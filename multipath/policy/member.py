"""
A path as a candidate for a map: what is known of it at this moment.

Strategy: a plan must not depend on the order in which paths were found. So all decisions go through them in one order
of their own: by host, channel, target and unit, as numbers, and by device number where there is no such address.
multipath-tools meets them nearly so, as udev lists sysfs. Names tell who was faster at boot.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..paths.path import Path
from ..paths.state import PathState
from .prioritizer import Prioritizer

_ENABLED: Final = frozenset({PathState.UP, PathState.GHOST})
_OF_SCSI: Final = {"running": PathState.UP, "blocked": PathState.PENDING, "quiesce": PathState.PENDING}
_OF_NVME: Final = {"live": PathState.UP, "new": PathState.PENDING, "deleting": PathState.PENDING}
_OF_BUS: Final = {"scsi": _OF_SCSI, "nvme": _OF_NVME}
_MOST: Final = 1 << 32  # sorts behind all hosts


@dataclass(frozen=True, slots=True)
class Member:
    """
    A path of a map, or one that could be.

    Attributes:
        path: The path.
        priority: The higher the better; -1 where its prioritizer could not tell, ``None`` where nobody has asked yet.
        state: Its state; `state_of` says what it is before any checker looked.
        marginal: Whether it is to be used only when no other path is left.
        prioritizer: Who decides the priority.
        why: What the priority rests on.
    """

    path: Path
    priority: int | None
    state: PathState
    marginal: bool = False
    prioritizer: Prioritizer | None = field(default=None, repr=False)
    why: str = field(default="", compare=False)

    def __str__(self) -> str:
        """Return the path with its state and priority, and what that rests on."""
        priority = "unknown" if self.priority is None else str(self.priority)
        by = f" by {self.prioritizer.name}" if self.prioritizer else ""
        why = f" ({self.why})" if self.why else ""
        return f"{self.path.name} {self.state}, priority {priority}{by}{why}"

    @property
    def enabled(self) -> bool:
        """Whether the path counts for its group."""
        return self.state in _ENABLED


def state_of(path: Path) -> PathState:
    """
    Return the state of a path that no checker has looked at.

    What the kernel lets run is taken to be up: a plan has to start from something, and the map's monitor will see.
    """
    known = _OF_BUS.get(path.bus)
    if known is None or path.state is None:
        return PathState.UP
    return known.get(path.state, PathState.DOWN)


def in_order(members: Iterable[Member]) -> list[Member]:
    """Return the members in the order in which decisions go through them."""
    return sorted(members, key=lambda member: place(member.path))


def place(path: Path) -> tuple[int, ...]:
    """Return what paths are sorted by."""
    if path.hctl is None:
        return (_MOST, _MOST if path.host is None else path.host, path.devt)
    try:
        return (*map(int, path.hctl.split(":")), path.devt)
    except ValueError:
        return (_MOST, _MOST, path.devt)
