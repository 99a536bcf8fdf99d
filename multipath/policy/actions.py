"""
What is to be done about a map, as values: what `multipath.policy.supervision` decides and a monitor carries out.

Each has its reason, in words that name the option and its value.
"""

import enum
from dataclasses import dataclass

from ..units import DevT


class Subject(enum.StrEnum):
    """What changed its state."""

    PATH = "path"
    CHECKER = "checker"
    GROUP = "group"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Changed:
    """
    A transition that a state machine made; nothing is to be done.

    Attributes:
        subject: Whose machine.
        before: The state before.
        after: The state after.
        devt: The path; ``None`` for a group or the map.
        group: The group, from 1; 0 for a path or the map.
    """

    reason: str
    subject: Subject
    before: str
    after: str
    devt: DevT | None = None
    group: int = 0


@dataclass(frozen=True, slots=True)
class FailPath:
    """Tell the kernel that a path is not to be used."""

    reason: str
    devt: DevT
    silent: bool = False


@dataclass(frozen=True, slots=True)
class ReinstatePath:
    """Tell the kernel that a path is to be used again."""

    reason: str
    devt: DevT


@dataclass(frozen=True, slots=True)
class SwitchGroup:
    """Use another group; from 1."""

    reason: str
    group: int


@dataclass(frozen=True, slots=True)
class EnableGroup:
    """Let a group that the kernel passes by take part again; from 1."""

    reason: str
    group: int


@dataclass(frozen=True, slots=True)
class Queueing:
    """Let I/O without a path wait, or fail."""

    reason: str
    on: bool


@dataclass(frozen=True, slots=True)
class Replan:
    """Plan this map anew and apply that: priorities, sizes or paths have changed."""

    reason: str


@dataclass(frozen=True, slots=True)
class Flush:
    """Remove the map; where ``deferred``, when its last user closes it."""

    reason: str
    deferred: bool = False


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell udev that the map is ready: ``ghost_delay`` is over."""

    reason: str


@dataclass(frozen=True, slots=True)
class KeepMap:
    """Take a deferred removal back."""

    reason: str


@dataclass(frozen=True, slots=True)
class Purge:
    """Delete the path's device from the host: its array says that the unit is not mapped any more."""

    reason: str
    devt: DevT


@dataclass(frozen=True, slots=True)
class RecheckWwid:
    """Read the path's identity again before it is used; `MapSupervisor.identified` takes the result."""

    reason: str
    devt: DevT


@dataclass(frozen=True, slots=True)
class Sample:
    """Read from a path for some seconds and count errors; `MapSupervisor.sampled` takes the result."""

    reason: str
    devt: DevT
    seconds: float


@dataclass(frozen=True, slots=True)
class StopSampling:
    """End the reads of `Sample`."""

    reason: str
    devt: DevT


@dataclass(frozen=True, slots=True)
class MarkMarginal:
    """Let a path stand in a marginal group, or no longer; followed by a plan."""

    reason: str
    devt: DevT
    on: bool


Action = (
    Changed | FailPath | ReinstatePath | SwitchGroup | EnableGroup | Queueing | Replan | Flush | Announce | KeepMap
    | Purge | RecheckWwid | Sample | StopSampling | MarkMarginal
)  # fmt: skip
