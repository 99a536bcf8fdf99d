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
        descriptor: What the guest's first serial line is: the far end of a pseudo terminal.
        near: The end that this process reads from and writes to.
        size: Lines and columns.
    """

    descriptor: int
    near: int
    size: os.terminal_size


@contextmanager
def lent() -> Iterator[Terminal]:
    """
    Lend the terminal on stdin to a guest: every key, Ctrl-C included, goes to the guest while the context lasts.

    The guest gets a pseudo terminal and not the user's own: user-mode Linux makes its serial lines non-blocking, which
    the user's shell would find on its own terminal afterwards.
    """
    near, far = pty.openpty()
    tty.setraw(far)
    before = termios.tcgetattr(sys.stdin.fileno())
    tty.setraw(sys.stdin.fileno())
    try:
        yield Terminal(far, near, os.get_terminal_size(sys.stdin.fileno()))
    finally:
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)
        os.close(near)
        os.close(far)
