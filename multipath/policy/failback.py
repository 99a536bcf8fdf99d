"""When I/O moves to a better group than the one in use: ``failback``."""

from dataclasses import dataclass
from typing import Final, Literal

from ..config.setting import Value
from ..paths.state import PathState
from .member import Member
from .priority import Group

_FALLEN: Final = frozenset({PathState.DOWN, PathState.SHAKY})


@dataclass(frozen=True, slots=True)
class Failback:
    """
    What to do about the group in use.

    Attributes:
        action: ``"switch"`` now, ``"wait"`` and switch then, or ``"nothing"``.
        reason: Why.
        group: The group to switch to, from 1; 0 for nothing.
        delay: How long to wait, in seconds; a new failure ends it.
    """

    action: Literal["switch", "wait", "nothing"]
    reason: str
    group: int = 0
    delay: int = 0


def failback_action(
    failback: Value | None, current: int, best: int, risen: Member | None = None, group: Group | None = None
) -> Failback:
    """
    Return what to do when ``best`` is the best group and ``current`` is in use.

    Args:
        failback: The option's value.
        current: The group in use, from 1; 0 for none.
        best: The best group, from 1; 0 without groups.
        risen: The path that just came up; ``None`` where none did, as in a plan.
        group: The best group, for followover.

    >>> failback_action("immediate", 2, 1)
    Failback(action='switch', reason='failback is immediate', group=1, delay=0)
    """
    if best in (0, current):
        return Failback("nothing", "the best group is in use")
    if failback == "immediate":
        return Failback("switch", "failback is immediate", best)
    if failback == "followover":
        return _followover(best, risen, group)
    if isinstance(failback, int) and failback > 0:
        return Failback("wait", f"failback waits {failback} s", best, failback)
    return Failback("nothing", "failback is manual")


def _followover(best: int, risen: Member | None, group: Group | None) -> Failback:
    if risen is None or group is None or risen not in group.members:
        return Failback("nothing", "failback is followover, and no path of the best group just came up")
    if any(member.state not in _FALLEN for member in group.members if member is not risen):
        return Failback("nothing", "failback is followover, and the best group had other paths")
    return Failback("switch", f"failback is followover, and {risen.path.name} brings its group back", best)
