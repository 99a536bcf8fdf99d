"""A shell at a terminal, for tests that press keys."""

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final, Self

import pytest

DEADLINE: Final = 40.0


class Terminal:
    """
    A shell at a terminal.

    Args:
        words: The shell.
        environment: What it starts with.
        folder: Where it works.
    """

    def __init__(self, words: list[str], environment: dict[str, str], folder: Path) -> None:
        self._ours, theirs = pty.openpty()
        self._shell = subprocess.Popen(
            words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder, start_new_session=True
        )
        os.close(theirs)
        self.seen = ""

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._ours, text.encode())

    def wait(self, text: str) -> None:
        """Wait until the screen shows a text, and forget what stood there."""
        end = time.monotonic() + DEADLINE
        while text not in self.seen:
            ready, _, _ = select.select([self._ours], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{text!r} did not come, but {self.seen!r}"
            self.seen += os.read(self._ours, 4096).decode(errors="replace").replace("\a", "")
        self.seen = self.seen.partition(text)[2]

    def __enter__(self) -> Self:
        """Return the shell."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self._shell.kill()
        self._shell.wait()
        os.close(self._ours)


def shell(name: str) -> str:
    """Return a shell, where it is at hand."""
    return shutil.which(name) or pytest.skip(f"{name} is not here")
