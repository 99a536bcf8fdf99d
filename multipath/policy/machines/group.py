"""The machine of a group: whether the kernel may choose it."""

from typing import Final

from .machine import StateMachine, Step

IDLE: Final = "idle"
CURRENT: Final = "current"
DISABLED: Final = "disabled"

CHOSEN: Final = "chosen"
LEFT: Final = "left"
PASSED_BY: Final = "passed_by"
TAKEN_BACK: Final = "taken_back"
PATH_CAME_BACK: Final = "path_came_back"

ENABLE: Final = "enable"

GROUP: Final = StateMachine(
    "group",
    {
        IDLE: "the kernel may choose it",
        CURRENT: "the kernel sends I/O to it",
        DISABLED: "the kernel passes it by while another group has a path",
    },
    {
        CHOSEN: "the kernel sends I/O to it now",
        LEFT: "the kernel sends I/O to another group now",
        PASSED_BY: "the kernel disabled it: its paths cannot be initialised, or somebody said so",
        TAKEN_BACK: "the kernel may choose it again",
        PATH_CAME_BACK: "a path of it was reinstated",
    },
    {ENABLE: "tell the kernel that it may choose it"},
    {
        (IDLE, CHOSEN): Step(CURRENT),
        (IDLE, PASSED_BY): Step(DISABLED),
        (CURRENT, LEFT): Step(IDLE),
        (CURRENT, PASSED_BY): Step(DISABLED),
        (DISABLED, CHOSEN): Step(CURRENT),
        (DISABLED, TAKEN_BACK): Step(IDLE),
        (DISABLED, PATH_CAME_BACK): Step(IDLE, ENABLE),
    },
)
