"""What happened to a map since its supervision began, counted."""

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Changed, Subject
from .machines.path import DOWN


@dataclass(frozen=True, slots=True)
class Counters:
    """
    What was counted since the map was first seen; the words of multipath-tools.

    Attributes:
        path_faults: How often a path failed, by its checker or by the kernel.
        switch_grp: How often it was told to switch groups.
        q_timeouts: How often the time of ``no_path_retry`` began to run.
        map_failures: How often it was without a path and did not queue, or stopped to.
        total_q_time: For how many seconds it waited for a path, with the time running.
    """

    path_faults: int = 0
    switch_grp: int = 0
    q_timeouts: int = 0
    map_failures: int = 0
    total_q_time: float = 0.0


def falls(actions: Iterable[Action]) -> int:
    """Return how many paths failed by these, that had not failed before."""
    paths = (action for action in actions if isinstance(action, Changed) and action.subject is Subject.PATH)
    return sum(action.after in DOWN and action.before not in DOWN for action in paths)
