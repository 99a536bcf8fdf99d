"""The process that a guest is, and its end in all circumstances."""

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .host import tool
from .launch import Launch
from .lines import Lines

# Ends when its stdin ends: with the word it was told that all is well, without it whoever started the guest is gone.
_WATCHDOG = 'read word; [ "$word" = done ] || { kill -KILL "-$1"; sleep 0.2; rm -rf "$2"; }'
_ENDS_ITSELF_WITHIN = 0.3
# proc(5), /proc/PID/stat, the fields behind the name: process group; time as user and system, of ended children too.
_GROUP, _TIMES = 2, slice(11, 15)


@contextmanager
def started(launch: Launch, cpu: int, lines: Lines) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a running guest, on ``cpu`` if it is to be pinned; it and all its processes are dead after the context."""
    # A kernel that dies aborts: its core would be the guest's whole memory.
    # It also holds a descriptor for each file of the machine that the guest knows of.
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    limits = [tool("prlimit", package="util-linux"), "--core=0", f"--nofile={files}:{files}"]
    pinned = [tool("taskset", package="util-linux"), "-c", str(cpu)] if launch.pinned else []
    try:
        process = subprocess.Popen(
            [*limits, *pinned, *launch.words],
            stdin=subprocess.DEVNULL, stdout=lines.far[3], stderr=lines.far[3],
            pass_fds=launch.inherited, start_new_session=True, env={**os.environ, **launch.environment}, cwd="/",
        )  # fmt: skip
    finally:
        for far in (*lines.far, *lines.loop):
            os.close(far)
    with process:
        try:
            yield process
        finally:
            end(process)


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return how long the processors have worked for the group of a process, those of it that have ended included."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended while we looked
            fields = file.read_text().rpartition(")")[2].split()
            if int(fields[_GROUP]) == process.pid:
                ticks += sum(map(int, fields[_TIMES]))
    return ticks / os.sysconf("SC_CLK_TCK")


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process group of a guest; does nothing when the guest is gone."""
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
    """Have the guest killed and its run folder removed should this process die before the context ends."""
    words = ["/bin/sh", "-c", _WATCHDOG, "multipath-lab", str(process.pid), str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True, cwd="/") as watchdog:
        assert watchdog.stdin is not None
        try:
            yield
        finally:
            watchdog.stdin.write(b"done\n")
            watchdog.stdin.close()
