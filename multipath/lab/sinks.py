"""Where the output of a guest goes, while it comes."""

import os
from collections.abc import Callable
from dataclasses import dataclass

Sink = Callable[[bytes], None]


def to_stdout(data: bytes) -> None:
    """Write to this process's own standard output: a sink."""
    _write(1, data)


def to_stderr(data: bytes) -> None:
    """Write to this process's own standard error: a sink."""
    _write(2, data)


def to_descriptor(descriptor: int) -> Sink:
    """Return a sink that writes to a file descriptor."""
    return lambda data: _write(descriptor, data)


def discard(data: bytes) -> None:
    """Throw away what the guest sent: a sink."""


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@dataclass(frozen=True, slots=True)
class Sinks:
    """
    Who gets what the command prints, as it prints it.

    Attributes:
        stdout: Gets its standard output.
        stderr: Gets its standard error.
        channel: Gets what is written to ``$MULTIPATH_LAB_CHANNEL``.
    """

    stdout: Sink = to_stdout
    stderr: Sink = to_stderr
    channel: Sink = discard
