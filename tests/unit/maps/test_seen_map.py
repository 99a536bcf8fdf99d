"""Maps and paths for who may not ask device-mapper."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host, Map, MultipathTable, errors
from multipath.config.reader import read_configuration
from multipath.virtual import VirtualHost
from multipath.virtual.array import VirtualArray


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a machine."""
    with VirtualHost() as world:
        yield world


@pytest.fixture
def array(world: VirtualHost) -> VirtualArray:
    """Give an array of two paths."""
    return world.add_array(paths=2)


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the library on that machine."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def mpath(host: Host, array: VirtualArray) -> Map:
    """Give a map."""
    return host.create("mpatha", MultipathTable.build([["sdb", "sda"]]), uuid=f"mpath-{array.wwid}")


@pytest.fixture
def unprivileged(world: VirtualHost) -> Host:
    """Give a host that knows nothing but sysfs: it would open this machine's device-mapper, if any."""
    return Host(sysfs=world.sysfs.root, commands=world.seams()["commands"])


class TestAMapInSysfs:
    def test_is_what_device_mapper_says(self, mpath: Map, unprivileged: Host) -> None:
        """As far as sysfs goes."""
        (seen,) = unprivileged.seen_maps()

        assert (seen.name, seen.uuid, seen.devt, seen.size) == (mpath.name, mpath.uuid, mpath.devt, mpath.snapshot.size)
        assert (seen.wwid, seen.paths) == (mpath.wwid, ("sda", "sdb"))
        assert seen.links == ("/dev/mapper/mpatha",)
        assert str(seen) == "mpatha (253:0)"

    def test_is_suspended_where_io_waits(self, mpath: Map, unprivileged: Host) -> None:
        """Until it is resumed."""
        mpath.suspend()
        assert unprivileged.seen_maps()[0].suspended

        mpath.resume()
        assert not unprivileged.seen_maps()[0].suspended

    def test_has_its_paths_by_number(self, host: Host, world: VirtualHost, unprivileged: Host) -> None:
        """Not by name, by which sdaa is before sdb."""
        array = world.add_array(paths=30)
        names = [path.name for path in host.paths()]
        host.create("mpatha", MultipathTable.build([names[::-1]]), uuid=f"mpath-{array.wwid}")

        assert unprivileged.seen_maps()[0].paths == tuple(names)

    def test_keeps_a_path_that_failed(self, mpath: Map, unprivileged: Host) -> None:
        """Whether it works is not in sysfs."""
        mpath.fail_path("sda")

        assert unprivileged.seen_maps()[0].paths == ("sda", "sdb")

    @pytest.mark.usefixtures("mpath")
    def test_has_the_links_of_udevs_database(self, world: VirtualHost, tmp_path: Path) -> None:
        """All of them, sorted; ``run`` is beside sysfs."""
        (tmp_path / "sys").symlink_to(world.sysfs.root)
        data = tmp_path / "run/udev/data"
        data.mkdir(parents=True)
        (data / "b253:0").write_text("S:mapper/mpatha\nS:disk/by-id/dm-name-mpatha\nE:DM_NAME=mpatha\n")

        assert Host(sysfs=tmp_path / "sys").seen_maps()[0].links == (
            "/dev/disk/by-id/dm-name-mpatha",
            "/dev/mapper/mpatha",
        )

    def test_that_is_gone_is_not_seen(self, mpath: Map, unprivileged: Host) -> None:
        """Neither by its old name nor by another."""
        mpath.remove()

        assert unprivileged.seen_maps() == ()

    @pytest.mark.usefixtures("array")
    @pytest.mark.parametrize("uuid", [None, "LVM-abc", "part1-mpath-36001"])
    def test_is_one_only_by_a_uuid_of_its_kind(self, host: Host, unprivileged: Host, uuid: str | None) -> None:
        """For sysfs tells no more."""
        host.create("other", MultipathTable.build([["sda", "sdb"]]), uuid=uuid)

        assert unprivileged.seen_maps() == ()

    def test_a_host_without_sysfs_has_none(self, tmp_path: Path) -> None:
        """An empty folder is a machine without devices."""
        assert Host(sysfs=str(tmp_path)).seen_maps() == ()


@pytest.mark.usefixtures("array")
class TestOnePath:
    def test_is_the_one_of_the_list(self, host: Host) -> None:
        """By name, number and node."""
        first = host.paths()[0]

        assert [host.path(ref) for ref in ("sda", "8:0", "/dev/sda", first.devt)] == [first] * 4

    @pytest.mark.parametrize("ref", ["sdz", "9:9", "", "/dev/null", "a\0b"])
    def test_that_is_none_is_not_found(self, host: Host, ref: str) -> None:
        """Whatever the text."""
        with pytest.raises(errors.NotFound):
            host.path(ref)

    def test_a_map_is_none(self, host: Host, mpath: Map) -> None:
        """The error says how to ask what it is."""
        with pytest.raises(errors.NotFound, match=r"classify\(\)"):
            host.path(mpath.devt)

    def test_has_a_wwid_with_its_source(self, host: Host, array: VirtualArray) -> None:
        """The kernel's, where udev is not there."""
        found = host.wwid("sda")

        assert (found.value, found.source, found.problem) == (array.wwid, "sysfs vpd_pg83", "")

    def test_that_nobody_knows_the_unit_of_has_none(self, host: Host, world: VirtualHost, array: VirtualArray) -> None:
        """Neither the kernel nor, for it is silent, the path itself."""
        (world.sysfs.root / "block/sda/device/vpd_pg83").unlink()
        array.paths[0].break_cable()

        with pytest.raises(errors.NotFound, match="no WWID"):
            host.wwid("sda")

    def test_is_asked_where_the_kernel_does_not_know(self, host: Host, world: VirtualHost, array: VirtualArray) -> None:
        """Unless the caller does not want that."""
        (world.sysfs.root / "block/sda/device/vpd_pg83").unlink()

        assert host.wwid("sda").value == array.wwid
        assert host.verdict("sda", ask=False).wwid is None

    def test_has_a_verdict_with_the_rule(self, host: Host) -> None:
        """File and line."""
        config = read_configuration([("multipath.conf", 'blacklist {\n devnode "^sda$"\n}\n')])

        assert not host.verdict("sda", config).allowed
        assert "multipath.conf:2" in host.verdict("sda", config).text
        assert host.verdict("sdb", config).allowed


class TestCapabilities:
    @pytest.mark.parametrize(("kernel", "probes"), [("6.1", False), ("7.2", True)])
    def test_are_those_of_the_kernel(self, kernel: str, probes: bool) -> None:
        """A world in memory has no daemon, and its host none of this machine's."""
        with VirtualHost(kernel=kernel) as world, Host(**world.seams()) as host:
            found = host.capabilities()

            assert found.interface == host.control.version()
            assert found.multipath == host.control.target_version("multipath")
            assert (found.probes_paths, found.udev, found.native_nvme, found.daemon) == (probes, False, None, None)
