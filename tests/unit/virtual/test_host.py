"""A machine in memory, through the library's own eyes."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Features, Host, Map, MultipathTable, errors
from multipath.units import DevT, Sectors
from multipath.virtual import BlockStatus, VirtualArray, VirtualClock, VirtualHost
from multipath.virtual.profile import PROFILES
from multipath.wire.selectors import RoundRobin

MINUTES = 60 * 10**9


@pytest.fixture(params=sorted(PROFILES))
def world(request: pytest.FixtureRequest) -> Iterator[VirtualHost]:
    """Give a machine of each kernel."""
    with VirtualHost(request.param) as world:
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give what the library sees of it."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def array(world: VirtualHost) -> VirtualArray:
    """Give an array with two paths."""
    return world.add_array(paths=2)


def made(host: Host, array: VirtualArray, *, queues: bool = False, groups: int = 1) -> Map:
    """Make a map of all paths."""
    names = [path.name for path in array.paths]
    table = MultipathTable.build(
        [names] if groups == 1 else [[name] for name in names], RoundRobin(), Features(queue_if_no_path=queues)
    )
    return host.create("mpatha", table, uuid=f"mpath-{array.wwid}")


class TestAMachine:
    def test_shows_its_paths_and_maps(self, host: Host, array: VirtualArray) -> None:
        """To a `Host` that was given its seams."""
        made(host, array)

        assert [path.name for path in host.paths()] == ["sda", "sdb"]
        assert [each.name for each in host.maps()] == ["mpatha"]
        assert host.map(array.wwid).uuid == f"mpath-{array.wwid}"

    def test_leaves_nothing_behind(self) -> None:
        """Its folder goes with it, or with the last reference."""
        with VirtualHost() as world:
            folder = world.sysfs.root
            assert (folder / "block").is_dir()
        world.close()
        forgotten = VirtualHost()
        other = forgotten.sysfs.root
        del forgotten

        assert not folder.exists()
        assert not other.exists()

    def test_ends_io_that_waits_for_a_path(self, world: VirtualHost, host: Host, array: VirtualArray) -> None:
        """No thread hangs for ever."""
        made(host, array, queues=True)
        for path in array.paths:
            path.break_cable()
        disk = world.open("mpatha")
        pending = disk.submit("write", 0, bytes(512))
        waiter = threading.Thread(target=pending.wait)
        waiter.start()

        world.close()
        waiter.join(5)

        assert not waiter.is_alive()
        assert pending.status is BlockStatus.IOERR

    def test_refuses_a_kernel_that_nobody_described(self) -> None:
        """And names those that are."""
        with pytest.raises(ValueError, match=r"6\.1, 6\.12, 7\.2"):
            VirtualHost("2.6.32")


class TestOpening:
    @pytest.mark.parametrize("ref", ["mpatha", "dm-0", "/dev/mapper/mpatha", "/dev/dm-0", "253:0", DevT(253 << 8)])
    def test_finds_a_map(self, world: VirtualHost, host: Host, array: VirtualArray, ref: str | DevT) -> None:
        """By every name that it has."""
        mpath = made(host, array)

        with world.open(ref) as disk:
            assert (disk.name, disk.devt, disk.size) == ("mpatha", mpath.devt, array.paths[0].size)
            assert mpath.info().open_count == 1
            with pytest.raises(errors.DeviceBusy):
                mpath.remove(timeout=0)
        mpath.remove()

    @pytest.mark.parametrize("ref", ["sda", "/dev/sda", "8:0", DevT(0x800)])
    def test_finds_a_path(self, world: VirtualHost, array: VirtualArray, ref: str | DevT) -> None:
        """Likewise."""
        with world.open(ref) as disk:
            disk.write(0, b"x" * 512)

        assert array.paths[0].writes_seen == 1

    @pytest.mark.parametrize("ref", ["mpathz", "/dev/none", "99:1", DevT(1), "dm-7"])
    def test_finds_nothing_else(self, world: VirtualHost, ref: str | DevT) -> None:
        """NotFound."""
        with pytest.raises(errors.NotFound, match="no block device of this world"):
            world.open(ref)

    def test_knows_the_block_size(self, world: VirtualHost, host: Host) -> None:
        """Of a map that of its paths."""
        array = world.add_array(paths=2, block_size=4096)
        made(host, array)

        with world.open("mpatha") as disk, pytest.raises(errors.BlockError, match="whole blocks of 4096 bytes"):
            disk.read(0, 512)


class TestAFailover:
    def test_is_not_seen_by_the_program(self, world: VirtualHost, host: Host, array: VirtualArray) -> None:
        """What it wrote is there, and an event has told of the path."""
        mpath = made(host, array)
        with world.open("mpatha") as disk:
            array.paths[0].break_cable()
            disk.write(0, b"a" * 4096)
            disk.write(4096, b"b" * 4096)

            assert disk.read(0, 8192) == b"a" * 4096 + b"b" * 4096
        assert mpath.status().failed_paths == {"8:0"}
        assert (mpath.info().event_nr, array.paths[1].writes_seen) == (1, 2)

    def test_from_a_silent_path_takes_three_minutes(self, world: VirtualHost, host: Host, array: VirtualArray) -> None:
        """Which pass in no time here: the kernel keeps the I/O for its six attempts of thirty seconds."""
        made(host, array)
        array.paths[0].silence()
        begin = world.clock.monotonic_ns()
        with world.open("mpatha") as disk:
            disk.write(0, b"a" * 4096)

        assert world.clock.monotonic_ns() - begin == 3 * MINUTES
        assert array.units[0].writes_seen == 1

    def test_takes_the_next_group_when_one_has_no_path(
        self, world: VirtualHost, host: Host, array: VirtualArray
    ) -> None:
        """And stays there when the first comes back."""
        mpath = made(host, array, groups=2)
        with world.open("mpatha") as disk:
            array.paths[0].break_cable()
            disk.write(0, bytes(512))
            array.paths[0].plug_cable()
            mpath.reinstate_path("sda")
            disk.write(0, bytes(512))

        assert mpath.status().current_group == 2
        assert array.paths[1].writes_seen == 2

    def test_of_the_last_path_fails_the_program(self, world: VirtualHost, host: Host, array: VirtualArray) -> None:
        """With the errno that pwrite would have."""
        made(host, array)
        for path in array.paths:
            path.break_cable()
        with world.open("mpatha") as disk, pytest.raises(errors.BlockError) as error:
            disk.write(0, bytes(512))

        assert error.value.errno in (BlockStatus.TRANSPORT.value, BlockStatus.IOERR.value)

    def test_does_not_help_against_the_units_own_errors(
        self, world: VirtualHost, host: Host, array: VirtualArray
    ) -> None:
        """No path fails for them."""
        mpath = made(host, array)
        array.units[0].medium_error(0)
        with world.open("mpatha") as disk, pytest.raises(errors.BlockError, match="MEDIUM"):
            disk.read(0, 512)

        assert mpath.status().failed_paths == set()


class TestAMapThatQueues:
    @pytest.fixture
    def queueing(self, host: Host, array: VirtualArray) -> Map:
        """Give one without a path that works."""
        mpath = made(host, array, queues=True)
        for path in array.paths:
            path.break_cable()
        return mpath

    def test_holds_io_until_a_path_is_reinstated(self, world: VirtualHost, array: VirtualArray, queueing: Map) -> None:
        """And then it is done."""
        with world.open("mpatha") as disk:
            pending = disk.submit("write", 0, b"q" * 512)
            assert not pending.wait(timeout=600)
            array.paths[1].plug_cable()

            queueing.reinstate_path("sdb")

            assert pending.result() == 512
            assert disk.read(0, 512) == b"q" * 512

    def test_gives_it_to_the_paths_of_a_new_table(self, world: VirtualHost, array: VirtualArray, queueing: Map) -> None:
        """A reload loses nothing."""
        with world.open("mpatha") as disk:
            pending = disk.submit("write", 0, b"q" * 512)
            assert not pending.wait(timeout=600)
            array.paths[1].plug_cable()

            queueing.reload(MultipathTable.build([["sdb"]]), verify=False)

            assert pending.result() == 512

    def test_fails_it_when_told_to(self, world: VirtualHost, queueing: Map) -> None:
        """EIO, as the program of a real map would get."""
        with world.open("mpatha") as disk:
            pending = disk.submit("write", 0, b"q" * 512)
            assert not pending.wait(timeout=600)

            queueing.queue_if_no_path(False)

            with pytest.raises(errors.BlockError, match="EIO"):
                pending.result()

    def test_holds_what_comes_while_it_is_suspended(self, world: VirtualHost, host: Host, array: VirtualArray) -> None:
        """Until the resume."""
        mpath = made(host, array)
        mpath.suspend()
        with world.open("mpatha") as disk:
            pending = disk.submit("write", 0, bytes(512))
            assert not pending.wait(timeout=600)

            mpath.resume()

            assert pending.result() == 512


class TestAccessStates:
    def test_are_changed_by_the_map_where_the_array_lets_it(self, world: VirtualHost, host: Host) -> None:
        """The first group is in standby: its activation makes it optimized."""
        array = world.add_array(paths=2, groups=("standby", "optimized"), alua="explicit")
        features = Features(retain_attached_hw_handler=True)
        table = MultipathTable.build([[path.name] for path in array.paths], features=features, handler="alua")
        mpath = host.create("mpatha", table, uuid=f"mpath-{array.wwid}")
        with world.open("mpatha") as disk:
            disk.write(0, bytes(512))

        assert mpath.status().current_group == 1
        assert array.groups[0].state.text == "active/optimized"


class TestAProbe:
    def test_reads_one_block_of_each_path(self) -> None:
        """Whatever its size; only the broken path fails."""
        with VirtualHost() as world, Host(**world.seams()) as host:
            array = world.add_array(paths=2, block_size=4096)
            mpath = made(host, array)
            with world.open("mpatha") as disk:
                disk.read(0, 4096)
            array.paths[1].break_cable()

            host.control.probe_paths(mpath.info())

            assert mpath.status().failed_paths == {"8:16"}


class TestFilesAsPaths:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        """Give a file of a mebibyte."""
        file = tmp_path / "disk"
        file.write_bytes(bytes(1 << 20))
        return file

    def test_make_a_map(self, world: VirtualHost, host: Host, file: Path) -> None:
        """The engine, in user space."""
        paths = [world.add_file_path(file, direct=False) for _ in range(2)]
        mpath = host.create("mpatha", MultipathTable.build([[path.name for path in paths]]))

        with world.open("mpatha") as disk:
            paths[0].break_cable()
            disk.write(4096, b"f" * 4096)
            disk.flush()

        assert mpath.snapshot.size == Sectors(2048)
        assert mpath.status().failed_paths == {"259:0"}
        assert file.read_bytes()[4096:8192] == b"f" * 4096

    def test_are_seen_as_paths(self, world: VirtualHost, host: Host, file: Path) -> None:
        """With their identity."""
        path = world.add_file_path(file, direct=False)

        assert [(each.name, each.designator) for each in host.paths()] == [("file0", path.wwid)]

    def test_must_be_one_file(self, world: VirtualHost, host: Host, file: Path, tmp_path: Path) -> None:
        """Two files of one size are two units."""
        other = tmp_path / "other"
        other.write_bytes(bytes(1 << 20))
        paths = [world.add_file_path(each, direct=False) for each in (file, other)]

        with pytest.raises(errors.PathsDiffer) as error:
            host.create("mpatha", MultipathTable.build([[path.name for path in paths]]))

        assert all(any(path.wwid in line for line in error.value.evidence) for path in paths)

    def test_may_be_declared_one(self, world: VirtualHost, host: Host, file: Path, tmp_path: Path) -> None:
        """By whoever knows: one file through two mounts."""
        link = tmp_path / "link"
        os.link(file, link)
        paths = [world.add_file_path(each, direct=False, wwid="mine") for each in (file, link)]

        host.create("mpatha", MultipathTable.build([[path.name for path in paths]]))

    def test_are_closed_with_the_machine(self, file: Path) -> None:
        """And take no I/O any more."""
        with VirtualHost() as world:
            disk = world.open(world.add_file_path(file, direct=False).name)

        with pytest.raises(errors.BlockError, match="OFFLINE"):
            disk.read(0, 512)


class TestAClockThatStandsStill:
    def test_lets_a_test_see_the_middle_of_a_failure(self) -> None:
        """Nothing moves but by its hand."""
        with VirtualHost(clock=VirtualClock(autojump=False)) as world, Host(**world.seams()) as host:
            array = world.add_array(paths=2)
            made(host, array)
            array.paths[0].silence()
            disk = world.open("mpatha")
            pending = disk.submit("write", 0, bytes(512))

            world.clock.advance(179)
            assert not pending.done
            world.clock.advance(1)

            assert pending.done
