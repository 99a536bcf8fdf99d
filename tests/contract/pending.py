"""What takes its time: something that is done in a thread, because it may have to wait."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar, cast

T = TypeVar("T")
_LONGEST = 20.0


def eventually(condition: Callable[[], object], seconds: float = _LONGEST) -> bool:
    """Look until ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        os.sched_yield()
    return True


class Pending(Generic[T]):
    """
    An act on its way.

    Synchronization: one thread beside its own.
    """

    def __init__(self, act: Callable[[], T]) -> None:
        self._act = act
        self._result: T | None = None
        self._error: Exception | None = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._started.wait(_LONGEST)

    def _run(self) -> None:
        self._started.set()
        try:
            self._result = self._act()
        except Exception as error:  # noqa: BLE001 - whatever it is goes to who asks for the result
            self._error = error

    @property
    def ended(self) -> bool:
        """Whether it is done, well or badly."""
        return not self._thread.is_alive()

    @property
    def is_stuck(self) -> bool:
        """Whether the kernel lets it wait for I/O, which nothing can interrupt."""
        stat = Path(f"/proc/self/task/{self._thread.native_id}/stat")
        try:
            return stat.read_text().rpartition(")")[2].split()[0] == "D"
        except OSError:
            return False

    def waits(self, seconds: float) -> bool:
        """Return whether it is not done yet after some time."""
        self._thread.join(seconds)
        return not self.ended

    def result(self) -> T:
        """Wait for its end; return what it returned, or raise what it raised."""
        self._thread.join(_LONGEST)
        assert self.ended, "it still waits"
        if self._error is not None:
            raise self._error
        return cast(T, self._result)
