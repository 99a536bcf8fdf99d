"""
A terminal that is lent for a view: the other screen while it is shown, then the first one as it was.

By rich's ``Live``, where rich is installed and the terminal can; it is told each time how large the terminal is, so a
window of another size gets a picture of that size at once.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, Self

from .terminal import Line, Span, console_for, encodable, has_colours, is_capable, rich_text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

_USUAL: Final = (80, 24)
_AROUND: Final = 2  # lines that the title and the blank below it take


def has_screen() -> bool:
    """Tell whether standard output is a terminal on which a picture can be drawn anew, with the means that are here."""
    return is_capable(sys.stdout) and find_spec("rich") is not None


class Screen:
    """
    The screen, from ``with`` to the end of the block.

    Args:
        title: What is shown.

    Synchronization: one task.
    """

    def __init__(self, title: str) -> None:
        from rich.live import Live  # the extra "cli"

        self._console = console_for(sys.stdout)
        self._picture = _Picture(title)
        self._live = Live(
            self._picture, console=self._console, screen=True, auto_refresh=False, redirect_stdout=False,
            redirect_stderr=False,
        )  # fmt: skip

    def __enter__(self) -> Self:
        """Switch to the other screen."""
        self._fit()
        self._live.start()
        return self

    def __exit__(self, *exc: object) -> None:
        """Switch back, and show the cursor again."""
        self._live.stop()

    def draw(self, lines: Sequence[Line], summary: str, complaints: Sequence[str]) -> None:
        """Draw a picture; of one that is too high the end is counted only."""
        self._picture.lines = [*lines, *((Span(each, "bold red"),) for each in complaints)]
        self._picture.summary = f"{summary}, {time.strftime('%H:%M:%S')}" if summary else time.strftime("%H:%M:%S")
        self._again()

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow the size of the terminal, and give it back while the program is stopped (Ctrl-Z)."""
        loop, signals = asyncio.get_running_loop(), {signal.SIGWINCH: self._again, signal.SIGTSTP: self._stop}
        for number, handler in signals.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self._live.stop()
        os.kill(os.getpid(), signal.SIGSTOP)
        self._live.start()  # whoever continued the program is back here
        self._again()

    def _again(self) -> None:
        self._fit()
        self._live.refresh()

    def _fit(self) -> None:
        # Asked for, not COLUMNS and LINES: these do not change with the window.
        try:
            columns, lines = os.get_terminal_size(sys.stdout.fileno())
        except OSError:
            columns, lines = 0, 0
        from rich.console import ConsoleDimensions

        self._console.size = ConsoleDimensions(columns or _USUAL[0], lines or _USUAL[1])


class _Picture:
    """What fits of the lines."""

    def __init__(self, title: str) -> None:
        self._title = title
        self.lines: list[Line] = []
        self.summary = ""

    def __rich_console__(self, _console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Yield a line for each line of the terminal."""
        space = max(options.max_height - _AROUND, 1)
        fits = self.lines if len(self.lines) <= space else self.lines[: space - 1]
        left = len(self.lines) - len(fits)
        title: Line = (Span(self._title, "bold"), Span(f"  {self.summary}; Ctrl-C ends", "dim"))
        more: list[Line] = [(Span(f"… {left} more lines", "dim"),)] if left else []
        for line in (title, (), *fits, *more):
            text = rich_text(_shown(line))
            text.no_wrap, text.overflow = True, "ellipsis"
            yield text


def _shown(line: Line) -> Line:
    """Return a line as this terminal can show it."""
    colours = has_colours(sys.stdout)
    return tuple(Span(encodable(span.text, sys.stdout), span.style if colours else "") for span in line)
