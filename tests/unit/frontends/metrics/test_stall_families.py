"""How long an I/O can stand still, on a host in memory."""

import math
from collections.abc import Iterator

import pytest

from multipath import Host, Map, MultipathTable, Path
from multipath.frontends.metrics import stall_families as module
from multipath.frontends.metrics.family import Readings
from multipath.frontends.metrics.stall_families import BOUND, BUDGET, FAMILIES, StallBounds
from multipath.paths.knobs import KnobFile
from multipath.units import format_devt
from multipath.virtual import VirtualHost

from .series import series

LOST = ("mpatha", "commands lost", "caught")


@pytest.fixture
def host() -> Iterator[Host]:
    """Give a host with a map of two paths."""
    with VirtualHost() as world, Host(**world.seams(), asker=world.asker()) as host:
        array = world.add_array(paths=2)
        names = [path.name for path in array.paths]
        host.create("mpatha", MultipathTable.build([names]), uuid=f"mpath-{array.wwid}")
        yield host


def readings(host: Host, budgets: dict[str, float], bounds: StallBounds | None = None) -> Readings:
    """Return what is told."""
    found, devices = Readings(FAMILIES), {format_devt(path.devt): path for path in host.paths()}
    (bounds or StallBounds(host)).add_to(found, [each.snapshot for each in host.maps()], devices, budgets)
    return found


def set_timeout(host: Host, name: str, seconds: int) -> None:
    """Let a path's requests take so long."""
    (host.sysfs / "block" / name / "device/timeout").write_text(f"{seconds}\n")


class TestABound:
    def test_is_infinite_where_nobody_looks_at_a_silent_path(self, host: Host) -> None:
        """Nothing new goes on then."""
        assert series(readings(host, {}), BOUND)["mpatha", "path silent", "new"] == math.inf

    def test_is_that_of_the_worst_path(self, host: Host) -> None:
        """And follows what the kernel holds now."""
        bounds = StallBounds(host)
        before = series(readings(host, {}, bounds), BOUND)[LOST]
        set_timeout(host, "sda", 5)
        one = series(readings(host, {}, bounds), BOUND)[LOST]
        set_timeout(host, "sdb", 5)
        both = series(readings(host, {}, bounds), BOUND)[LOST]

        assert before == one > both

    def test_looks_up_once_which_files_a_path_has(self, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        """That takes longer than to read them; a path that went away is forgotten."""
        looked = []

        def knob_files(path: Path, **_: object) -> tuple[KnobFile, ...]:
            looked.append(path.name)
            return ()

        monkeypatch.setattr(module, "knob_files", knob_files)
        bounds = StallBounds(host)
        readings(host, {}, bounds)
        readings(host, {}, bounds)
        bounds.add_to(Readings(FAMILIES), [], {}, {})
        readings(host, {}, bounds)

        assert sorted(looked) == ["sda", "sda", "sdb", "sdb"]

    def test_is_shorter_where_a_manager_looks(self, host: Host) -> None:
        """By its budget, which is told as well."""
        found = readings(host, {"mpatha": 5.0})

        assert series(found, BUDGET) == {("mpatha",): 5.0}
        assert series(found, BOUND)["mpatha", "path silent", "new"] < 1

    def test_of_a_device_that_was_deleted_is_none(self, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
        """It has no timeouts any more, and the kernel's defaults would be made up."""
        monkeypatch.setattr(module, "attribute_of", lambda *_: None)

        assert series(readings(host, {}), BOUND) == {}

    def test_of_what_sysfs_does_not_show_is_none(self, host: Host) -> None:
        """Nor of a map that cannot be read."""
        found = Readings(FAMILIES)
        the_map: Map = host.map("mpatha")
        StallBounds(host).add_to(found, [the_map.snapshot], {}, {})

        assert series(found, BOUND) == {}
