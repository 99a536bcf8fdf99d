"""
The event loop of a simulation as one would write it first: a readable model, to which the compiled one must agree.

Paths have fixed latencies, so that no random number is drawn. The selector is any object with the methods of
`multipath.Selector`, driven call by call.
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

UPTIME = 10**12
"""What the selector gets as the time at the start."""


class Chooser(Protocol):
    """What the model needs of a selector."""

    def select(self, nbytes: int, now: int = 0, cpu: int = 0) -> int:
        """Choose a path, or -1."""

    def start_io(self, path: int, nbytes: int) -> None:
        """Note that an I/O goes down a path."""

    def end_io(self, path: int, nbytes: int, start: int = 0, now: int = 0) -> None:
        """Note that it came back."""

    def fail(self, path: int) -> None:
        """Take a path out of use."""

    def reinstate(self, path: int) -> None:
        """Put it back."""


@dataclass
class ModelPath:
    """A path; an outage is ``(start, end, error_after)``."""

    latency: int
    parallel: int = 0
    outages: Sequence[tuple[int, int, int]] = ()
    serving: int = 0
    queue: "deque[ModelIo]" = field(default_factory=deque)
    error_after: int | None = None
    is_failed: bool = False
    outages_over: int = 0


@dataclass(eq=False)
class ModelIo:
    """An I/O on its way."""

    arrived: int
    nbytes: int
    cpu: int = 0
    path: int = -1
    sent: int = 0
    outages_over: int = 0
    is_lost: bool = False


class EventLoop:
    """A run: `closed_loop` or `arrivals`, then ``ended`` has ``(end, latency, path)`` of every I/O."""

    def __init__(self, selector: Chooser, paths: Sequence[ModelPath], nbytes: int = 4096) -> None:
        self.selector, self.paths, self.nbytes = selector, paths, nbytes
        self.events: list[tuple[int, int, ModelIo]] = []
        self.order = count()
        self.held: deque[ModelIo] = deque()
        self.ended: list[tuple[int, int, int]] = []
        changes = [
            (time, is_down, index, after)
            for index, path in enumerate(paths)
            for start, end, after in path.outages
            for time, is_down in ((start, True), (end, False))
        ]
        self.changes = deque(sorted(changes, key=lambda change: change[:2]))
        self.now = self.left = 0

    def closed_loop(self, depth: int, ios: int, cpus: int = 1) -> None:
        """Run workers, each with one I/O after the other, in turn on these CPUs."""
        self.left = ios - min(depth, ios)
        for worker in range(min(depth, ios)):
            self._send(ModelIo(0, self.nbytes, worker % cpus))
        self._run_until(None)

    def arrivals(self, times: Sequence[int]) -> None:
        """Run I/Os that come at these times."""
        for time in times:
            self._run_until(time)
            self.now = time
            self._send(ModelIo(time, self.nbytes))
        self._run_until(None)

    def _run_until(self, time: int | None) -> None:
        while self.events or (self.changes and (self.held or time is not None)):
            end = self.events[0][0] if self.events else None
            change = self.changes[0][0] if self.changes else None
            moment = min(each for each in (end, change) if each is not None)
            if time is not None and moment > time:
                return
            self.now = moment
            if change == moment:
                self._change(*self.changes.popleft()[1:])
            else:
                self._take(heapq.heappop(self.events)[2])

    def _take(self, io: ModelIo) -> None:
        path = self.paths[io.path]
        self.selector.end_io(io.path, io.nbytes, io.sent + UPTIME, self.now + UPTIME)
        if io.is_lost:
            if io.outages_over == path.outages_over and not path.is_failed:
                path.is_failed = True
                self.selector.fail(io.path)
            self._send(io)
            return
        self.ended.append((self.now, self.now - io.arrived, io.path))
        path.serving -= 1
        if path.queue:
            self._serve(path.queue.popleft())
        if self.left:
            self.left -= 1
            self._send(ModelIo(self.now, self.nbytes, io.cpu))

    def _send(self, io: ModelIo) -> None:
        index = self.selector.select(io.nbytes, self.now + UPTIME, io.cpu)
        if index < 0:
            self.held.append(io)
            return
        self.selector.start_io(index, io.nbytes)
        path = self.paths[index]
        io.path, io.sent, io.outages_over, io.is_lost = index, self.now, path.outages_over, False
        if path.error_after is not None:
            self._lose(io, path.error_after)
        elif path.parallel and path.serving == path.parallel:
            path.queue.append(io)
        else:
            self._serve(io)

    def _serve(self, io: ModelIo) -> None:
        path = self.paths[io.path]
        path.serving += 1
        heapq.heappush(self.events, (self.now + path.latency, next(self.order), io))

    def _lose(self, io: ModelIo, after: int) -> None:
        io.is_lost = True
        heapq.heappush(self.events, (self.now + after, next(self.order), io))

    def _change(self, is_down: bool, index: int, after: int) -> None:
        path = self.paths[index]
        if is_down:
            path.error_after, path.serving = after, 0
            served = [event for event in self.events if event[2].path == index and not event[2].is_lost]
            self.events = [event for event in self.events if event not in served]
            for _, order, io in served:
                io.is_lost = True
                self.events.append((self.now + after, order, io))
            heapq.heapify(self.events)
            while path.queue:
                self._lose(path.queue.popleft(), after)
            return
        path.error_after = None
        path.outages_over += 1
        if path.is_failed:
            path.is_failed = False
            self.selector.reinstate(index)
            held, self.held = self.held, deque()
            for io in held:
                self._send(io)
