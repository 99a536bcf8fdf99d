"""
Boots one guest of user-mode Linux, runs one command in it, and leaves nothing behind.

Theory of operation: the kernel is an ordinary process. Its root is the machine's root, read-only; ``pivot.sh`` lays the
missing tools and a tmpfs over it, ``session.sh`` makes the array and runs the command. A run folder carries the scripts in
and the exit status out. Three serial lines carry the command's stdout, its stderr and a channel of its own (used by the
pytest plugin); the console goes to a log that is shown only when the kernel dies. All processes of the guest are one process
group; a tiny watchdog outside of it kills the group and removes the run folder when this process goes away in any manner.
"""

import os
import selectors
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from ..errors import GuestPanicked, GuestTimeout
from . import cpus, kernels, preload, tools
from .backends import scsi_debug
from .host import tool
from .kernels import Kernel
from .machine import Machine

Sink = Callable[[bytes], None]
_FRESH = ("/tmp", "/run")
_WATCHDOG = 'read word; [ "$word" = done ] || { kill -KILL "-$1"; sleep 0.2; rm -rf "$2"; }'


def _write_to(descriptor: int) -> Sink:
    def sink(data: bytes) -> None:
        while data:
            data = data[os.write(descriptor, data) :]

    return sink


@dataclass(frozen=True, slots=True)
class Sinks:
    """
    Who gets what the command prints, as it prints it.

    Attributes:
        stdout: Gets its standard output.
        stderr: Gets its standard error.
        channel: Gets what is written to the third serial line, ``$MULTIPATH_LAB_CHANNEL``.
    """

    stdout: Sink = _write_to(1)
    stderr: Sink = _write_to(2)
    channel: Sink = lambda data: None  # noqa: E731


def run(command: Sequence[str], machine: Machine = Machine(), sinks: Sinks = Sinks()) -> int:  # noqa: B008
    """
    Run a command in a guest of its own and return its exit status.

    Raises:
        KernelUnavailable, ToolMissing: the guest cannot be made.
        GuestTimeout: the hard limit passed.
        GuestPanicked: the guest's kernel died before the command ended.
    """
    kernel = kernels.kernel(machine.kernel)
    layer = tools.layer()
    console: deque[bytes] = deque(maxlen=400)
    with _run_folder() as folder, cpus.taken() as cpu:
        _write_settings(folder, machine, kernel, layer)
        _write_command(folder, command, machine)
        with _booted(kernel, machine, folder, cpu) as (process, pipes):
            _pump(pipes, (sinks.stdout, sinks.stderr, sinks.channel, console.append), machine.timeout, process)
        return _status(folder, console, machine)


@contextmanager
def _run_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="multipath-lab-")).resolve()
    try:
        for name in ("pivot.sh", "session.sh"):
            (folder / name).write_bytes(files(__package__).joinpath(name).read_bytes())
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_settings(folder: Path, machine: Machine, kernel: Kernel, layer: Path) -> None:
    scratch = machine.scratch.resolve() if machine.scratch else folder / "scratch"
    scratch.mkdir(exist_ok=True)
    settings = {
        "tools": layer,
        "tool_libraries": tools.libraries(layer),
        "kernel": kernel.tree,
        "scratch": scratch,
        "keep": " ".join(_kept()),
        "udev": "yes" if machine.udev else "no",
        "interactive": "",
        "rows": "",
        "columns": "",
    }
    (folder / "settings").write_text("".join(f"{key}={shlex.quote(str(value))}\n" for key, value in settings.items()))
    (folder / "backend").write_text(scsi_debug.script(machine))


def _kept() -> list[str]:
    """Return what must stay visible although the guest's own /tmp and /run lie over it: Python, the project, the folder."""
    places = {sys.prefix, sys.base_prefix, os.getcwd(), str(Path(__file__).parents[2]), *sys.path}
    real = {os.path.realpath(place) for place in places if place} | {sys.prefix}
    wanted = sorted(place for place in real if place.startswith(tuple(f"{top}/" for top in _FRESH)) and os.path.isdir(place))
    return [place for place in wanted if not any(place.startswith(f"{above}/") for above in wanted)]


def _write_command(folder: Path, command: Sequence[str], machine: Machine) -> None:
    variables = {**_environment(machine), "MULTIPATH_LAB_SCRATCH": str(machine.scratch or folder / "scratch"), **machine.environment}
    exports = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in variables.items())
    (folder / "command").write_text(f"{exports}cd {shlex.quote(os.getcwd())} || exit 127\nexec {shlex.join(command)}\n")


def _environment(machine: Machine) -> Mapping[str, str]:
    own = os.path.dirname(sys.executable)
    variables = {
        "PATH": os.pathsep.join([own, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]),
        "LANG": "C.UTF-8",
        "HOME": "/root",
        "TERM": os.environ.get("TERM", "dumb"),
        "MULTIPATH_LAB_KERNEL": machine.kernel,
        "MULTIPATH_LAB_PATHS": str(machine.paths),
        "MULTIPATH_LAB_LUNS": str(machine.luns),
        "MULTIPATH_LAB_UDEV": "yes" if machine.udev else "no",
        "MULTIPATH_LAB_CHANNEL": "/dev/ttyS2",
    }
    carried = {key: os.environ[key] for key in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHASHSEED") if key in os.environ}
    return {**carried, **variables}


@contextmanager
def _booted(
    kernel: Kernel, machine: Machine, folder: Path, cpu: int
) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    pipes = [os.pipe() for _ in range(4)]
    readers = [reader for reader, _ in pipes]
    writers = [writer for _, writer in pipes]
    try:
        process = subprocess.Popen(
            _command_line(kernel, machine, folder, cpu, writers),
            stdin=subprocess.DEVNULL, stdout=writers[3], stderr=writers[3], pass_fds=writers[:3],
            start_new_session=True, env=_kernel_environment(kernel), cwd="/",
        )  # fmt: skip
    finally:
        for writer in writers:
            os.close(writer)
    with _watched(process, folder):
        try:
            yield process, readers
        finally:
            _kill(process)
            for reader in readers:
                os.close(reader)


def _command_line(kernel: Kernel, machine: Machine, folder: Path, cpu: int, pipes: Sequence[int]) -> list[str]:
    stdout, stderr, channel, _ = pipes
    return [
        # A kernel that dies aborts: its core would be the guest's whole memory.
        tool("prlimit", package="util-linux"), "--core=0",
        tool("taskset", package="util-linux"), "-c", str(cpu),
        str(kernel.program),
        f"mem={machine.memory}M", "rootfstype=hostfs", "rootflags=/", "ro", "init=/bin/sh",
        f"umid={folder.name}", f"uml_dir={folder}/",
        "con=null", "con0=null,fd:1", "ssl=null", f"ssl0=null,fd:{stdout}", f"ssl1=null,fd:{stderr}", f"ssl2=null,fd:{channel}",
        "quiet", "loglevel=4", "oops=panic", "--", f"{folder}/pivot.sh",
    ]  # fmt: skip


def _kernel_environment(kernel: Kernel) -> dict[str, str]:
    shim = {"LD_PRELOAD": str(preload.library())} if kernel.shim else {}
    return {**os.environ, **shim}


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


def _kill(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _pump(pipes: Sequence[int], sinks: Sequence[Sink], timeout: float, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + timeout
    with selectors.DefaultSelector() as selector:
        for pipe, sink in zip(pipes, sinks, strict=True):
            selector.register(pipe, selectors.EVENT_READ, sink)
        while selector.get_map():
            ready = selector.select(deadline - time.monotonic())
            if time.monotonic() >= deadline:
                raise GuestTimeout(f"the guest was killed: it ran for more than {timeout:g} s")
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                if data:
                    key.data(data)
                else:
                    selector.unregister(key.fd)


def _status(folder: Path, console: Sequence[bytes], machine: Machine) -> int:
    try:
        return int((folder / "status").read_text())
    except (OSError, ValueError):
        lines = b"".join(console).decode(errors="replace").replace("\r", "").splitlines()[-40:]
        raise GuestPanicked(f"the guest's kernel {machine.kernel} died before the command ended", lines) from None
