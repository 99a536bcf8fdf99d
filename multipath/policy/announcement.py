"""Whether a new map is announced as ready: ``ghost_delay``."""

from ..paths.state import PathState
from .actions import Action, Announce, Changed, Subject
from .machines.map import NOTICE, Notice, Stir, Word
from .supervision import Supervision


class Announcement:
    """
    The announcement of one map.

    Args:
        options: The options.
        now: The time.
        new: Whether the map was made just now.
    """

    def __init__(self, options: Supervision, now: float, *, new: bool) -> None:
        self.options = options
        self.notice = NOTICE.start
        self.due: float | None = None
        self._until = now + options.ghost_delay if new and options.ghost_delay else None

    @property
    def made(self) -> bool:
        """Whether udev may know that the map is ready."""
        return self.notice is Notice.ANNOUNCED

    def checked(self, state: PathState) -> list[Action]:
        """Note what a checker says of a path: only ghosts hold the announcement back."""
        if state is PathState.UP:
            self._until = None
            return self._take(Stir.UP, "a path is up")
        return (
            self._take(Stir.GHOST, "it is new, and its paths are ghosts")
            if self._until and state is PathState.GHOST
            else []
        )

    def tick(self, now: float) -> list[Action]:
        """Do what the time asks for."""
        return self._take(Stir.TIMER, "it is over") if self.due is not None and now >= self.due else []

    def _take(self, stir: Stir, what: str) -> list[Action]:
        step, before = NOTICE.step(self.notice, stir), self.notice
        if step.state is before:
            return []
        reason = f"ghost_delay {self.options.ghost_delay or 0:g}: {what}"
        self.notice = step.state
        self.due = self._until if Word.START_TIMER in step.do else None
        self._until = None
        told: list[Action] = [Announce(reason)] if Word.ANNOUNCE in step.do else []
        return [Changed(reason, Subject.MAP, before, step.state), *told]
