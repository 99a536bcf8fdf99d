"""The user's terminal, lent to a guest: its size, its raw mode, and its state before, which it gets back."""

import os
import pty
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terminal:
    """
    A terminal for an interactive guest.

    Attributes:
        far: The end of a pseudo terminal that is the guest's first serial line.
        near: The end that this process reads from and writes to.
        keyboard: Where the user types.
        size: Lines and columns.
    """

    far: int
    near: int
    keyboard: int
    size: os.terminal_size


@contextmanager
def lent() -> Iterator[Terminal]:
    """
    Lend the terminal on stdin to a guest: every key, Ctrl-C included, goes to the guest while the context lasts.

    The guest gets a pseudo terminal and not the user's own: user-mode Linux makes its serial lines non-blocking, which
    the user's shell would find on its own terminal afterwards.
    """
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    near, far = pty.openpty()
    tty.setraw(far)
    tty.setraw(keyboard)
    try:
        yield Terminal(far, near, keyboard, os.get_terminal_size(keyboard))
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
        os.close(near)
        os.close(far)
