"""
The I/O of a multipath map: each bio finds a path, and another one when that fails; or it is held, or fails.

Theory of operation: `PriorityGroups` decides, and this does what it says. A bio is mapped, and a clone of it goes down
the path. When the clone comes back with an error that another path may not meet, the path fails and the bio is mapped
again: by the loop that sent it if that still runs in the same thread, so that a thousand bad paths need no deep stack,
else by whoever ended the clone. A bio without a path is held; a change that may give it one lets all go that are held.

A map of bios holds a bio as it came back: the kernel ends one that then fails on its last path once more, so that the
path counts it out twice. Therefore a bio that is mapped again, and waits, keeps the clone that came back.

No bio is forgotten between its look at the groups and its place among the held: whoever finds no path looks again under
the lock, and whoever lets go changes the groups first and takes the lock afterwards. The lock is held for nothing else:
not while a bio is sent or ended, and not at all while there are paths.

Source: linux ``drivers/md/dm-mpath.c``, ``multipath_clone_and_map()``, ``multipath_end_io()``.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from ..._native.group import FAIL, INIT, PUSH_BACK, QUEUE, PriorityGroups
from ..bio import Bio, BlockDevice, BlockStatus
from .target import Owner

_REQUEUE_DELAY: Final = 0.1  # seconds, before a request that met a lack of resources is sent again
_HOLDS: Final = (QUEUE, INIT)
_OK: Final = BlockStatus.OK
_here = threading.get_ident


class Clone(Bio):
    """
    A bio on its way down one path.

    Attributes:
        bio: What it is a clone of.
        path: The number of the path.
        start: When it was sent; 0 where nobody asks.
        thread: The thread that is sending it; 0 once it was sent.
        again: Whether that thread is to send the bio down another path.
    """

    __slots__ = ("again", "bio", "failover", "path", "start", "thread")

    def __init__(self, failover: "Failover", bio: Bio, path: int, start: int) -> None:
        self.op, self.sector, self.buffer = bio.op, bio.sector, bio.buffer
        self.status = None
        self.failover, self.bio, self.path, self.start = failover, bio, path, start
        self.thread, self.again = _here(), False

    def end(self, status: BlockStatus) -> None:
        """Take the path's answer: it is the bio's, unless another path may do better."""
        if self.status is not None:
            raise RuntimeError(f"{self!r} has ended already, with {self.status.name}")
        self.status = status
        if status is _OK or not status.is_path_error:
            self.failover.came_back(self)
            self.bio.end(status)
        else:
            self.failover.path_failed(self)


class Failover:
    """
    The bios of one table of a multipath map.

    Args:
        groups: The decisions.
        paths: The devices, in the order in which ``groups`` numbers them.
        owner: Who has the target, and is given the bios that are not to be held here.
        event: Called when something happened that the map's event number counts.
        bio_based: Whether the map takes bios; otherwise requests, whose last error is the path's own.
        timed: Whether a selector looks at the time.

    Synchronization: any number of threads.
    """

    def __init__(
        self,
        groups: PriorityGroups,
        paths: Sequence[BlockDevice],
        owner: Owner,
        *,
        event: Callable[[], None],
        bio_based: bool = False,
        timed: bool = False,
    ) -> None:
        self.groups, self.clock = groups, owner.clock
        self._map, self._end = groups.map, groups.end
        self._submits = [path.submit for path in paths]
        self._event, self._push_back = event, owner.push_back
        self._bio_based, self._timed = bio_based, timed
        self._lock = threading.Lock()
        self._held: deque[tuple[Bio, Clone | None]] = deque()
        self._pushing_back = False
        self._announced = 0
        self.activate: Callable[[], None] = _nothing  # begins what a map with a device handler has to activate

    @property
    def held(self) -> int:
        """How many bios wait for a path."""
        return len(self._held)

    def submit(self, bio: Bio, last: Clone | None = None) -> None:
        """Send a bio down a path; or hold it, or end it. ``last`` is what came back of it from a path that failed."""
        while True:
            start = self.clock.monotonic_ns() if self._timed else 0
            path = self._map(len(bio.buffer), start)
            if path < 0 and (path := self._without_path(bio, last, path, start)) < 0:
                return
            clone = Clone(self, bio, path, start)
            self._submits[path](clone)
            clone.thread = 0
            if not clone.again:
                return
            last = clone

    def came_back(self, clone: Clone) -> None:
        """Note that a path is done with a clone."""
        now = self.clock.monotonic_ns() if self._timed else 0
        self._end(clone.path, len(clone.buffer), clone.start, now)

    def path_failed(self, clone: Clone) -> None:
        """Fail the path that a clone came back from, and see what becomes of its bio."""
        self.groups.fail_path(clone.path)
        self.came_back(clone)
        self.announce()
        verdict = self.groups.after_failure()
        if verdict == PUSH_BACK:
            self._push_back(clone.bio)
        elif verdict == FAIL:
            clone.bio.end(BlockStatus.IOERR if self._bio_based else clone.status or BlockStatus.IOERR)
        elif clone.status is BlockStatus.RESOURCE and not self._bio_based:
            self.clock.call_later(_REQUEUE_DELAY, lambda: self.submit(clone.bio))
        elif clone.thread == _here():
            clone.again = True
        else:
            self.submit(clone.bio, clone)

    def release(self) -> None:
        """Map every held bio again; one that still finds no path is held again, or fails."""
        with self._lock:
            held, self._held = self._held, deque()
        for bio, last in held:
            self.submit(bio, last)

    def push_back(self) -> None:
        """Hold nothing from now on: whatever finds no path goes back to device-mapper's core, until `hold_again`."""
        with self._lock:
            self._pushing_back = True
            held, self._held = self._held, deque()
        for bio, _ in held:
            self._push_back(bio)

    def hold_again(self) -> None:
        """Hold what finds no path."""
        with self._lock:
            self._pushing_back = False

    def announce(self) -> None:
        """Tell device-mapper of events that came since the last time; several may be told as one."""
        with self._lock:
            events = self.groups.events
            news, self._announced = events != self._announced, events
        if news:
            self._event()

    def _without_path(self, bio: Bio, last: Clone | None, verdict: int, start: int) -> int:
        """Hold or end a bio for which there was no path; return the path that there is by now, or a number below 0."""
        holds = False
        if verdict in _HOLDS:
            with self._lock:
                verdict = self._map(len(bio.buffer), start)
                holds = verdict in _HOLDS and not self._pushing_back
                if holds:
                    self._held.append((bio, last))
            self.activate()
        if not holds and verdict < 0:
            self._give_up(bio, last, verdict)
        return verdict

    def _give_up(self, bio: Bio, last: Clone | None, verdict: int) -> None:
        """End a bio without a path, or push it back."""
        if last is not None and self._bio_based:
            now = self.clock.monotonic_ns() if self._timed else 0
            self.groups.end_held(last.path, len(last.buffer), last.start, now)
        if verdict == FAIL:
            bio.end(BlockStatus.IOERR)
        else:
            self._push_back(bio)


def _nothing() -> None:
    """Activate nothing: there is no device handler."""
