from dataclasses import replace

import pytest

from multipath.config.setting import Value
from multipath.paths.path import Path
from multipath.paths.state import PathState
from multipath.policy.candidate import candidate
from multipath.policy.member import in_order, state_of
from multipath.probes.prioritizers import priority

from .world import NVME, WWID, a_member, a_path, configured


class TestAPathThatNoCheckerSaw:
    @pytest.mark.parametrize(
        ("path", "state"),
        [
            (a_path(state="running"), PathState.UP),
            (a_path(state="offline"), PathState.DOWN),
            (a_path(state="transport-offline"), PathState.DOWN),
            (a_path(state="blocked"), PathState.PENDING),
            (a_path(state="quiesce"), PathState.PENDING),
            (a_path(state=None), PathState.UP),
            (NVME, PathState.UP),
            (replace(NVME, state="dead"), PathState.DOWN),
            (replace(NVME, state="new"), PathState.PENDING),
            (replace(NVME, state="connecting"), PathState.DOWN),
            (replace(NVME, bus="ccw", state="online"), PathState.UP),
        ],
    )
    def test_is_in_the_state_that_the_kernel_shows(self, path: Path, state: PathState) -> None:
        """What runs is taken to be up."""
        assert state_of(path) is state

    def test_is_a_candidate_with_its_prioritizer(self) -> None:
        """All that can be known without asking it."""
        options: dict[str, Value] = {"prio": "weightedpath", "prio_args": "devname sda 7"}

        found = candidate(a_path(), configured(**options), priority, WWID)

        assert str(found) == "sda up, priority 7 by weightedpath (weightedpath: devname sda)"


class TestMembers:
    def test_stand_in_order_of_their_addresses(self) -> None:
        """As numbers, whatever their names; those without an address behind, by controller."""
        addresses = ["10:0:0:1", "2:0:0:10", "2:0:0:9", "2:0:1:0"]
        paths = [a_member(unit, hctl=hctl) for unit, hctl in enumerate(addresses)]
        namespaces = [replace(a_member(), path=replace(NVME, host=host)) for host in (11, 9)]
        odd = a_member(7, hctl="what")

        ordered = in_order([odd, *namespaces, *paths])

        assert [member.path.hctl for member in ordered] == [
            "2:0:0:9",
            "2:0:0:10",
            "2:0:1:0",
            "10:0:0:1",
            None,
            None,
            "what",
        ]
        assert [member.path.host for member in ordered[4:6]] == [9, 11]
