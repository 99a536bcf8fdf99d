"""
How long a map without a path queues: for ever, or as long as a parameter of the module says.

The time begins when the last path is lost, with a message and with a table, and is forgotten when a path returns or
queueing ends. When it is over the map stops queueing, and does not begin again by itself.

Source: linux ``drivers/md/dm-mpath.c``, ``queue_if_no_path_timeout_work()``. Since Linux v5.7.
"""

import threading
from typing import Final

from ..clock import Timer
from .failover import Failover
from .target import Owner

_PARAMETER: Final = ("dm_multipath", "queue_if_no_path_timeout_secs")


class Patience:
    """
    The patience of one table.

    Args:
        failover: Whose bios are held.
        owner: Who knows the parameter.

    Synchronization: any number of threads.
    """

    def __init__(self, failover: Failover, owner: Owner) -> None:
        self._failover, self._groups, self._owner = failover, failover.groups, owner
        self._lock = threading.Lock()
        self._timer: Timer | None = None

    def look(self, *, anew: bool = False) -> None:
        """
        Begin or forget the time, after anything that may have changed the paths or the queueing.

        Args:
            anew: Whether a time that runs begins again.
        """
        waits = self._groups.valid_paths == 0 and self._groups.queue_if_no_path
        with self._lock:
            if self._timer is not None and (anew or not waits):
                self._timer.cancel()
                self._timer = None
            if waits and self._timer is None and (seconds := self._owner.parameter(*_PARAMETER)):
                self._timer = self._owner.clock.call_later(seconds, self._is_over)

    def end(self) -> None:
        """Forget the time: the table is gone."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()

    def _is_over(self) -> None:
        with self._lock:
            self._timer = None
        self._groups.queue_if_no_path = False
        self._failover.release()
