"""The machine of a path: what is held of it, from what its checker says and what the kernel does with it."""

import enum
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from .machine import Machine, Step


class Phase(enum.StrEnum):
    """What is held of a path."""

    UNCHECKED = "unchecked"
    UP = "up"
    GHOST = "ghost"
    STANDBY = "standby"
    FAILED = "failed"
    FAULTY = "faulty"
    SILENT = "silent"
    IDENTIFYING = "identifying"
    DELAYED = "delayed"
    FOREIGN = "foreign"


class Seen(enum.StrEnum):
    """What can happen to a path."""

    UP = "check: up"
    GHOST = "check: ghost"
    GHOST_ALONE = "check: ghost, implicit only, no path in use"
    BAD = "check: bad"
    SILENCE = "check: no answer, last usable path"
    UNPROVEN = "check: good, identity to be read"
    UNTRUSTED = "check: good, not trusted"
    OTHER_UNIT = "identity: another unit"
    KERNEL_FAILED = "kernel: failed"
    KERNEL_ACTIVE = "kernel: active"


class Do(enum.StrEnum):
    """What a step of a path can ask for."""

    FAIL = "fail"
    REINSTATE = "reinstate"
    IDENTIFY = "identify"
    REPLAN = "replan"


# The kernel may use a path in these, and a path in these is one that a map lives by.
USABLE: Final = frozenset({Phase.UP, Phase.GHOST, Phase.SILENT})
GOOD: Final = frozenset({Phase.UP, Phase.GHOST})
# A path in these came out of a failure.
DOWN: Final = frozenset({Phase.FAILED, Phase.FAULTY})


def _steps() -> Iterator[tuple[tuple[Phase, Seen], Step[Phase, Do]]]:
    for phase in Phase:
        for seen, step in _CHECKED.items():
            if phase is not Phase.FOREIGN and (phase, seen) not in _NEVER:
                yield (phase, seen), step
    for phase in (Phase.IDENTIFYING, Phase.UNCHECKED, Phase.FAILED, Phase.FAULTY, Phase.DELAYED, Phase.STANDBY):
        yield (phase, Seen.OTHER_UNIT), Step(Phase.FOREIGN, (Do.FAIL, Do.REPLAN))
    for phase in (Phase.UP, Phase.GHOST, Phase.SILENT):
        yield (phase, Seen.KERNEL_FAILED), Step(Phase.FAILED)
    for phase in (Phase.STANDBY, Phase.FAULTY, Phase.IDENTIFYING, Phase.DELAYED, Phase.FOREIGN):
        yield (phase, Seen.KERNEL_ACTIVE), Step(phase, (Do.FAIL,))
    yield (Phase.FAILED, Seen.KERNEL_ACTIVE), Step(Phase.UNCHECKED)


# What a check leads to, whatever was before; who carries it out fails no failed path and reinstates no active one.
_CHECKED: Final[Mapping[Seen, Step[Phase, Do]]] = MappingProxyType(
    {
        Seen.UP: Step(Phase.UP, (Do.REINSTATE,)),
        Seen.GHOST: Step(Phase.GHOST, (Do.REINSTATE,)),
        Seen.GHOST_ALONE: Step(Phase.STANDBY),
        Seen.BAD: Step(Phase.FAULTY, (Do.FAIL,)),
        Seen.SILENCE: Step(Phase.SILENT),
        Seen.UNPROVEN: Step(Phase.IDENTIFYING, (Do.IDENTIFY,)),
        Seen.UNTRUSTED: Step(Phase.DELAYED, (Do.FAIL,)),
    }
)
# Only what is in use can be the last that is; only what was not in use has to prove itself, or stands by.
_NEVER: Final = frozenset(
    {(phase, Seen.SILENCE) for phase in Phase if phase not in USABLE | {Phase.UNCHECKED}}
    | {(phase, Seen.GHOST_ALONE) for phase in USABLE}
)

_MEANINGS: Final = {
    Phase.UNCHECKED: "the kernel's word holds",
    Phase.UP: "its checker says up, and the kernel uses it",
    Phase.GHOST: "its checker says ghost, and the kernel uses it",
    Phase.STANDBY: "a ghost that the kernel does not use, and shall not",
    Phase.FAILED: "by the kernel; its checker has not looked since",
    Phase.FAULTY: "its checker says so",
    Phase.SILENT: "no answer, but no other path either: it stays in use",
    Phase.IDENTIFYING: "works again; whether it is still the same unit is being asked",
    Phase.DELAYED: "works again, and is not trusted yet",
    Phase.FOREIGN: "another unit by now",
}

PATH: Final[Machine[Phase, Seen, Do]] = Machine("path", Phase.UNCHECKED, _MEANINGS, MappingProxyType(dict(_steps())))
