"""What connects a guest with the outside."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .terminal import Terminal


@dataclass(frozen=True, slots=True)
class Lines:
    """
    What connects a guest with the outside: stdout, stderr, channel and console, in this order.

    Attributes:
        near: The ends that are read here.
        far: The ends that the guest has.
        terminal: What takes the place of stdout in an interactive guest.
        loop: Both ends of a connection that the guest's process has with itself.
    """

    near: tuple[int, ...]
    far: tuple[int, ...]
    terminal: Terminal | None
    loop: tuple[int, int]


@contextmanager
def opened(terminal: Terminal | None) -> Iterator[Lines]:
    """Yield new lines; the near ends are closed after the context, all others by `started`."""
    pipes = [os.pipe() for _ in range(4)]
    try:
        one, other = socket.socketpair()
        loop = one.detach(), other.detach()
        yield Lines(tuple(near for near, _ in pipes), tuple(far for _, far in pipes), terminal, loop)
    finally:
        for near, _ in pipes:
            os.close(near)
