"""The process that a user-mode Linux is: its command line, its lines to the outside, its end in all circumstances."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import preload
from .host import tool
from .kernels import Kernel
from .machine import Machine
from .terminal import Terminal

# Ends when its stdin ends: with the word it was told that all is well, without it whoever started the guest is gone.
_WATCHDOG = 'read word; [ "$word" = done ] || { kill -KILL "-$1"; sleep 0.2; rm -rf "$2"; }'
_ENDS_ITSELF_WITHIN = 0.3


@dataclass(frozen=True, slots=True)
class Lines:
    """
    What connects a guest with the outside: stdout, stderr, channel and console, in this order.

    Attributes:
        near: The ends that are read here.
        far: The ends that the guest has.
        terminal: What takes the place of stdout in an interactive guest.
    """

    near: tuple[int, ...]
    far: tuple[int, ...]
    terminal: Terminal | None


@contextmanager
def opened(terminal: Terminal | None) -> Iterator[Lines]:
    """Yield new lines; the near ends are closed after the context, the far ends by `started`."""
    pipes = [os.pipe() for _ in range(4)]
    try:
        yield Lines(tuple(near for near, _ in pipes), tuple(far for _, far in pipes), terminal)
    finally:
        for near, _ in pipes:
            os.close(near)


def kernel_words(machine: Machine, folder: Path, lines: Lines) -> list[str]:
    """Return the kernel's command line; ``folder`` is the run folder."""
    stdout, stderr, channel, _ = lines.far
    first = f"fd:{lines.terminal.far}" if lines.terminal else f"null,fd:{stdout}"
    return [
        f"mem={machine.memory}M", "rootfstype=hostfs", "rootflags=/", "ro", f"umid={folder.name}", f"uml_dir={folder}/",
        "con=null", "con0=null,fd:1", "ssl=null", f"ssl0={first}", f"ssl1=null,fd:{stderr}", f"ssl2=null,fd:{channel}",
        # A kernel that goes on after an oops would make tests pass or hang by chance.
        "quiet", "loglevel=4", "oops=panic", "init=/bin/sh", "--", f"{folder}/pivot.sh",
    ]  # fmt: skip


@contextmanager
def started(kernel: Kernel, words: Sequence[str], cpu: int, lines: Lines) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the running kernel, pinned to ``cpu``; it and all its processes are dead after the context."""
    # A kernel that dies aborts: its core would be the guest's whole memory.
    # It also holds a descriptor for each file of the machine that the guest knows of.
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = [tool("prlimit", package="util-linux"), "--core=0", f"--nofile={files}:{files}"]
    pinned = [tool("taskset", package="util-linux"), "-c", str(cpu)]
    shim = {"LD_PRELOAD": str(preload.library())} if kernel.shim else {}
    inherited = [*lines.far[:3], *([lines.terminal.far] if lines.terminal else [])]
    try:
        process = subprocess.Popen(
            [*limits, *pinned, kernel.program, *kernel.words, *words],
            stdin=subprocess.DEVNULL, stdout=lines.far[3], stderr=lines.far[3],
            pass_fds=inherited, start_new_session=True, env={**os.environ, **shim}, cwd="/",
        )  # fmt: skip
    finally:
        for far in lines.far:
            os.close(far)
    with process:
        try:
            yield process
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process group of a kernel; does nothing when the kernel is gone."""
    if process.poll() is not None:
        return
    # Its own end first: it reaps its processes, which would otherwise be left to the machine's init.
    for number, patience in ((signal.SIGTERM, _ENDS_ITSELF_WITHIN), (signal.SIGKILL, None)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)


@contextmanager
def watched(process: subprocess.Popen[bytes], folder: Path) -> Iterator[None]:
    """Have the kernel killed and its run folder removed should this process die before the context ends."""
    words = ["/bin/sh", "-c", _WATCHDOG, "multipath-lab", str(process.pid), str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True, cwd="/") as watchdog:
        assert watchdog.stdin is not None
        try:
            yield
        finally:
            watchdog.stdin.write(b"done\n")
            watchdog.stdin.close()
