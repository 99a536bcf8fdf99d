"""The priority of a path, and why it has it."""

from dataclasses import dataclass
from typing import Final

UNDEFINED: Final = -1  # a prioritizer that failed; as multipath-tools prints it


@dataclass(frozen=True, slots=True)
class Priority:
    """
    What a prioritizer says about one path.

    Attributes:
        value: The higher the better; `UNDEFINED` where the prioritizer cannot tell, ``None`` where nobody asked it yet.
        why: What that rests on, in words.
    """

    value: int | None
    why: str


NEEDS_IO: Final = "needs I/O"
