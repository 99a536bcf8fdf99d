"""Checkers beside those of multipathd: the same paths of the same array, at the same time."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath import Host
from multipath.lab import guest, multipath_tools
from multipath.lab.faults import alua_state
from multipath.multipathd.socket import daemon_is_running
from multipath.paths.state import PathState

from .oracle import dmsetup
from .test_probes import verdict

WORDS: Final = {PathState.UP: "ready", PathState.DOWN: "faulty", PathState.WILD: "undef"}  # as multipathd prints them
CONF: Final = Path("/etc/multipath.conf")


class Daemon:
    """multipathd of the newest release, with one checker for all paths."""

    def __init__(self, checker: str) -> None:
        CONF.write_text(
            "defaults {\n find_multipaths greedy\n polling_interval 1\n max_polling_interval 1\n checker_timeout 5\n}\n"
            f"overrides {{\n path_checker {checker}\n detect_checker no\n prio alua\n}}\n"
        )
        link = Path("/usr/lib/multipath")
        link.unlink(missing_ok=True)
        link.symlink_to(next(multipath_tools.portable("newest").rglob("lib/multipath")))
        self._words = multipath_tools.program("newest", "multipathd", at=multipath_tools.tree("newest"))
        self._process = subprocess.Popen([*self._words, "-d"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not daemon_is_running():
            assert self._process.poll() is None

    def ask(self, *words: str) -> str:
        """Return what it answers."""
        command = [*self._words, *words]
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout

    def seen(self, name: str) -> tuple[str, str]:
        """Return state and priority of a path, as it prints them."""
        for line in self.ask("show", "paths", "raw", "format", "%d|%T|%p").splitlines():
            found, state, value = (each.strip() for each in f"{line}||".split("|")[:3])
            if found == name:
                return state, value
        return "", ""

    def comes_to(self, name: str, *states: str) -> tuple[str, str]:
        """Return what it says of a path when it says one of these, or at last."""
        until = time.monotonic() + 60
        while (seen := self.seen(name))[0] not in states and time.monotonic() < until:
            pass
        return seen

    def stop(self) -> None:
        """End it, and remove its maps."""
        self._process.terminate()
        self._process.wait(60)
        CONF.unlink()
        for line in dmsetup("ls").splitlines():
            subprocess.run(["dmsetup", "remove", "--force", line.split()[0]], check=False, capture_output=True)


@pytest.fixture(params=["tur", "directio", "hp_sw", "rdac", "emc_clariion"])
def daemon(request: pytest.FixtureRequest) -> Iterator[tuple[str, Daemon]]:
    """Give multipathd with a checker, and the checker's name."""
    daemon = Daemon(request.param)
    yield request.param, daemon
    daemon.stop()


@pytest.mark.slow
@pytest.mark.kernel(backend="tcm_loop", paths=2, on="6.12", timeout=300)
class TestMultipathd:
    def test_says_the_same_of_the_same_path(self, daemon: tuple[str, Daemon]) -> None:
        """Each checker, in each state of the array; and the priority, where the path can be used."""
        checker, multipathd = daemon
        name = guest.luns()[0][1]
        with Host() as host:
            path = next(path for path in host.paths() if path.name == name)
            for state in ("optimized", "nonoptimized", "standby", "unavailable"):
                alua_state.inject(name, state)
                try:
                    verdict(host, checker, path)  # takes the unit attention, of which hp_sw makes a ghost
                    ours = verdict(host, checker, path)
                    word = WORDS.get(ours.state, str(ours.state))
                    theirs = multipathd.comes_to(name, *(word, "i/o pending") if word == "undef" else (word,))
                finally:
                    alua_state.heal(name)
                # One that cannot say leaves it at what it said before: pending, where it was slow at first.
                assert theirs[0] in (word, "i/o pending" if word == "undef" else word), (state, ours, theirs)

    def test_has_one_checker_that_reads_otherwise(self) -> None:
        """Its ``readsector0`` takes the node's block size for the device's, and every path to LIO is faulty."""
        multipathd = Daemon("readsector0")
        try:
            with Host() as host:
                path = host.paths()[0]
                ours, theirs = verdict(host, "readsector0", path), multipathd.comes_to(path.name, "faulty")
        finally:
            multipathd.stop()

        assert (ours.state, theirs[0]) == (PathState.UP, "faulty")
