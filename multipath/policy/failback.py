"""When I/O moves to a better group than the one in use: ``failback``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ..config.setting import Value
from ..paths.state import PathState

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


def failback_action(failback: Value | None, current: int, best: int, brings_back: str = "") -> Failback:
    """
    Return what to do when ``best`` is the best group and ``current`` is in use.

    Args:
        failback: The option's value.
        current: The group in use, from 1; 0 for none.
        best: The best group, from 1; 0 without groups.
        brings_back: For followover, the path that just came up and is the only one of the best group; see `is_alone`.

    >>> failback_action("immediate", 2, 1)
    Failback(action='switch', reason='failback is immediate', group=1, delay=0)
    """
    if best in (0, current):
        return Failback("nothing", "the best group is in use")
    if failback == "immediate":
        return Failback("switch", "failback is immediate", best)
    if failback == "followover":
        return _followover(best, brings_back)
    if isinstance(failback, int) and failback > 0:
        return Failback("wait", f"failback waits {failback} s", best, failback)
    return Failback("nothing", "failback is manual")


def is_alone(others: Iterable[PathState]) -> bool:
    """Tell whether a path that came up brings its group back: all other paths of the group are down."""
    return all(state in _FALLEN for state in others)


def _followover(best: int, brings_back: str) -> Failback:
    if not brings_back:
        return Failback("nothing", "failback is followover, and no path that just came up brings the best group back")
    return Failback("switch", f"failback is followover, and {brings_back} brings its group back", best)
