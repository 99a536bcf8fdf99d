"""Checkers and prioritizers on real kernels: sg3-utils see the same devices at the same time."""

import asyncio
import re
import subprocess
import time
from typing import Final

import pytest

from multipath import Host
from multipath.config.reader import read_configuration
from multipath.lab import guest
from multipath.lab.faults import alua_state, ana_state, injected
from multipath.lab.faults.resize import rescan
from multipath.maps import asked_priorities
from multipath.paths.path import Path as PathDevice
from multipath.paths.state import PathState
from multipath.probes.checkers import checker_named, probe
from multipath.probes.prioritizers import UNDEFINED, Priority, priority_of
from multipath.probes.verdict import Verdict

DEADLINE: Final = 10.0
VALUES: Final = {0: 50, 1: 10, 2: 1, 4: 5}  # of access states; others are worth nothing
NOT_READY: Final = (2, 22)  # what sg_turs ends with for 02/04/0B; the second since 1.46
CONFIGURATION: Final = read_configuration([("multipath.conf", "defaults {\n find_multipaths greedy\n}\n")])


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
                rescan(path.name)  # who opened it meanwhile, and udev does, may have left it without a size

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


@pytest.mark.kernel(backend="scsi_debug_per_path")
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

        assert (before.state, ready(f"/dev/{path.name}"), after.state) == (PathState.UP, 0, PathState.UP), (
            before,
            after,
        )
        assert (asked.state, told) == (PathState.DOWN, Verdict(PathState.DOWN, "the kernel says offline")), asked

    def test_is_planned_in_time_though_a_path_is_silent(self) -> None:
        """Its priority is undefined; the others have theirs."""
        with Host() as host:
            silent = host.paths()[0]
            with injected("lost", silent.name):
                began = time.monotonic()
                plan = host.plan(CONFIGURATION, ask=True)
                took = time.monotonic() - began

        (planned,) = plan.maps
        assert planned.desired is not None
        found = {member.path.name: member.priority for group in planned.desired.groups for member in group.members}
        assert took < asked_priorities.DEADLINE + 3
        assert found[silent.name] == UNDEFINED
        assert UNDEFINED not in {value for name, value in found.items() if name != silent.name}

    def test_is_measured(self) -> None:
        """Reads take some time, and less than a second."""
        with Host() as host:
            found = worth(host, "path_latency", host.paths()[0])

        assert found.value is not None
        assert 8 < found.value <= 32, found


@pytest.mark.kernel(backend="nvme_tcp", paths=2, stock=True)
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
