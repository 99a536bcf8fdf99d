"""Checkers and prioritizers on real kernels: sg3-utils and multipathd see the same devices at the same time."""

import asyncio
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath import Host
from multipath.config.reader import read_configuration
from multipath.lab import guest, multipath_tools
from multipath.lab.faults import alua_state, ana_state, injected
from multipath.multipathd.socket import daemon_is_running
from multipath.paths.path import Path as PathDevice
from multipath.paths.state import PathState
from multipath.probes.checkers import checker_named, probe
from multipath.probes.prioritizers import UNDEFINED, Priority, priority_of
from multipath.probes.verdict import Verdict

from .oracle import dmsetup

DEADLINE: Final = 10.0
VALUES: Final = {0: 50, 1: 10, 2: 1, 4: 5}  # of access states; others are worth nothing
NOT_READY: Final = (2, 22)  # what sg_turs ends with for 02/04/0B; the second since 1.46
CONFIGURATION: Final = read_configuration([("multipath.conf", "defaults {\n find_multipaths greedy\n}\n")])
WORDS: Final = {PathState.UP: "ready", PathState.DOWN: "faulty", PathState.WILD: "undef"}  # as multipathd prints them
CONF: Final = Path("/etc/multipath.conf")


def verdict(host: Host, checker: str, path: PathDevice) -> Verdict:
    """Return what a new checker says of a path."""
    return asyncio.run(probe(checker_named(checker), host.asker, path, DEADLINE, state=path.state))


def worth(host: Host, prioritizer: str, path: PathDevice) -> Priority:
    """Return what a path is worth."""
    return asyncio.run(priority_of(prioritizer, "", host.asker, path, DEADLINE))


def reported(node: str, group: int | None) -> int | None:
    """Return the access state of a target port group, as sg_rtpg prints it; ``None`` where it gets no answer."""
    done = subprocess.run(["sg_rtpg", "--decode", node], check=False, capture_output=True, text=True)
    if done.returncode:
        return None
    pattern = r"target port group id : (0x[0-9a-f]+).*?asymmetric access state : (0x[0-9a-f]+)"
    states = {int(number, 16): int(state, 16) for number, state in re.findall(pattern, done.stdout, re.DOTALL)}
    assert group is not None
    return states[group]


def ready(node: str) -> int:
    """Return the exit status of sg_turs."""
    return subprocess.run(["sg_turs", node], check=False, capture_output=True).returncode


@pytest.mark.kernel(backend="tcm_loop", paths=2)
class TestAnAluaArray:
    @pytest.mark.parametrize("state", alua_state.STATES)
    def test_is_seen_as_sg3_utils_see_it(self, state: str) -> None:
        """The state of the path's group, and whether the unit is ready, while the array is in each state."""
        with Host() as host:
            path = next(path for path in host.paths() if path.name == guest.luns()[0][1])
            alua_state.inject(path.name, state)
            try:
                found, priority = verdict(host, "tur", path), worth(host, "alua", path)
                status, number = ready(f"/dev/{path.name}"), reported(f"/dev/{path.name}", path.port_group)
            finally:
                alua_state.heal(path.name)

        assert number in (None, alua_state.STATES[state])
        assert priority.value == (UNDEFINED if number is None else VALUES.get(number, 0)), priority
        assert (found.state is PathState.UP) == (status == 0), (found, status)
        assert (found.state is PathState.GHOST) == (state == "standby"), found
        assert found.state is not PathState.GHOST or status in NOT_READY, (found, status)
        assert (found.state is PathState.PENDING) == (state == "transitioning"), found

    def test_is_planned_by_its_states(self) -> None:
        """There is no handler in this kernel that would show them."""
        with Host() as host:
            with injected("alua_state", guest.luns()[0][0]):
                asked = [worth(host, "alua", path).value for path in host.paths()]
            priorities = {
                member.path.name: member.priority
                for planned in host.plan(CONFIGURATION, ask=True).maps
                if planned.desired
                for group in planned.desired.groups
                for member in group.members
            }

        assert asked == [1, 10]
        assert priorities == dict(zip(guest.luns()[0], (50, 10), strict=True))


@pytest.mark.kernel
class TestScsiDebug:
    def test_has_groups_that_sg_rtpg_reports(self) -> None:
        """Each host's port is in a group of its own."""
        with Host() as host:
            found = {path.name: worth(host, "alua", path).value for path in host.paths()}
            expected = {
                path.name: VALUES.get(reported(f"/dev/{path.name}", path.port_group) or 0, 0) for path in host.paths()
            }

        assert found == expected

    @pytest.mark.parametrize("checker", ["tur", "directio", "readsector0"])
    def test_is_up_until_it_is_offline(self, checker: str) -> None:
        """By the kernel's word, and without it: the device cannot be opened."""
        with Host() as host:
            path = host.paths()[0]
            before = verdict(host, checker, path)
            with injected("offline", path.name):
                asked = asyncio.run(probe(checker_named(checker), host.asker, path, DEADLINE, state="running"))
                told = verdict(host, checker, next(each for each in host.paths() if each.name == path.name))
            after = verdict(host, checker, path)

        assert (before.state, ready(f"/dev/{path.name}"), after.state) == (PathState.UP, 0, PathState.UP)
        assert (asked.state, told) == (PathState.DOWN, Verdict(PathState.DOWN, "the kernel says offline")), asked

    def test_is_measured(self) -> None:
        """Reads take some time, and less than a second."""
        with Host() as host:
            found = worth(host, "path_latency", host.paths()[0])

        assert found.value is not None
        assert 8 < found.value <= 32, found


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

    def comes_to(self, name: str, state: str) -> tuple[str, str]:
        """Return what it says of a path when it says this, or at last."""
        until = time.monotonic() + 20
        while (seen := self.seen(name))[0] != state and time.monotonic() < until:
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
@pytest.mark.kernel(backend="tcm_loop", paths=2, on="6.12")
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
                    theirs = multipathd.comes_to(name, word)
                finally:
                    alua_state.heal(name)
                assert theirs[0] == word, (state, ours, theirs)

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


@pytest.mark.kernel(backend="nvme_tcp", paths=2, stock=True, timeout=300)
class TestAnNvmeController:
    @pytest.mark.parametrize(
        ("state", "expected", "value"),
        [
            ("optimized", PathState.UP, 50),
            ("non-optimized", PathState.UP, 10),
            ("inaccessible", PathState.GHOST, 1),
            ("persistent-loss", PathState.DOWN, 0),
            ("change", PathState.PENDING, 1),
        ],
    )
    def test_has_the_state_that_its_target_was_given(
        self, state: ana_state.State, expected: PathState, value: int
    ) -> None:
        """The kernel shows none, without multipathing of its own: the log of the controller does."""
        with Host() as host:
            path = next(path for path in host.paths() if path.bus == "nvme")
            ana_state.inject(path.name, state)
            try:
                found, priority = verdict(host, "nvme", path), worth(host, "ana", path)
            finally:
                ana_state.heal(path.name)

        assert path.ana_state is None
        assert (found.state, priority.value) == (expected, value), (found, priority)
