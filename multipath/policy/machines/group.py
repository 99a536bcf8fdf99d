"""The machine of a group: whether the kernel may choose it."""

import enum
from types import MappingProxyType
from typing import Final

from .machine import Machine, Step


class Use(enum.StrEnum):
    """What the kernel does with a group."""

    IDLE = "idle"
    CURRENT = "current"
    DISABLED = "disabled"


class Shown(enum.StrEnum):
    """What can happen to a group."""

    CHOSEN = "kernel: uses it"
    LEFT = "kernel: uses another"
    PASSED_BY = "kernel: passes it by"
    TAKEN_BACK = "kernel: may use it again"
    CAME_BACK = "a path of it is up again"


class Help(enum.StrEnum):
    """What a step of a group can ask for."""

    ENABLE = "enable"


_MEANINGS: Final = {
    Use.IDLE: "it may choose it",
    Use.CURRENT: "it sends I/O to it",
    Use.DISABLED: "it passes it by while another one has a path",
}

GROUP: Final[Machine[Use, Shown, Help]] = Machine(
    "group",
    Use.IDLE,
    _MEANINGS,
    MappingProxyType(
        {
            (Use.IDLE, Shown.CHOSEN): Step(Use.CURRENT),
            (Use.IDLE, Shown.PASSED_BY): Step(Use.DISABLED),
            (Use.CURRENT, Shown.LEFT): Step(Use.IDLE),
            (Use.CURRENT, Shown.PASSED_BY): Step(Use.DISABLED),
            (Use.DISABLED, Shown.CHOSEN): Step(Use.CURRENT),
            (Use.DISABLED, Shown.TAKEN_BACK): Step(Use.IDLE),
            (Use.DISABLED, Shown.CAME_BACK): Step(Use.IDLE, (Help.ENABLE,)),
        }
    ),
)
