"""
The run folder: what a guest is told before it boots, and where it leaves the exit status of its command.

It holds the two scripts, their settings as shell assignments, the array's commands, and the command with its
environment.
"""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from ..errors import LabError
from . import backends, stock_modules, tools
from .launch import Runner
from .machine import Machine
from .terminal import Terminal

# The guest lays file systems of its own over these.
_FRESH = ("/tmp/", "/run/")
_CARRIED = ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHASHSEED", "PYTHONDONTWRITEBYTECODE")


@contextmanager
def run_folder(machine: Machine, command: Sequence[str], runner: Runner, terminal: Terminal | None) -> Iterator[Path]:
    """Yield a run folder that is ready for the guest; it is gone after the context."""
    folder = Path(tempfile.mkdtemp(prefix="multipath-lab-")).resolve()
    try:
        for name in ("pivot.sh", "session.sh"):
            (folder / name).write_bytes(files(__package__).joinpath(name).read_bytes())
        scratch = machine.scratch.resolve() if machine.scratch else folder / "scratch"
        scratch.mkdir(exist_ok=True)
        _refuse_blanks(folder, scratch, *_kept())
        (folder / "settings").write_text(_settings(machine, runner, scratch, terminal))
        (folder / "backend").write_text(backends.script(machine) + stock_modules.script(machine, folder))
        (folder / "command").write_text(
            _command(command, {**_environment(machine, runner, scratch), **machine.environment})
        )
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def status(folder: Path) -> int | None:
    """Return the exit status of the command, ``None`` when the guest did not live to tell it."""
    try:
        return int((folder / "status").read_text())
    except (OSError, ValueError):
        return None


def _refuse_blanks(*places: str | Path) -> None:
    # A kernel's command line and the options of hostfs have no way to say them.
    for place in map(str, places):
        if len(place.split()) != 1 or "," in place:
            raise LabError(f"the lab cannot share {place!r} with a guest: blanks and commas cannot be in such a path")


def _settings(machine: Machine, runner: Runner, scratch: Path, terminal: Terminal | None) -> str:
    layer = backends.layer(machine)
    settings = {
        "tools": layer,
        "tool_libraries": tools.libraries(layer),
        "kernel": runner.kernel(machine.kernel).tree,
        "scratch": scratch,
        "keep": " ".join(_kept()),
        "udev": "yes" if machine.udev else "no",
        "rows": terminal.size.lines if terminal else "",
        "columns": terminal.size.columns if terminal else "",
        **runner.SETTINGS,
    }
    return "".join(f"{key}={shlex.quote(str(value))}\n" for key, value in settings.items())


def _kept() -> list[str]:
    """Return what must stay visible although the guest's own /tmp and /run lie over it: Python, the project."""
    places = {sys.prefix, sys.base_prefix, os.getcwd(), str(Path(__file__).parents[2]), *sys.path}
    real = {os.path.realpath(place) for place in places if place} | {sys.prefix}
    wanted = sorted(place for place in real if place.startswith(_FRESH) and os.path.isdir(place))
    return [place for place in wanted if not any(place.startswith(f"{above}/") for above in wanted)]


def _command(command: Sequence[str], variables: Mapping[str, str]) -> str:
    exports = "".join(f"export {key}={shlex.quote(value)}\n" for key, value in variables.items())
    return f"{exports}cd {shlex.quote(os.getcwd())} || exit 127\nexec {shlex.join(command)}\n"


def _environment(machine: Machine, runner: Runner, scratch: Path) -> dict[str, str]:
    own = os.path.dirname(sys.executable)
    variables = {
        "PATH": os.pathsep.join([own, "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]),
        "LANG": "C.UTF-8",
        # An ordinary user's guest is root, but still may not read what the user may not.
        "HOME": "/root" if os.geteuid() == 0 else "/tmp",
        "TERM": os.environ.get("TERM", "dumb"),
        "MULTIPATH_LAB_KERNEL": machine.kernel,
        "MULTIPATH_LAB_STOCK": "yes" if machine.stock else "no",
        "MULTIPATH_LAB_BACKEND": machine.backend,
        "MULTIPATH_LAB_PATHS": str(machine.paths),
        "MULTIPATH_LAB_LUNS": str(machine.luns),
        "MULTIPATH_LAB_SIZE": str(machine.size),
        "MULTIPATH_LAB_UDEV": "yes" if machine.udev else "no",
        "MULTIPATH_LAB_SCRATCH": str(scratch),
        "MULTIPATH_LAB_CHANNEL": runner.SETTINGS["channel"],
    }
    return {key: os.environ[key] for key in _CARRIED if key in os.environ} | variables
