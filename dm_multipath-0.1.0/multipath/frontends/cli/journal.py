"""
The events of one map, written down as they happen, so that a program can say which it expects.

A thread follows the kernel and calls back for each event; `Journal.expect` waits for one event and ticks it off. What
was never ticked off was not expected.
"""

import os
import select
import threading
from collections.abc import Callable
from typing import Self

from ...dm.control import Control
from ...errors import MultipathError, WaitTimeout
from ...maps.event import Event, EventKind
from ...maps.watch import Watch


class Journal:
    """
    The events of the map with one uuid, from now on; a context manager that ends the thread.

    Args:
        control: The device-mapper to follow.
        uuid: Whose events.
        told: Called with each event, in the thread.

    Synchronization: any thread may ask and expect.
    """

    def __init__(self, control: Control, uuid: str, told: Callable[[Event], None]) -> None:
        self._watch, self._uuid, self._told = Watch(control), uuid, told
        self._changed = threading.Condition()
        self._events: list[Event] = []
        self._unexpected: list[Event] = []
        self._failure: MultipathError | None = None
        self._stop = os.eventfd(0, os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._follow, name="journal", daemon=True)

    def __enter__(self) -> Self:
        """Read every map once, so that whatever comes later is a change; then follow."""
        self._watch.round()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """End the thread."""
        os.eventfd_write(self._stop, 1)
        self._thread.join()
        os.close(self._stop)
        self._watch.control.close()

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event so far, in order."""
        with self._changed:
            return tuple(self._events)

    @property
    def unexpected(self) -> tuple[Event, ...]:
        """The events that nobody expected, so far."""
        with self._changed:
            return tuple(self._unexpected)

    def expect(self, kind: EventKind, *, path: str = "", group: int = 0, timeout: float = 10.0) -> Event:
        """
        Wait for an event that was not ticked off yet, and tick it off.

        Args:
            kind: What should happen.
            path: To which path, where the event is one of a path.
            group: To which group, where the event is one of a group.
            timeout: In seconds.

        Raises:
            WaitTimeout: it did not come; ``.seen`` has the events that nobody expected.
        """
        wanted = (kind, path, group)
        with self._changed:
            self._changed.wait_for(lambda: self._failure or self._index(*wanted) is not None, timeout)
            index = self._index(*wanted)
            if index is not None:
                return self._unexpected.pop(index)
            if self._failure:
                raise self._failure
            seen = tuple(self._unexpected)
        others = ", ".join(map(str, seen)) or "none"
        what = f"{kind.replace('_', ' ')} {path or (f'group {group}' if group else '')}".strip()
        raise WaitTimeout(f"the event {what!r} did not come in {timeout:g} s; others that came: {others}", seen)

    def _index(self, kind: EventKind, path: str, group: int) -> int | None:
        for index, event in enumerate(self._unexpected):
            if event.kind is kind and path in ("", event.path) and group in (0, event.group):
                return index
        return None

    # In the thread.

    def _follow(self) -> None:
        poller = select.poll()
        poller.register(self._watch.control.fileno(), select.POLLIN)
        poller.register(self._stop, select.POLLIN)
        try:
            while self._stop not in dict(poller.poll()):
                for event in self._watch.round():
                    self._write_down(event)
        except MultipathError as error:
            with self._changed:
                self._failure = error
                self._changed.notify_all()

    def _write_down(self, event: Event) -> None:
        if event.snapshot.uuid != self._uuid:
            return
        self._told(event)
        with self._changed:
            self._events.append(event)
            # The kernel tells of a table before it has resumed the map that got it: either may be seen first.
            if event.kind not in (EventKind.SUSPENDED, EventKind.RESUMED):
                self._unexpected.append(event)
            self._changed.notify_all()
