"""The delay target: reads, writes and flushes go on when their time has come, on the clock of the world."""

import errno
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

from ...units import Sectors, format_devt
from ...wire.words import split_words
from ..bio import Bio, BlockDevice, Operation
from ..clock import Timer
from .linear import device_and_offset
from .target import Area, Owner, RunningTarget, TargetRefused

_WORDS: Final = (3, 6, 9)
_MILLISECONDS: Final = 1000


@dataclass(slots=True)
class _Lane:
    """One class of I/O: its device, and what waits for its time."""

    device: BlockDevice
    offset: Sectors
    delay: int
    waiting: dict[Bio, Timer] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{format_devt(self.device.devt)} {self.offset} {self.delay}"


class RunningDelay(RunningTarget):
    """
    A delayed mapping at work.

    Source: linux ``drivers/md/dm-delay.c``.
    """

    type: ClassVar[str] = "delay"

    def __init__(self, owner: Owner, start: Sectors, length: Sectors, params: str) -> None:
        super().__init__(owner, start, length, params)
        self._lock = threading.Lock()
        self._delays = True
        words = split_words(params)
        if len(words) not in _WORDS:
            raise TargetRefused(errno.EINVAL, "Requires exactly 3, 6 or 9 arguments")
        given = [self._lane(*words[at : at + 3]) for at in range(0, len(words), 3)]
        read, write, flush = [*given, given[-1], given[-1]][:3]
        self._lanes: dict[Operation, _Lane] = {"read": read, "write": write, "flush": flush}
        self._counts: dict[Operation, int] = dict.fromkeys(self._lanes, 0)

    def map(self, bio: Bio) -> None:
        """Keep it for its time."""
        lane = self._lanes[bio.op]
        with self._lock:
            late = self._delays and lane.delay > 0
            if late:
                self._counts[bio.op] += 1
                seconds = lane.delay / _MILLISECONDS
                lane.waiting[bio] = self.owner.clock.call_later(seconds, lambda: self._let_go(lane, bio))
        if not late:
            self._pass_on(lane, bio)

    def areas(self) -> Iterator[Area]:
        """Yield the stretch of each class."""
        for lane in self._distinct():
            yield lane.device, lane.offset, self.length

    def status(self, *, flush: bool) -> str:  # noqa: ARG002
        """Return how many wait of each class."""
        return " ".join(map(str, self._counts.values()))

    def table(self) -> str:
        """Return the classes that were given."""
        return " ".join(map(str, self._distinct()))

    def presuspend(self, *, noflush: bool) -> None:  # noqa: ARG002
        """Let everything go at once."""
        with self._lock:
            self._delays = False
            waiting = [(lane, bio) for lane in self._distinct() for bio in lane.waiting]
        for lane, bio in waiting:
            self._let_go(lane, bio)

    def presuspend_undo(self) -> None:
        """Keep what comes."""
        self._delays = True

    def resume(self) -> None:
        """Keep what comes."""
        self._delays = True

    def _distinct(self) -> list[_Lane]:
        return list({id(lane): lane for lane in self._lanes.values()}.values())

    def _lane(self, device: str, offset: str, delay: str) -> _Lane:
        profile = self.owner.profile
        try:
            milliseconds = profile.number(delay)
        except ValueError:  # the kernel looks at the sector before it, and at the device behind it
            reason = "Invalid delay" if offset.isdecimal() else "Invalid device sector"
            raise TargetRefused(errno.EINVAL, reason) from None
        return _Lane(*device_and_offset(self.owner, device, offset), milliseconds)

    def _let_go(self, lane: _Lane, bio: Bio) -> None:
        """Pass a bio on that waits, unless its timer or a suspend was quicker."""
        with self._lock:
            timer = lane.waiting.pop(bio, None)
            if timer is None:
                return
            timer.cancel()
            self._counts[bio.op] -= 1
        self._pass_on(lane, bio)

    def _pass_on(self, lane: _Lane, bio: Bio) -> None:
        bio.sector += lane.offset
        lane.device.submit(bio)
