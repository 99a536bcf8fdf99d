"""The arrays of the lab: what each of them is, from inside a guest."""

from pathlib import Path

import pytest

from multipath import Host
from multipath.lab import guest, place
from multipath.lab.faults.alua_state import group

PATHS = 4


@pytest.mark.kernel(backend="tcm_loop", luns=2)
class TestALoopbackTarget:
    def test_shows_each_unit_through_every_host(self) -> None:
        """The library finds the same units as the guest's own view does."""
        with Host() as host:
            found = {path.name: path.designator for path in host.paths()}

        assert [len(unit.paths) for unit in guest.logical_units()] == [PATHS, PATHS]
        for unit in guest.logical_units():
            assert len({found[name] for name in unit.paths}) == 1

    def test_has_one_store_for_all_paths(self) -> None:
        """What is written through one is read through the others."""
        first, *others = guest.luns()[1]
        Path(f"/dev/{first}").write_bytes(b"seen from everywhere".ljust(4096))

        for name in others:
            with Path(f"/dev/{name}").open("rb") as disk:
                assert disk.read(20) == b"seen from everywhere"

    def test_has_two_target_port_groups(self) -> None:
        """The first half of the paths is optimized."""
        assert [group(name) for name in guest.luns()[0]] == ["optimized"] * 2 + ["nonoptimized"] * 2


@pytest.mark.kernel(backend="stuck", luns=2)
class TestAStuckArray:
    def test_has_a_device_of_its_own_under_each_path(self) -> None:
        """And one store for all of them."""
        first, *others = guest.luns()[0]
        assert [place.store(name) for name in guest.luns()[1]] == [f"lab-1-{path}" for path in range(PATHS)]

        Path(f"/dev/{first}").write_bytes(b"seen from everywhere".ljust(4096))

        for name in others:
            with Path(f"/dev/{name}").open("rb") as disk:
                assert disk.read(20) == b"seen from everywhere"


@pytest.mark.kernel(backend="scsi_debug_per_path", luns=2)
class TestAScsiDebugForEachPath:
    def test_is_one_array_to_whoever_asks(self) -> None:
        """The identifiers are the same through every module."""
        assert [len(unit.paths) for unit in guest.logical_units()] == [PATHS, PATHS]

    def test_has_knobs_for_each_path(self) -> None:
        """What one module is told, the others do not know."""
        assert len({place.knob(name, "opts") for name in guest.luns()[0]}) == PATHS
