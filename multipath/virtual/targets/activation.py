"""
The activation of priority groups: what a device handler does to the paths of a group before they take I/O (pg_init).

Theory of operation: `PriorityGroups` says which paths are due, each path's own `activate` does the work and says how it
went, now or later and in any thread. One thread at a time hands out what is due; another one that finds it at work
leaves its work to it. So a handler that answers at once, and paths that fail one after the other, make no deep stack.

Source: linux ``drivers/md/dm-mpath.c``, ``__pg_init_all_paths()``, ``pg_init_done()``; ``scsi_dh.c``.
"""

import threading
from collections.abc import Sequence
from functools import partial
from typing import Final

from ..._native.group import DH_DEV_OFFLINED, DH_OK
from ..bio import BlockDevice
from .failover import Failover
from .handler import is_handled

_DEFAULT_DELAY: Final = 2.0  # seconds, before an activation that the handler put off is tried again


class Activation:
    """
    The activations of one table.

    Args:
        failover: Whose bios wait for them.
        paths: The devices, in the order in which the groups number them.
        delay: Seconds before what was put off is tried again; the kernel's own 2 when absent.

    Synchronization: any number of threads.
    """

    def __init__(self, failover: Failover, paths: Sequence[BlockDevice], delay: float | None = None) -> None:
        self._failover, self._groups, self._paths = failover, failover.groups, paths
        self._delay = _DEFAULT_DELAY if delay is None else delay
        self._lock = threading.Lock()
        self._running = self._again = self._over = self._scheduled = False
        failover.activate = self.run

    def run(self) -> None:
        """Begin the activations that are due, and let bios go when the last one has ended."""
        with self._lock:
            self._again = True
            if self._running:
                return
            self._running = True
        while self._goes_on():
            self._begin(self._groups.pg_init_paths())
            if self._groups.pg_init_delayed:
                self._schedule()
            if self._taken_over():
                self._failover.release()

    def _goes_on(self) -> bool:
        with self._lock:
            self._running, self._again = self._again or self._over, False
            return self._running

    def _taken_over(self) -> bool:
        """Return whether the last activation has ended since this was asked."""
        with self._lock:
            over, self._over = self._over, False
            return over

    def _begin(self, paths: Sequence[int]) -> None:
        for path in paths:
            device = self._paths[path]
            if not self._groups.path_active(path):  # it failed before its turn
                self._done(path, DH_DEV_OFFLINED)
            elif is_handled(device):
                device.activate(partial(self._done, path))
            else:  # as a kernel without device handlers: done
                self._done(path, DH_OK)

    def _done(self, path: int, result: int) -> None:
        over = self._groups.pg_init_done(path, result)
        self._failover.announce()
        with self._lock:
            self._over = self._over or over
        if over:
            self._failover.clock.notify()  # a suspend may wait for it
        self.run()

    def _schedule(self) -> None:
        with self._lock:
            if self._scheduled:
                return
            self._scheduled = True
        self._failover.clock.call_later(self._delay, self._delayed)

    def _delayed(self) -> None:
        with self._lock:
            self._scheduled = False
        self._begin(self._groups.pg_init_paths(delayed=True))
        self.run()
