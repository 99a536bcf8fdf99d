"""Those who look after maps, started and ended in a guest: this library's manager, multipathd, and nobody."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from multipath import Host
from multipath.errors import MultipathError
from multipath.lab import multipath_tools

RELEASE: Final = "0.9.4"
_CONFIGURATION: Final = Path("/etc/multipath.conf")
_PLUGINS: Final = "/lib/multipath"
_MPATH: Final = (sys.executable, "-m", "multipath.frontends.cli.main")
_COMMON: Final = ("find_multipaths no", "user_friendly_names yes", "no_path_retry queue")
# What the most impatient administrator sets; each of these shortens something.
_TUNED: Final = (
    "polling_interval 1", "max_polling_interval 1", "checker_timeout 2", "fast_io_fail_tmo 1", "eh_deadline 2",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manager:
    """
    One who looks after the maps.

    Attributes:
        name: As the tables call it.
        settings: Of ``defaults``, beside those that all have.
        ours: Whether it is this library's.
    """

    name: str
    settings: tuple[str, ...] = ()
    ours: bool = False

    @contextmanager
    def running(self, maps: int, paths: int, *, limit: float = 240.0) -> Iterator[subprocess.Popen[bytes]]:
        """
        Let it look after the maps while the context lasts; afterwards there is none.

        Args:
            maps: How many maps there are to be.
            paths: How many paths in all of them, before the context begins.
            limit: Seconds after which that has failed.
        """
        lines = "".join(f"\t{line}\n" for line in (*_COMMON, *self.settings))
        _CONFIGURATION.write_text(f"defaults {{\n{lines}}}\n")
        words = [*_MPATH, "run"] if self.ours else [*multipath_tools.program(RELEASE, "multipathd"), "-d"]
        if not self.ours:
            lay_plugins()
        with Path(f"/tmp/{'mpath' if self.ours else 'multipathd'}.log").open("ab") as log:
            process = subprocess.Popen(words, stdout=log, stderr=log)
            try:
                _wait_for(maps, paths, process, limit)
                yield process
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
                _remove_all()


KERNEL: Final = Manager("nobody")
MULTIPATHD: Final = Manager(f"multipathd {RELEASE}, defaults")
TUNED: Final = Manager(f"multipathd {RELEASE}, tuned", _TUNED)
OURS: Final = Manager("mpath run, defaults", ours=True)
BUDGET: Final = Manager("mpath run, max_stall 5", ("max_stall 5",), ours=True)


def lay_plugins() -> None:
    """Put the checkers of multipath-tools where its programs look for them."""
    plugins = next((multipath_tools.tree(RELEASE) / "usr/lib").rglob("libchecktur.so")).parent
    shutil.copytree(plugins, _PLUGINS, dirs_exist_ok=True)


def _wait_for(maps: int, paths: int, process: subprocess.Popen[bytes], limit: float) -> None:
    """Wait until there are so many maps with so many paths that work."""
    until = time.monotonic() + limit
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
        with Host() as host, suppress(MultipathError):
            found = host.maps()
            if len(found) == maps and sum(path.active for each in found for path in each.status().paths) == paths:
                return
        time.sleep(0.2)
    raise TimeoutError(f"{process.args!r} made no {maps} maps with {paths} paths in {limit:g} s")


def _remove_all() -> None:
    with Host() as host, host.control.nodes_at_the_end():
        for each in host.maps():
            each.queue_if_no_path(False)
            each.remove()


def memory(process: subprocess.Popen[bytes]) -> float:
    """Return the memory of a process and all that descend from it, shared pages divided among those; in MiB."""
    kilobytes = 0
    for pid in _family(process.pid):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def _family(pid: int) -> tuple[int, ...]:
    """Return a process and all that descend from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return pid, *(each for child in children for each in _family(int(child)))


def write(file: str | os.PathLike[str], value: object) -> None:
    """Write a value as JSON, whole or not at all."""
    draft = Path(f"{os.fspath(file)}.draft")
    draft.write_text(json.dumps(value))
    draft.replace(file)
