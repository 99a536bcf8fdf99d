"""What a map does while no path is usable, and when its last path is gone: ``no_path_retry``, ``flush_on_last_del``."""

from .actions import Action, Changed, Flush, KeepMap, Queueing, Subject
from .machines.map import MAP, SERVING, Act, Condition, Event
from .picture import MapPicture
from .supervision import Supervision


class NoPath:
    """
    The queueing of one map.

    Args:
        options: The options.
    """

    def __init__(self, options: Supervision) -> None:
        self.options = options
        self.condition = MAP.start
        self.lost: float | None = None
        self.timeouts = self.failures = 0
        self.queued = 0.0
        self._queueing = self._in_use = self._deferred = self._emptied = self._left = False

    @property
    def due(self) -> float | None:
        """When queueing ends; ``None`` where no timer runs."""
        time = self.options.retry_time
        return self.lost + time if self.lost is not None and time is not None else None

    def see(self, picture: MapPicture, now: float) -> list[Action]:
        """Take what the kernel shows."""
        was, self._queueing = self._queueing, picture.queueing
        freed, self._in_use = self._in_use and not picture.in_use, picture.in_use
        self._deferred = picture.deferred_remove or (self._deferred and self.condition is Condition.FLUSHING)
        found = self._outside(now, started=picture.queueing and not was, stopped=was and not picture.queueing)
        return found + (self._flush(now) if freed and self._emptied and not self._deferred else [])

    def settle(self, usable: int, paths: int, now: float) -> list[Action]:
        """Take how many paths of how many the map can live by."""
        if usable:
            self._emptied = False
            event = Event.ALL if usable == paths else Event.SOME
            return self._take(event, self._reason(f"{usable} of {paths} paths are usable"), now) + self._right()
        if self.condition in SERVING:
            return self._take(self._kind(), self._reason("no path is usable"), now)
        return []

    def tick(self, now: float) -> list[Action]:
        """Do what the time asks for."""
        if self.due is None or now < self.due:
            return []
        reason = f"no_path_retry {self.options.no_path_retry}: no path for {self.options.retry_time:g} s"
        found = self._take(Event.TIMER, reason, now)
        return found + (self._flush(now) if self._emptied else [])

    def emptied(self, now: float) -> list[Action]:
        """Note that the last path was removed from the host."""
        self._emptied = True
        return self._flush(now)

    def added(self, now: float) -> list[Action]:
        """Note that a path was added."""
        self._emptied = False
        return self._take(Event.ADDED, "deferred_remove: a path was added", now)

    def reconfigured(self, options: Supervision, now: float) -> list[Action]:
        """Go by other options from now on."""
        self.options = options
        if self.condition in SERVING | {Condition.FLUSHING}:
            return self._right()
        if self.condition is Condition.FAILING and options.no_path_retry != "queue":
            return []
        return self._take(self._kind(), self._reason("configured anew, no path is usable"), now)

    def stop(self, reason: str) -> list[Action]:
        """Let I/O fail where there is no path from now on, whatever is seen later: nobody looks after the map."""
        found = self._queue(reason, on=False)
        self._left = True
        return found

    def _right(self) -> list[Action]:
        """Return what makes queueing as it is configured, while there are paths; unset leaves it alone."""
        if self.options.no_path_retry is None or self.condition not in SERVING:
            return []
        return self._queue(self._reason("the map has paths"), on=self.options.queues)

    def _outside(self, now: float, *, started: bool, stopped: bool) -> list[Action]:
        retry = self.options.no_path_retry
        if stopped:
            return self._take(Event.STOPPED, "queueing was stopped from outside", now)
        if started and self.condition is Condition.FAILING and retry in (None, "queue"):
            return self._take(Event.NONE_QUEUE, "queueing was started from outside", now)
        if started:
            return self._take(Event.STARTED, self._reason("no path is usable, and the time for it is over"), now)
        return []

    def _kind(self) -> Event:
        """Return what it means that no path is usable."""
        retry = self.options.no_path_retry
        if retry == "queue" or (retry is None and self._queueing):
            return Event.NONE_QUEUE
        # A map that does not queue when it is first seen has had its time.
        return Event.NONE_RETRY if self.options.retry_time is not None and self._queueing else Event.NONE_FAIL

    def _flush(self, now: float) -> list[Action]:
        rule, queueing = self.options.flush_on_last_del, self._queueing
        if queueing and (rule == "never" or (rule == "unused" and self._in_use)):
            return []
        because = "its last path was removed" + ("" if queueing else ", and it does not queue")
        return self._take(Event.FLUSH, f"flush_on_last_del {rule}: {because}", now)

    def _reason(self, what: str) -> str:
        retry = self.options.no_path_retry
        time = f" ({self.options.retry_time:g} s)" if self.options.retry_time is not None else ""
        return f"no_path_retry {'unset' if retry is None else retry}{time}: {what}"

    def _take(self, event: Event, reason: str, now: float) -> list[Action]:
        step, before = MAP.step(self.condition, event), self.condition
        self.condition = step.state
        found: list[Action] = []
        if step.state is not before:
            self._count(step.state, before)
            found.append(Changed(reason, Subject.MAP, before, step.state))
        for act in step.do:
            found += self._do(act, reason, now)
        return found

    def _count(self, after: Condition, before: Condition) -> None:
        self.timeouts += after is Condition.WAITING
        self.failures += after is Condition.FAILING and before in SERVING | {Condition.WAITING}

    def _do(self, act: Act, reason: str, now: float) -> list[Action]:
        if act in (Act.START_TIMER, Act.STOP_TIMER):
            self.queued += now - self.lost if self.lost is not None else 0.0
            self.lost = now if act is Act.START_TIMER else None
            return []
        if act is Act.FLUSH:
            self._deferred = self.options.deferred_remove
            return [Flush(reason, self._deferred)]
        if act is Act.KEEP:
            kept, self._deferred = self._deferred, False
            return [KeepMap(reason)] if kept else []
        return self._queue(reason, on=True) if act is Act.QUEUE and self.options.queues else self._stop_for(act, reason)

    def _stop_for(self, act: Act, reason: str) -> list[Action]:
        return self._queue(reason, on=False) if act is Act.STOP_QUEUEING else []

    def _queue(self, reason: str, *, on: bool) -> list[Action]:
        if self._queueing is on or (on and self._left):
            return []
        self._queueing = on
        return [Queueing(reason, on)]
