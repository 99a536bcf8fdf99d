"""
Boots one guest, runs one command in it, and leaves nothing behind.

Theory of operation: a guest is one process group, of user-mode Linux (`uml`) or of QEMU (`qemu`). Its root is the
machine's root, read-only; ``pivot.sh`` lays the missing tools and a tmpfs over it, ``session.sh`` makes the array and
runs the command. A run folder carries the scripts in and the exit status out. Three lines carry the command's stdout,
its stderr and a channel of its own (used by the pytest plugin); the console is kept and shown only when the kernel
dies. A tiny watchdog outside of the group kills it and removes the run folder when this process goes away in any
manner.
"""

import os
import selectors
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from ..errors import Closed, GuestPanicked, GuestTimeout
from . import cpus, qemu, uml
from .briefing import run_folder, status
from .launch import Runner
from .lines import opened
from .machine import Machine
from .process import cpu_seconds, end, started, watched
from .sinks import Sinks, to_descriptor
from .terminal import Terminal

_CONSOLE_LINES = 100  # a panic's own line stands above registers and a stack of some 50
_CONSOLE_BYTES = 16384


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
        self._console = bytearray()
        self._resources = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self._limit, self._deadline = 0.0, 0.0

    def __enter__(self) -> Self:
        """Boot."""
        runner = runner_of(self._machine)
        with ExitStack() as resources:
            self._folder = resources.enter_context(run_folder(self._machine, self._command, runner, self._terminal))
            cpu = resources.enter_context(cpus.taken())
            self._lines = resources.enter_context(opened(self._terminal))
            launch = runner.launch(self._machine, self._folder, self._lines)
            self._process = resources.enter_context(started(launch, cpu, self._lines))
            resources.enter_context(watched(self._process, self._folder))
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
        text = self._console.decode(errors="replace").replace("\r", "")
        return tuple(text.splitlines()[-_CONSOLE_LINES:])

    @property
    def cpu_seconds(self) -> float:
        """How long the machine's processors have worked for this guest so far: what its own clocks cannot tell."""
        return cpu_seconds(self._live)

    def allow(self, seconds: float) -> None:
        """Set the hard limit anew, counted from now."""
        self._limit, self._deadline = seconds, time.monotonic() + seconds

    def kill(self) -> None:
        """Kill the guest; `wait` then ends. Does nothing when it is dead."""
        if self._process is not None:
            end(self._process)

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
            raise GuestPanicked(
                f"the guest's kernel {self._machine.kernel_title} died before the command ended", self.console
            )
        return code

    @property
    def _live(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise Closed("this guest was never booted")
        return self._process

    def _pump(self, process: subprocess.Popen[bytes]) -> None:
        sinks = (self._sinks.stdout, self._sinks.stderr, self._sinks.channel, self._keep)
        with selectors.DefaultSelector() as selector:
            for line, sink in zip(self._lines.near, sinks, strict=True):
                selector.register(line, selectors.EVENT_READ, sink)
            if self._terminal is not None:
                selector.register(self._terminal.near, selectors.EVENT_READ, self._sinks.stdout)
                selector.register(self._terminal.keyboard, selectors.EVENT_READ, to_descriptor(self._terminal.near))
            # A terminal never ends; the guest's own lines do when its last process is gone.
            while not selector.get_map().keys().isdisjoint(self._lines.near):
                self._pass_on(selector)
        process.wait()

    def _keep(self, data: bytes) -> None:
        # By bytes and not by pieces: an emulated serial line sends them one by one.
        self._console += data
        del self._console[:-_CONSOLE_BYTES]

    def _pass_on(self, selector: selectors.BaseSelector) -> None:
        # Not longer than a second: another thread may have moved the deadline.
        ready = selector.select(min(1.0, max(0.0, self._deadline - time.monotonic())))
        if time.monotonic() >= self._deadline:  # also where output comes without a pause
            raise GuestTimeout(f"the guest was killed: its limit of {self._limit:g} s passed")
        for key, _ in ready:
            data = os.read(key.fd, 1 << 16)
            if data:
                key.data(data)
            else:
                selector.unregister(key.fd)


def runner_of(machine: Machine) -> Runner:
    """Return what runs a machine."""
    return qemu if machine.stock else uml


def run(command: Sequence[str], machine: Machine | None = None, sinks: Sinks | None = None) -> int:
    """
    Run a command in a guest of its own and return its exit status.

    The guest has the machine's files, read-only, at the same places, and starts in the same folder with the same
    Python.

    Raises:
        KernelUnavailable: the kernel or a program for the guest cannot be fetched.
        ToolMissing: a program of this machine is missing.
        GuestTimeout: the hard limit passed.
        GuestPanicked: the guest's kernel died before the command ended.
    """
    with Guest(command, machine or Machine(), sinks) as guest:
        return guest.wait()
