"""What a checker says of a path, and who says it."""

from dataclasses import dataclass
from typing import Protocol

from ..paths.path import Path
from ..paths.request import Asker
from ..paths.state import PathState


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    The answer of one check.

    Attributes:
        state: The state of the path.
        message: What was asked and what came back, in printable ASCII.
    """

    state: PathState
    message: str


class Checker(Protocol):
    """A checker of one path; it may remember what it saw."""

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """
        Ask the path whether it works.

        Args:
            asker: Who makes the calls.
            path: The path.
            deadline: Seconds from now in which there is to be a verdict.
        """
