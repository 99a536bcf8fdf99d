"""How long an I/O can stand still, on a host in memory."""

import math
from collections.abc import Iterator

import pytest

from multipath import Host, Map, MultipathTable
from multipath.frontends.metrics.family import Readings
from multipath.frontends.metrics.stall_families import BOUND, BUDGET, FAMILIES, StallBounds
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
        """And follows what the kernel holds now; which files a path has is looked up once."""
        bounds = StallBounds(host)
        before = series(readings(host, {}, bounds), BOUND)[LOST]
        set_timeout(host, "sda", 5)
        one = series(readings(host, {}, bounds), BOUND)[LOST]
        set_timeout(host, "sdb", 5)
        both = series(readings(host, {}, bounds), BOUND)[LOST]

        assert before == one > both

    def test_is_shorter_where_a_manager_looks(self, host: Host) -> None:
        """By its budget, which is told as well."""
        found = readings(host, {"mpatha": 5.0})

        assert series(found, BUDGET) == {("mpatha",): 5.0}
        assert series(found, BOUND)["mpatha", "path silent", "new"] < 1

    def test_of_what_sysfs_does_not_show_is_none(self, host: Host) -> None:
        """Nor of a map that cannot be read."""
        found = Readings(FAMILIES)
        the_map: Map = host.map("mpatha")
        StallBounds(host).add_to(found, [the_map.snapshot], {}, {})

        assert series(found, BOUND) == {}
