"""
What is told while one waits: a line on standard error that is drawn over and over, on a terminal only.

Strategy: nothing is drawn in the first moments, so quick work is silent. A thread turns the wheel, for the work itself
is one long call. Whoever prints something makes the line step aside first; see `terminal`.
"""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from .terminal import encodable, escaped, has_colours, is_capable, is_stepping_aside, step_aside

_WIPE: Final = "\r\x1b[K"
_QUIET: Final = 0.3  # seconds
_TURN: Final = 0.1  # seconds
_WHEEL: Final = "|/-\\"
_BAR: Final = 20  # letters
_USUAL: Final = 80  # columns


class Progress:
    """
    The line, and the state of the work.

    Args:
        what: What is done.
        stream: The terminal; ``None`` where nobody looks, and nothing is drawn.
        limit: After how many seconds it is given up; ``None`` for never.

    Synchronization: any thread.
    """

    def __init__(self, what: str, stream: TextIO | None, limit: float | None = None) -> None:
        self._stream, self._limit = stream, limit
        self._lock = threading.RLock()
        self._begin = time.monotonic()
        self._what, self._detail, self._done, self._total, self._turns = what, "", 0, 0, 0
        self._is_drawn = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._turn, name="progress", daemon=True)

    def start(self) -> None:
        """Let the wheel turn."""
        if self._stream is not None:
            step_aside(self)
            self._thread.start()

    def stop(self) -> None:
        """Wipe the line; nothing is drawn any more."""
        if self._stream is not None:
            self._over.set()
            self._thread.join()
            step_aside(None)
            with self:
                pass

    def tell(self, what: str = "", detail: str = "") -> None:
        """Tell what is done now, or of it some detail."""
        self._what, self._detail = what or self._what, detail

    def step(self, done: int, total: int, detail: str = "") -> None:
        """Tell how much is done, and draw it at once."""
        self._done, self._total, self._detail = done, total, detail
        self._draw()

    def __enter__(self) -> None:
        """Make way for something that is printed, until the end of the block."""
        self._lock.acquire()
        if self._is_drawn:
            self._write(_WIPE)
            self._is_drawn = False

    def __exit__(self, *exc: object) -> None:
        """Go on."""
        self._lock.release()

    def _turn(self) -> None:
        pause = _QUIET
        while not self._over.wait(pause):
            pause = _TURN
            self._turns += 1
            self._draw()

    def _draw(self) -> None:
        if self._stream is None or self._over.is_set():
            return
        with self._lock:
            self._write(_WIPE + self._line(self._stream))
            self._is_drawn = True

    def _line(self, stream: TextIO) -> str:
        if self._total:
            filled = _BAR * self._done // self._total
            mark = f"[{'#' * filled}{'.' * (_BAR - filled)}] {self._done} of {self._total}"
        else:
            mark = _WHEEL[self._turns % len(_WHEEL)]
        passed = time.monotonic() - self._begin
        limit = "" if self._limit is None else f" of {self._limit:g}"
        clock = f" ({passed:.0f}{limit} s)" if passed >= 1 else ""
        joint = "" if not self._detail else ", " if self._total else ": "
        told = f" {escaped(self._what)}{clock}{joint}{escaped(self._detail)}"
        # A line that goes on in the next one could not be wiped.
        told = encodable(told, stream)[: max(_width(stream) - len(mark) - 1, 0)]
        return f"\x1b[36m{mark}\x1b[0m{told}" if has_colours(stream) else mark + told

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)
            self._stream.flush()


@contextmanager
def progress(what: str, limit: float | None = None) -> Iterator[Progress]:
    """Give the line for some work, which takes its time; wiped at the end of the block."""
    # Of two that are one in the other the outer is shown.
    shown = Progress(what, sys.stderr if is_capable(sys.stderr) and not is_stepping_aside() else None, limit)
    shown.start()
    try:
        yield shown
    finally:
        shown.stop()


def _width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _USUAL
    except OSError:
        return _USUAL
