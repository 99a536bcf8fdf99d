"""How orders about reservations go to a path, and what can come of one."""

import enum
from dataclasses import dataclass
from typing import Generic, TypeVar

_Read = TypeVar("_Read")


class Through(enum.StrEnum):
    """How orders go to a path: as commands of its language, or by the kernel's own calls."""

    COMMANDS = "commands"
    IOCTL = "ioctl"


class Outcome(enum.StrEnum):
    """
    What became of an order or a question.

    ``DONE``; ``CONFLICT``: the key is not what this nexus is registered with, or another holds the unit; ``REFUSED``:
    the unit does not know it, or not so; ``FAILED``: no answer came, and nobody knows whether it was done.
    """

    DONE = "done"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reply(Generic[_Read]):
    """
    What came of one order or question.

    Attributes:
        outcome: In a word.
        why: What was answered, for people; empty for what was done.
        read: What was asked for, where it came.
        sense: The sense data of a refusal.
    """

    outcome: Outcome
    why: str = ""
    read: _Read | None = None
    sense: bytes = b""
