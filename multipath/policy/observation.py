"""What somebody who asked a path knows of it, beyond what the kernel shows: a state and a priority."""

from dataclasses import dataclass, replace

from ..paths.state import PathState
from .member import Member


@dataclass(frozen=True, slots=True)
class Observation:
    """
    What was learned by asking one path.

    Attributes:
        state: What its checker says; ``None`` where none was asked.
        priority: What its prioritizer says; ``None`` where none was asked.
        why: What the priority rests on.
        marginal: Whether it is to be used only when no other path is left, beside what its fabric says of it.
    """

    state: PathState | None = None
    priority: int | None = None
    why: str = ""
    marginal: bool = False

    def told(self, member: Member) -> Member:
        """Return the member with what was observed in place of what was assumed."""
        seen = replace(member, marginal=member.marginal or self.marginal)
        if self.state is not None:
            seen = replace(seen, state=self.state)
        return seen if self.priority is None else replace(seen, priority=self.priority, why=self.why)
