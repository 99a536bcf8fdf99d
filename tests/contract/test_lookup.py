"""What a device is, and which map has it: in every world."""

from collections.abc import Iterator

import pytest

from multipath import Control, DeviceRole, Host, Map, MultipathTable, RoleKind, errors
from multipath.units import format_devt, parse_devt

from .world import World, line, make

UUID = "mpath-3600140500000000000000000000a11"


@pytest.fixture
def host(world: World) -> Host:
    """Give the machine."""
    return world.host


@pytest.fixture
def mpath(host: Host, paths: tuple[str, ...]) -> Iterator[Map]:
    """Give a map of three of the four paths."""
    created = host.create("mpatha", MultipathTable.build([paths[:2], paths[2:3]]), uuid=UUID)
    yield created
    created.remove()


@pytest.fixture
def partition(dm: Control, mpath: Map) -> Iterator[str]:
    """Give a partition of the map, as kpartx makes it."""
    dm.create("mpatha-part3", uuid=f"part3-{UUID}")
    dm.load("mpatha-part3", [line("linear", f"{format_devt(mpath.devt)} 8", length=8)])
    dm.resume("mpatha-part3")
    yield "mpatha-part3"
    dm.remove("mpatha-part3")


def said(role: DeviceRole) -> tuple[RoleKind, str | None]:
    """Return the kind, and the name of the map."""
    return role.kind, None if role.map is None else role.map.name


class TestTheMapOfAPath:
    def test_is_the_one_whose_table_has_it(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """By any name of the path."""
        (name,) = [path.name for path in host.paths() if format_devt(path.devt) == paths[2]]

        found = [host.map_of(ref) for ref in (paths[2], parse_devt(paths[2]), name, f"/dev/{name}")]

        assert [each and each.devt for each in found] == [mpath.devt] * 4

    def test_is_none_for_a_path_that_no_map_has(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """Although it leads to the same unit."""
        assert host.map_of(paths[3]) is None

    def test_is_none_where_only_a_waiting_table_has_it(
        self, host: Host, dm: Control, mpath: Map, paths: tuple[str, ...]
    ) -> None:
        """The kernel calls the map its holder from the load on; no I/O goes there."""
        dm.load("mpatha", [line("multipath", f"0 0 1 1 service-time 0 1 0 {paths[3]}", length=mpath.snapshot.size)])

        assert host.map_of(paths[3]) is None
        dm.clear("mpatha")

    def test_is_ambiguous_where_two_have_it(self, world: World, host: Host, mpath: Map) -> None:
        """The kernel lets that happen; which of them is meant nobody can say."""
        (path, *_) = mpath.table().devices
        make(world, "second", line("multipath", f"0 0 1 1 service-time 0 1 0 {path}"))

        with pytest.raises(errors.AmbiguousRef, match=r"is a path of two maps, .*second"):
            host.map_of(path)

        host.control.remove("second")

    @pytest.mark.parametrize("ref", ["8:1048575", "sdzz", "", "/dev/../sda", "mpath", "254:99"])
    def test_is_not_looked_for_where_there_is_no_such_device(self, host: Host, mpath: Map, ref: str) -> None:
        """Nothing less than a whole name is one."""
        with pytest.raises(errors.NotFound, match="no block device"):
            host.map_of(ref)

    def test_is_a_maps_own_and_that_of_its_partitions(self, host: Host, mpath: Map, partition: str) -> None:
        """Whatever lies on a map belongs to it."""
        found = [host.map_of(ref) for ref in ("mpatha", mpath.devt, UUID, partition)]

        assert [each and each.devt for each in found] == [mpath.devt] * 4


class TestAnOrphan:
    def test_is_a_path_that_no_map_has(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """Whatever unit it leads to."""
        assert [format_devt(path.devt) for path in host.orphans()] == [paths[3]]


class TestARole:
    def test_of_a_path_says_whether_a_map_has_it(self, host: Host, mpath: Map, paths: tuple[str, ...]) -> None:
        """A member, or what could become one."""
        roles = [host.classify(path) for path in paths]

        assert [said(role) for role in roles] == [(RoleKind.MEMBER, "mpatha")] * 3 + [(RoleKind.PATH, None)]
        assert [role.wwid for role in roles] == [UUID.removeprefix("mpath-")] * 3 + [""]

    def test_of_a_map_is_that(self, host: Host, mpath: Map) -> None:
        """By any of its names."""
        assert said(host.classify("mpatha")) == said(host.classify(mpath.devt)) == (RoleKind.MAP, "mpatha")
        assert str(host.classify("mpatha")) == f"mpatha ({format_devt(mpath.devt)}): map"

    def test_of_a_partition_of_a_map_is_told_by_its_uuid(self, host: Host, mpath: Map, partition: str) -> None:
        """With its number, and what it lies on."""
        role = host.classify(partition)

        assert (said(role), role.partition, role.disk) == ((RoleKind.PARTITION, "mpatha"), 3, mpath.devt)
        assert str(role) == f"mpatha-part3 ({format_devt(role.devt)}): partition 3 of map mpatha"

    @pytest.mark.parametrize("uuid", ["", "LVM-abc", f"part1-{UUID}0", f"part-{UUID}", f"xpart1-{UUID}"])
    def test_of_what_only_looks_like_one_is_a_device(self, world: World, mpath: Map, uuid: str) -> None:
        """Neither its name nor half of a uuid makes a partition."""
        dm = world.control
        dm.create("mpatha1", uuid=uuid or None)
        dm.load("mpatha1", [line("linear", f"{format_devt(mpath.devt)} 8", length=8)])
        dm.resume("mpatha1")

        assert said(world.host.classify("mpatha1")) == (RoleKind.DEVICE, None)
        dm.remove("mpatha1")

    def test_of_a_map_whose_table_is_gone_is_a_device(self, host: Host, dm: Control) -> None:
        """No I/O can go through it."""
        dm.create("empty", uuid=UUID)

        assert said(host.classify("empty")) == (RoleKind.DEVICE, None)
        dm.remove("empty")
