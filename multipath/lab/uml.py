"""
Boots one guest of user-mode Linux, runs one command in it, and leaves nothing behind.

Theory of operation: the kernel is an ordinary process. Its root is the machine's root, read-only; ``pivot.sh`` lays the
missing tools and a tmpfs over it, ``session.sh`` makes the array and runs the command. A run folder carries the scripts in
and the exit status out. Three serial lines carry the command's stdout, its stderr and a channel of its own (used by the
pytest plugin); the console is kept and shown only when the kernel dies. All processes of the guest are one process
group; a tiny watchdog outside of it kills the group and removes the run folder when this process goes away in any manner.
"""

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import Closed, GuestPanicked, GuestTimeout
from . import cpus, kernels, preload
from .briefing import run_folder, status
from .host import tool
from .kernels import Kernel
from .machine import Machine
from .terminal import Terminal

Sink = Callable[[bytes], None]
_CONSOLE_LINES = 40
_WATCHDOG = 'read word; [ "$word" = done ] || { kill -KILL "-$1"; sleep 0.2; rm -rf "$2"; }'


def writer(descriptor: int) -> Sink:
    """Return a sink that writes to a file descriptor."""

    def sink(data: bytes) -> None:
        while data:
            data = data[os.write(descriptor, data) :]

    return sink


def discard(data: bytes) -> None:
    """Throw away what the guest sent: a sink."""


@dataclass(frozen=True, slots=True)
class Sinks:
    """
    Who gets what the command prints, as it prints it.

    Attributes:
        stdout: Gets its standard output.
        stderr: Gets its standard error.
        channel: Gets what is written to ``$MULTIPATH_LAB_CHANNEL``.
    """

    stdout: Sink = writer(1)
    stderr: Sink = writer(2)
    channel: Sink = discard


class Guest:
    """
    One boot of one machine; a context manager, after which nothing of it is left.

    Synchronization: `wait` in one thread; `allow` and `kill` from any.
    """

    def __init__(
        self, command: Sequence[str], machine: Machine, sinks: Sinks | None = None, terminal: Terminal | None = None
    ) -> None:
        self._command, self._machine = command, machine
        self._sinks, self._terminal = sinks or Sinks(), terminal
        self._console: deque[bytes] = deque(maxlen=_CONSOLE_LINES * 10)
        self._resources = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._deadline = 0.0

    def __enter__(self) -> Self:
        """Boot."""
        kernel = kernels.kernel(self._machine.kernel)
        with ExitStack() as resources:
            self._folder = resources.enter_context(run_folder(self._machine, self._command, kernel, self._terminal))
            cpu = resources.enter_context(cpus.taken())
            self._lines = resources.enter_context(_lines(self._terminal))
            words = _command_line(self._machine, kernel, self._folder, self._lines.far)
            self._process = resources.enter_context(_started(words, kernel, cpu, self._lines))
            resources.enter_context(_watched(self._process, self._folder))
            self.allow(self._machine.timeout)
            self._resources = resources.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Kill what runs and remove what was made."""
        self.kill()
        self._resources.close()

    @property
    def console(self) -> tuple[str, ...]:
        """The last lines of the guest's console."""
        text = b"".join(self._console).decode(errors="replace").replace("\r", "")
        return tuple(text.splitlines()[-_CONSOLE_LINES:])

    def allow(self, seconds: float) -> None:
        """Set the hard limit anew, counted from now."""
        self._deadline = time.monotonic() + seconds

    def kill(self) -> None:
        """Kill the guest; `wait` then ends. Does nothing when it is dead."""
        if self._process is not None and self._process.poll() is None:
            # Its own end first: it reaps its processes, which would otherwise be left to the machine's init.
            for number, patience in ((signal.SIGTERM, 0.3), (signal.SIGKILL, None)):
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(patience)

    def wait(self) -> int:
        """
        Pass the output on until the guest is off; return the exit status of its command.

        Raises:
            GuestTimeout: the hard limit passed.
            GuestPanicked: the guest's kernel died before the command ended.
        """
        self._pump(self._live)
        code = status(self._folder)
        if code is None:
            raise GuestPanicked(f"the guest's kernel {self._machine.kernel} died before the command ended", self.console)
        return code

    @property
    def _live(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise Closed("this guest was never booted")
        return self._process

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        sinks = (self._sinks.stdout, self._sinks.stderr, self._sinks.channel, self._console.append)
        with selectors.DefaultSelector() as selector:
            for line, sink in zip(self._lines.near, sinks, strict=True):
                selector.register(line, selectors.EVENT_READ, sink)
            while selector.get_map():
                self._pass_on(selector)
        process.wait()

    def _pass_on(self, selector: selectors.BaseSelector) -> None:
        # Not longer than a second: another thread may have moved the deadline.
        ready = selector.select(min(1.0, max(0.0, self._deadline - time.monotonic())))
        if not ready and time.monotonic() >= self._deadline:
            raise GuestTimeout("the guest was killed: its time limit passed")
        for key, _ in ready:
            data = os.read(key.fd, 1 << 16)
            if data:
                key.data(data)
            else:
                selector.unregister(key.fd)


def run(command: Sequence[str], machine: Machine | None = None, sinks: Sinks | None = None) -> int:
    """
    Run a command in a guest of its own and return its exit status.

    The guest has the machine's files, read-only, at the same places, and starts in the same folder with the same Python.

    Raises:
        KernelUnavailable: the kernel or a program for the guest cannot be fetched.
        ToolMissing: a program of this machine is missing.
        GuestTimeout: the hard limit passed.
        GuestPanicked: the guest's kernel died before the command ended.
    """
    with Guest(command, machine or Machine(), sinks) as guest:
        return guest.wait()


@dataclass(frozen=True, slots=True)
class _Lines:
    """Pipes for stdout, stderr, channel and console: the ends that are read here, the ends that the guest has."""

    near: tuple[int, ...]
    far: tuple[int, ...]


@contextmanager
def _lines(terminal: Terminal | None) -> Iterator[_Lines]:
    pipes = [os.pipe() for _ in range(4)]
    try:
        yield _Lines(tuple(near for near, _ in pipes), tuple(far for _, far in pipes))
    finally:
        for near, _ in pipes:
            os.close(near)


def _command_line(machine: Machine, kernel: Kernel, folder: Path, lines: Sequence[int]) -> list[str]:
    stdout, stderr, channel, _ = lines
    return [
        str(kernel.program), f"mem={machine.memory}M", "rootfstype=hostfs", "rootflags=/", "ro",
        f"umid={folder.name}", f"uml_dir={folder}/", "con=null", "con0=null,fd:1",
        "ssl=null", f"ssl0=null,fd:{stdout}", f"ssl1=null,fd:{stderr}", f"ssl2=null,fd:{channel}",
        # A kernel that goes on after an oops would make tests pass or hang by chance.
        "quiet", "loglevel=4", "oops=panic", "init=/bin/sh", "--", f"{folder}/pivot.sh",
    ]  # fmt: skip


@contextmanager
def _started(words: Sequence[str], kernel: Kernel, cpu: int, lines: _Lines) -> Iterator[subprocess.Popen[bytes]]:
    # A kernel that dies aborts: its core would be the guest's whole memory.
    limits = [tool("prlimit", package="util-linux"), "--core=0", tool("taskset", package="util-linux"), "-c", str(cpu)]
    shim = {"LD_PRELOAD": str(preload.library())} if kernel.shim else {}
    try:
        process = subprocess.Popen(
            [*limits, *words], stdin=subprocess.DEVNULL, stdout=lines.far[3], stderr=lines.far[3],
            pass_fds=lines.far[:3], start_new_session=True, env={**os.environ, **shim}, cwd="/",
        )  # fmt: skip
    finally:
        for far in lines.far:
            os.close(far)
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _watched(process: subprocess.Popen[bytes], folder: Path) -> Iterator[None]:
    words = ["/bin/sh", "-c", _WATCHDOG, "multipath-lab", str(process.pid), str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True, cwd="/") as watchdog:
        assert watchdog.stdin is not None
        try:
            yield
        finally:
            watchdog.stdin.write(b"done\n")
            watchdog.stdin.close()
