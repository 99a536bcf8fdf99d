"""A program on a pseudo-terminal: what it draws, which keys it gets, how large its window is."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

ROOT: Final = Path(__file__).parents[4]
_PATIENCE: Final = 60.0  # seconds, for a machine that is busy
_SEQUENCE: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class PseudoTerminal:
    """
    A watched machine with its own terminal.

    Args:
        words: Those of ``mpath``.
        environment: What differs in its environment.
        size: Columns and lines.
    """

    def __init__(
        self, *words: str, environment: Mapping[str, str] | None = None, size: tuple[int, int] = (100, 30)
    ) -> None:
        self._words, self._size = words, size
        self._environment = {"TERM": "xterm", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | dict(environment or {})
        self.drawn = ""

    def __enter__(self) -> Self:
        """Start it."""
        self._near, far = pty.openpty()
        self.resize(*self._size)
        orders, self._orders = os.pipe()
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.unit.frontends.cli.watched_machine", *self._words],
            stdin=far, stdout=far, stderr=far, start_new_session=True, pass_fds=[orders], cwd=ROOT,
            env=kept | self._environment | {"ORDERS": str(orders)},
        )  # fmt: skip
        os.close(far)
        os.close(orders)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        os.close(self._near)
        os.close(self._orders)

    def order(self, *words: str) -> None:
        """Have something done to the map."""
        os.write(self._orders, f"{' '.join(words)}\n".encode())

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._near, key.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Make its window larger or smaller."""
        fcntl.ioctl(self._near, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def until(self, *texts: str) -> str:
        """Return what is drawn from now on, until all the texts have come, sequences left out."""
        seen = ""
        while not all(text in seen for text in texts):
            seen = _SEQUENCE.sub("", seen + self._read(seen))
        return seen

    def end(self) -> int:
        """Read to the end, and return the exit code."""
        while True:
            try:
                self._read("the end")
            except EOFError:
                return self.process.wait(_PATIENCE)

    def stopped(self) -> None:
        """Return once it has given the terminal back and is stopped, as by Ctrl-Z."""
        while modes(self.drawn)[-1:] != ["first"]:
            self._read("the other screen")
        _, status = os.waitpid(self.process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), status

    def go_on(self) -> None:
        """Let it go on, as by ``fg``."""
        self.process.send_signal(signal.SIGCONT)

    def _read(self, seen: str) -> str:
        ready, _, _ = select.select([self._near], [], [], _PATIENCE)
        assert ready, f"nothing more came after {seen!r}"
        try:
            data = os.read(self._near, 1 << 16)
        except OSError:  # EIO: nobody has the other end
            raise EOFError(seen) from None
        if not data:
            raise EOFError(seen)
        text = data.decode(errors="replace")
        self.drawn += text
        return text


def modes(drawn: str) -> Sequence[str]:
    """Return, in order, what was said about the other screen and the cursor."""
    words = {"1049h": "other", "1049l": "first", "25l": "hidden", "25h": "shown"}
    return [words[each] for each in re.findall(r"\x1b\[\?(1049h|1049l|25l|25h)", drawn)]
