"""The maps over partitions: made, kept in step, removed, and left alone where anything is in the way."""

import errno
from collections.abc import Callable, Iterator

import pytest

from multipath import Features, Host, Map, MultipathTable, Target, errors
from multipath.dm.control import Control
from multipath.virtual import VirtualArray, VirtualHost
from tests.unit.wire.partition_images import Image, Slot

WWID = "3600140500000000000000000000a11"
UUID = f"mpath-{WWID}"
SLOTS = ((40, 79, "root"), (80, 99, "swap"))


@pytest.fixture(params=[512, 4096])
def world(request: pytest.FixtureRequest) -> Iterator[VirtualHost]:
    """Give a world with an array of two paths, of small or of large blocks."""
    with VirtualHost() as world:
        world.add_array(paths=2, block_size=request.param)
        yield world


@pytest.fixture
def array(world: VirtualHost) -> VirtualArray:
    """Give that array."""
    return world.arrays[0]


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the machine."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def mpath(host: Host, array: VirtualArray) -> Map:
    """Give a map that queues."""
    table = MultipathTable.build([[path.name for path in array.paths]], features=Features(queue_if_no_path=True))
    return host.create("mpatha", table, uuid=UUID)


class Disk:
    """What stands on the map."""

    def __init__(self, world: VirtualHost) -> None:
        self._world = world
        with world.open("mpatha") as disk:
            self.block_size, self.size = disk.block_size, disk.size

    def image(self) -> Image:
        """Return an empty disk as large as the map."""
        return Image(self.size * 512 // self.block_size, self.block_size)

    def gpt(self, *slots: Slot) -> None:
        """Write a GPT."""
        self.write(self.image().gpt(*slots))

    def write(self, image: Image) -> None:
        """Write all of an image."""
        with self._world.open("mpatha") as disk:
            disk.write(0, bytes(image.data))

    def wipe(self) -> None:
        """Write zeroes where tables begin."""
        with self._world.open("mpatha") as disk:
            disk.write(0, bytes(16 * self.block_size))


@pytest.fixture
def disk(world: VirtualHost, mpath: Map) -> Disk:  # noqa: ARG001 -- the map that it stands on
    """Give what stands on the map: a table of two partitions."""
    disk = Disk(world)
    disk.gpt(*SLOTS)
    return disk


def devices(host: Host) -> dict[str, str]:
    """Return every device but the map itself: its name, its uuid, its table, and whether another one waits."""
    found = {}
    for entry in host.control.devices():
        if entry.name != "mpatha":
            table = host.control.table(entry)
            found[entry.name] = f"{table.info.uuid} {table}{' inactive' * table.info.inactive_table}"
    return found


def line(mpath: Map, number: int, start: int, blocks: int, block_size: int) -> str:
    """Return uuid and table of the map over a partition."""
    per = block_size // 512
    return f"part{number}-{UUID} 0 {blocks * per} linear 253:{mpath.devt & 0xFF} {start * per}"


def lose_all(array: VirtualArray, world: VirtualHost) -> None:
    """Lose both paths, and let the map find out."""
    for path in array.paths:
        path.break_cable()
    with world.open("mpatha") as opened:
        opened.submit("read", 0, bytearray(4096)).wait(60)


class TestAddingThem:
    def test_makes_a_map_for_each_partition(self, host: Host, mpath: Map, disk: Disk) -> None:
        """With kpartx's names and uuids, and their bytes are the partition's."""
        made = mpath.partitions().add()

        assert [each.name for each in made] == ["mpatha1", "mpatha2"]
        assert devices(host) == {
            "mpatha1": line(mpath, 1, 40, 40, disk.block_size),
            "mpatha2": line(mpath, 2, 80, 20, disk.block_size),
        }

    def test_twice_changes_nothing(self, host: Host, mpath: Map, disk: Disk) -> None:
        """No device has another event number or state."""
        mpath.partitions().add()
        before = [host.control.info(entry) for entry in host.control.devices()]

        assert [each.number for each in mpath.partitions().add()] == [1, 2]
        assert [host.control.info(entry) for entry in host.control.devices()] == before

    def test_leaves_those_without_a_partition(self, host: Host, mpath: Map, disk: Disk) -> None:
        """Only an update removes them."""
        mpath.partitions().add()
        disk.gpt(SLOTS[0])

        assert [each.name for each in mpath.partitions().add()] == ["mpatha1", "mpatha2"]

    def test_reads_and_writes_the_partition(self, world: VirtualHost, mpath: Map, disk: Disk) -> None:
        """What is written to it stands there on the map."""
        mpath.partitions().add()
        block = b"partition 2 here".ljust(disk.block_size, b".")
        with world.open("mpatha2") as opened:
            opened.write(0, block)

        with world.open("mpatha") as opened:
            assert opened.read(80 * disk.block_size, disk.block_size) == block

    def test_maps_logical_partitions_on_the_whole_disk(self, host: Host, mpath: Map, disk: Disk) -> None:
        """And of the extended one two sectors, or one block."""
        image = disk.image().record((0x83, 64, 64), (0x05, 1000, 900))
        image.record((0x83, 10, 90), block=1000)
        disk.write(image)
        mpath.partitions().add()

        assert devices(host) == {
            "mpatha1": line(mpath, 1, 64, 64, disk.block_size),
            "mpatha2": line(mpath, 2, 1000, 2 if disk.block_size == 512 else 1, disk.block_size),
            "mpatha5": line(mpath, 5, 1010, 90, disk.block_size),
        }


class TestTheirNames:
    @pytest.mark.parametrize(
        ("name", "delimiter", "names"),
        [
            ("data", None, ["data1", "data2"]),
            ("data7", None, ["data7p1", "data7p2"]),
            ("data", "-part", ["data-part1", "data-part2"]),
            ("data7", "", ["data71", "data72"]),
        ],
    )
    def test_are_kpartxs(self, mpath: Map, disk: Disk, name: str, delimiter: str | None, names: list[str]) -> None:
        """With its delimiter, or the caller's."""
        mpath.rename(name)

        assert [each.name for each in mpath.partitions().add(delimiter=delimiter)] == names

    def test_stay_where_another_program_chose_them(self, mpath: Map, disk: Disk) -> None:
        """And new ones are called in the same way: two programs do not rename each other's."""
        mpath.partitions().add(delimiter="-part")
        disk.gpt(*SLOTS, (100, 119, "home"))

        assert [each.name for each in mpath.partitions().update()] == ["mpatha-part1", "mpatha-part2", "mpatha-part3"]

    def test_follow_the_map(self, mpath: Map, disk: Disk) -> None:
        """After a rename."""
        mpath.partitions().add(delimiter="-part")
        mpath.rename("data")

        assert [each.name for each in mpath.partitions().update(delimiter="-part")] == ["data-part1", "data-part2"]

    def test_change_in_use(self, world: VirtualHost, mpath: Map, disk: Disk) -> None:
        """A new name disturbs nobody."""
        mpath.partitions().add()
        with world.open("mpatha1"):
            assert [each.name for each in mpath.partitions().add(delimiter="-part")] == ["mpatha-part1", "mpatha-part2"]

    def test_that_no_device_may_have_are_refused(self, host: Host, mpath: Map, disk: Disk) -> None:
        """Before anything is made."""
        with pytest.raises(errors.NameRefused):
            mpath.partitions().add(delimiter="/")
        assert devices(host) == {}

    def test_that_are_taken_are_refused(self, host: Host, mpath: Map, disk: Disk) -> None:
        """And what was made is taken back."""
        taken = host.control.create("mpatha2", uuid="somebody")

        with pytest.raises(errors.DeviceExists):
            mpath.partitions().add()
        assert [entry.name for entry in host.control.devices()] == ["mpatha", taken.name]

    def test_come_from_the_number_where_the_map_has_no_uuid(self, host: Host, mpath: Map, disk: Disk) -> None:
        """As kpartx makes one up."""
        mpath.remove()
        plain = host.create("mpatha", mpath.snapshot.table)
        number = f"253:{plain.devt & 0xFF}"

        made = plain.partitions().add()

        assert [each.uuid for each in made] == [f"part{each}-devnode_{number}_Wh5pYvM" for each in (1, 2)]


class TestUpdatingThem:
    def test_follows_the_table(self, host: Host, mpath: Map, disk: Disk) -> None:
        """One is moved, one goes, one comes."""
        mpath.partitions().add()
        disk.gpt((48, 79, "root"), (0, 0, ""), (100, 119, "home"))
        mpath.partitions().update()

        assert devices(host) == {
            "mpatha1": line(mpath, 1, 48, 32, disk.block_size),
            "mpatha3": line(mpath, 3, 100, 20, disk.block_size),
        }

    def test_removes_them_where_the_table_was_wiped(self, host: Host, mpath: Map, disk: Disk) -> None:
        """Kpartx leaves them for ever."""
        mpath.partitions().add()
        disk.wipe()

        assert len(mpath.partitions().update()) == 0
        assert devices(host) == {}

    def test_lets_one_grow_in_use(self, world: VirtualHost, host: Host, mpath: Map, disk: Disk) -> None:
        """That disturbs nobody."""
        mpath.partitions().add()
        disk.gpt(SLOTS[0], (80, 149, "swap"))
        with world.open("mpatha2") as opened:
            mpath.partitions().update()
            assert opened.size == 70 * disk.block_size // 512

    @pytest.mark.parametrize("slots", [(SLOTS[0],), (SLOTS[0], (88, 99, "swap")), (SLOTS[0], (80, 89, "swap"))])
    def test_refuses_to_disturb_one_in_use(
        self, world: VirtualHost, host: Host, mpath: Map, disk: Disk, slots: tuple[Slot, ...]
    ) -> None:
        """It would go, move or shrink: nothing is changed, and who uses it is told."""
        mpath.partitions().add()
        disk.gpt(*slots, (0, 0, ""), (100, 119, "new"))
        before = devices(host)
        with world.open("mpatha2"), pytest.raises(errors.DeviceBusy) as busy:
            mpath.partitions().update(timeout=0)

        assert devices(host) == before
        assert str(busy.value.holders[0]).startswith("process")

    def test_finishes_what_a_killed_program_left(self, host: Host, mpath: Map, disk: Disk) -> None:
        """A device without a table, and one whose table is not live."""
        host.control.create("mpatha1", uuid=f"part1-{UUID}")
        begun = host.control.create("mpatha2", uuid=f"part2-{UUID}")
        host.control.load(begun, [Target.parse(f"0 8 linear 253:{mpath.devt & 0xFF} 0")])

        assert [each.line is not None for each in mpath.partitions()] == [False, False]
        mpath.partitions().update()
        assert devices(host)["mpatha1"] == line(mpath, 1, 40, 40, disk.block_size)
        assert devices(host)["mpatha2"] == line(mpath, 2, 80, 20, disk.block_size)

    def test_tells_first_what_it_would_do(self, host: Host, mpath: Map, disk: Disk) -> None:
        """And does none of it."""
        mpath.partitions().add()
        disk.gpt((0, 0, ""), SLOTS[1], (100, 119, "home"))

        told = [str(change).partition(":")[0] for change in mpath.partitions().changes(delimiter="-part")]

        assert told == ["remove mpatha1", "rename mpatha2 to mpatha-part2", "create mpatha-part3"]
        assert list(devices(host)) == ["mpatha1", "mpatha2"]

    @pytest.mark.parametrize("table", ["0 8 zero", "0 8 linear 8:0 0"])
    def test_leaves_devices_of_others_alone(self, host: Host, mpath: Map, disk: Disk, table: str) -> None:
        """What has such a uuid, but another table, is no map over a partition."""
        if "linear" in table:  # the paths are the map's while it is there
            plain = host.control.create("plain")
            host.control.load(plain, [Target.parse("0 64 zero")])
            host.control.resume(plain)
            table = f"0 8 linear 253:{plain.devt & 0xFF} 0"
        other = host.control.create("other", uuid=f"part9-{UUID}")
        host.control.load(other, [Target.parse(table)])
        host.control.resume(other)
        mpath.partitions().update()

        assert "other" in devices(host)
        assert len(mpath.partitions()) == 2

    def test_makes_maps_of_a_read_only_one_read_only(self, host: Host, mpath: Map, disk: Disk) -> None:
        """Or where it is asked for."""
        assert [each.info.read_only for each in mpath.partitions().add(read_only=True)] == [True, True]
        assert [each.info.read_only for each in mpath.partitions().add()] == [False, False]


class TestATableThatCannotBeUsed:
    def test_changes_nothing(self, host: Host, mpath: Map, disk: Disk) -> None:
        """It is no wiped one: the maps stay."""
        mpath.partitions().add()
        image = disk.image().gpt(*SLOTS)
        for block in (1, image.blocks - 1):
            image.put(block, bytes(8))
        disk.write(image)
        before = devices(host)

        with pytest.raises(errors.PartitionTableError, match=r"map mpatha: .*; nothing was changed"):
            mpath.partitions().update()
        assert devices(host) == before

    def test_is_one_with_a_partition_behind_the_end(self, host: Host, mpath: Map, disk: Disk) -> None:
        """Not one of its partitions gets a map."""
        disk.gpt(*SLOTS, (100, 1 << 60, "beyond"))

        with pytest.raises(errors.PartitionTableError, match="partition 3 ends at sector"):
            mpath.partitions().add()
        assert devices(host) == {}


class TestAMapWithoutPath:
    def test_is_not_read_while_it_queues(
        self, world: VirtualHost, host: Host, mpath: Map, disk: Disk, array: VirtualArray
    ) -> None:
        """A read would wait for a path."""
        lose_all(array, world)

        for act in (mpath.partitions().table, mpath.partitions().add, mpath.partitions().update):
            with pytest.raises(errors.NoUsablePath, match="no usable path and queues"):
                act()
        assert devices(host) == {}

    def test_is_read_where_it_does_not_queue(
        self, world: VirtualHost, mpath: Map, disk: Disk, array: VirtualArray
    ) -> None:
        """The read fails, and says so."""
        lose_all(array, world)
        mpath.queue_if_no_path(False)

        with pytest.raises(errors.BlockError, match="no usable path") as failed:
            mpath.partitions().update()
        assert failed.value.errno == errno.EIO

    def test_gives_its_partitions_up(
        self, world: VirtualHost, host: Host, mpath: Map, disk: Disk, array: VirtualArray
    ) -> None:
        """To remove them nothing is read."""
        mpath.partitions().add()
        lose_all(array, world)

        assert len(mpath.partitions().remove()) == 0
        assert devices(host) == {}

    def test_that_falls_silent_under_the_read_keeps_nobody(
        self, world: VirtualHost, host: Host, mpath: Map, disk: Disk, array: VirtualArray
    ) -> None:
        """The deadline ends the wait, and nothing was changed."""
        for path in array.paths:
            path.silence()

        with pytest.raises(errors.WaitTimeout, match="no answer within 3 s"):
            mpath.partitions().update(deadline=3)
        assert devices(host) == {}

    def test_is_not_read_while_suspended(self, mpath: Map, disk: Disk) -> None:
        """Likewise."""
        mpath.suspend()

        with pytest.raises(errors.NoUsablePath, match="suspended"):
            mpath.partitions().table()
        mpath.resume()


class TestRemovingThem:
    def test_needs_no_table(self, host: Host, mpath: Map, disk: Disk) -> None:
        """And a second time does nothing."""
        mpath.partitions().add(delimiter="-part")
        disk.wipe()

        assert len(mpath.partitions().remove()) == 0
        assert len(mpath.partitions().remove()) == 0
        assert devices(host) == {}

    def test_is_all_or_nothing(
        self, world: VirtualHost, host: Host, mpath: Map, disk: Disk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One that is in use keeps the others: none of them goes even for a moment."""
        mpath.partitions().add()
        before = devices(host)
        monkeypatch.delattr(Control, "remove")
        with world.open("mpatha2"), pytest.raises(errors.DeviceBusy, match="mpatha2"):
            mpath.partitions().remove(timeout=0)

        assert devices(host) == before

    def test_can_wait_for_their_last_users(self, world: VirtualHost, host: Host, mpath: Map, disk: Disk) -> None:
        """Deferred."""
        mpath.partitions().add()
        with world.open("mpatha2"):
            assert [each.name for each in mpath.partitions().remove(deferred=True)] == ["mpatha2"]
        assert devices(host) == {}


class TestRemovingTheMap:
    def test_without_them_is_refused(self, mpath: Map, disk: Disk) -> None:
        """They hold it."""
        mpath.partitions().add()

        with pytest.raises(errors.DeviceBusy, match="mpatha1"):
            mpath.remove()

    def test_takes_them_along(self, host: Host, mpath: Map, disk: Disk) -> None:
        """Where that is asked for."""
        mpath.partitions().add()
        mpath.remove(partitions=True)

        assert host.control.devices() == []

    @pytest.mark.parametrize("opened", ["mpatha", "mpatha1"])
    def test_in_use_leaves_all(
        self,
        world: VirtualHost,
        host: Host,
        mpath: Map,
        disk: Disk,
        opened: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The map, or one of them: none of them goes even for a moment."""
        mpath.partitions().add()
        before = devices(host)
        monkeypatch.delattr(Control, "remove")
        with world.open(opened), pytest.raises(errors.DeviceBusy):
            mpath.remove(partitions=True, timeout=0)

        assert devices(host) == before


class TestAChangeThatFails:
    @pytest.fixture
    def changed(self, host: Host, mpath: Map, disk: Disk) -> dict[str, str]:
        """Have a table that needs every kind of change, and return what is there before."""
        disk.gpt(*SLOTS, (100, 109, "old"))
        mpath.partitions().add()
        disk.gpt((48, 79, "root"), (80, 119, "swap"), (0, 0, ""), (120, 139, "a"), (140, 149, "b"))
        return devices(host)

    @pytest.mark.parametrize("command", ["create", "load", "resume", "rename", "remove"])
    @pytest.mark.parametrize("which", [1, 2, 3, 4])
    def test_is_taken_back(
        self,
        host: Host,
        mpath: Map,
        changed: dict[str, str],
        monkeypatch: pytest.MonkeyPatch,
        command: str,
        which: int,
    ) -> None:
        """Wherever it fails, all maps are as they were."""
        monkeypatch.setattr(host.control, command, _failing(host.control, command, which))

        try:
            mpath.partitions().update(delimiter="-part")
        except KeyboardInterrupt:
            assert devices(host) == changed
        else:  # it has fewer of these
            assert len(mpath.partitions()) == 4

    @pytest.mark.parametrize("which", [1, 2, 3, 4])
    def test_in_a_removal_is_taken_back(
        self, host: Host, mpath: Map, changed: dict[str, str], monkeypatch: pytest.MonkeyPatch, which: int
    ) -> None:
        """The map is the fourth."""
        monkeypatch.setattr(host.control, "remove", _failing(host.control, "remove", which))

        with pytest.raises(KeyboardInterrupt):
            mpath.remove(partitions=True)
        assert devices(host) == changed


def _failing(control: Control, command: str, which: int) -> Callable[..., object]:
    """Return a command of which a signal's exception comes out once, at its ``which``-th call, when it is done."""
    real, calls = getattr(control, command), 0

    def failing(*args: object, **more: object) -> object:
        nonlocal calls
        calls += 1
        if calls == which and command in ("create", "load", "remove"):
            raise KeyboardInterrupt
        done: object = real(*args, **more)
        if calls == which:
            raise KeyboardInterrupt
        return done

    return failing


class TestTwoProgramsAtOnce:
    def test_come_to_the_same_end(self, host: Host, mpath: Map, disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another makes the maps between our look and our change: they are taken as they are."""
        real = host.control.create

        def beaten(name: str, **more: object) -> object:
            monkeypatch.setattr(host.control, "create", real)
            mpath.partitions().add(delimiter="-part")
            return real(name, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(host.control, "create", beaten)

        assert [each.name for each in mpath.partitions().add()] == ["mpatha-part1", "mpatha-part2"]
