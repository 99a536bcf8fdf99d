"""Which group is in use, and when I/O goes back to a better one: ``failback``, over time."""

from typing import Final

from .actions import Action, Replan, SwitchGroup
from .failback import failback_action
from .machines.failback import FAILBACK, Move, Turn
from .machines.path import Phase
from .membership import Membership
from .picture import MapPicture
from .priority import best_rank, mean
from .supervision import Supervision
from .watched_path import WatchedPath

_PATIENCE: Final = 20.0  # seconds until a switch that the kernel does not show is ordered again
_TURNS: Final = {"switch": Turn.NOW, "wait": Turn.LATER, "nothing": Turn.KEPT}


class CurrentGroup:
    """
    The group in use of one map.

    Args:
        paths: Of the map.
        options: The options.
    """

    def __init__(self, paths: Membership, options: Supervision) -> None:
        self._paths = paths
        self.options = options
        self.standing = FAILBACK.start
        self.due: float | None = None
        self.switches = 0
        self._picture: MapPicture | None = None
        self._known = self._changed = False

    def best(self) -> int:
        """Return the best group by the priorities known now, from 1; 0 where they are not known."""
        if any(path.usable and path.priority is None for path in self._paths):
            return self._picture.best_group if self._picture else 0
        return best_rank([self._rank(number) for number in range(1, self._groups() + 1)])

    def see(self, picture: MapPicture, now: float) -> list[Action]:
        """Take what the kernel shows."""
        self._picture = picture
        best = self.best()
        return self._turn(Turn.IN_PLACE, "the best group is in use", best, now) if self._in_place(best) else []

    def failed(self, now: float) -> list[Action]:
        """Note that a path failed: that ends a delayed failback."""
        reason = f"failback {self.options.failback}: a path failed meanwhile"
        return self._turn(Turn.FAILURE, reason, self.best(), now)

    def checked(self, path: WatchedPath, before: int | None, now: float, *, risen: bool, back: bool) -> list[Action]:
        """
        Weigh the groups after a good check.

        Args:
            path: The path.
            before: Its priority before.
            now: The time.
            risen: Whether it came up by this check.
            back: Whether its checker called it bad before.
        """
        self._changed = self._changed or (before is not None and path.priority != before)
        if any(each.awaited and each.used for each in self._paths):
            return []
        if found := self._sorted():
            return found
        best = self.best()
        if not best or not self._picture or not self._picture.current_group:
            return []
        if self._in_place(best):
            return self._turn(Turn.IN_PLACE, "the best group is in use", best, now)
        turn, reason = self._decide(path, best, back=back)
        if turn is Turn.LATER and risen:
            turn = Turn.AGAIN
        return self._turn(turn, reason, best, now)

    def tick(self, now: float) -> list[Action]:
        """Do what the time asks for."""
        if self.due is None or now < self.due:
            return []
        self.due, best = None, self.best()
        if not best or self._in_place(best):
            return self._turn(Turn.IN_PLACE, "the best group is in use", best, now)
        return self._turn(Turn.TIMER, f"failback {self.options.failback}: that many seconds are over", best, now)

    def _in_place(self, best: int) -> bool:
        return self._picture is not None and best != 0 and self._picture.current_group == best

    def _decide(self, path: WatchedPath, best: int, *, back: bool) -> tuple[Turn, str]:
        if self.options.failback != "followover":
            found = failback_action(self.options.failback, self._picture.current_group if self._picture else 0, best)
            return _TURNS[found.action], f"{found.reason}, and group {best} is better"
        others = [each for each in self._paths if each.group == best and each is not path]
        if not back or path.group != best:
            return Turn.KEPT, "failback is followover, and no path of the best group just came up"
        if any(each.state is not Phase.FAULTY for each in others):
            return Turn.KEPT, "failback is followover, and the best group had other paths"
        return Turn.NOW, f"failback is followover, and a path brings group {best} back"

    def _sorted(self) -> list[Action]:
        """Ask for a plan where paths stand in groups that their priorities do not make any more."""
        changed, self._changed = self._changed, False
        if not self.options.by_priority or any(each.usable and each.priority is None for each in self._paths):
            return []
        first, self._known = not self._known, True
        if self._consistent() or not (first or (changed and self.options.failback == "immediate")):
            return []
        why = "are known now" if first else "have changed, and failback is immediate"
        return [Replan(f"path_grouping_policy group_by_prio: the priorities {why}")]

    def _consistent(self) -> bool:
        """Tell whether the groups are those that the priorities make: as many pairs as there are groups and worths."""
        pairs = {(path.group, (path.priority, path.apart)) for path in self._paths if path.usable}
        return len(pairs) == len({group for group, _ in pairs}) == len({worth for _, worth in pairs})

    def _turn(self, turn: Turn, reason: str, best: int, now: float) -> list[Action]:
        step = FAILBACK.step(self.standing, turn)
        self.standing = step.state
        found: list[Action] = []
        for move in step.do:
            found += self._do(move, reason, best, now)
        return found

    def _do(self, move: Move, reason: str, best: int, now: float) -> list[Action]:
        if move is Move.SWITCH:
            self.switches += 1
            self.due = now + _PATIENCE
            sorted_ = not self.options.by_priority or self._consistent()
            return [SwitchGroup(reason, best) if sorted_ else Replan(reason)]
        delay = self.options.failback
        starts = move is Move.START_TIMER and isinstance(delay, int)
        self.due = now + delay if starts and isinstance(delay, int) else None
        return []

    def _groups(self) -> int:
        return max((path.group for path in self._paths), default=0)

    def _rank(self, number: int) -> tuple[bool, int, int]:
        """Return what a group is worth."""
        paths = [path for path in self._paths if path.group == number]
        usable = [path.priority for path in paths if path.usable]
        marginal = bool(paths) and all(path.apart for path in paths)
        return not marginal, mean(usable), len(usable)
