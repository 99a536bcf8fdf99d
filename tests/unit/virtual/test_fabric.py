"""Arrays of every shape, and the disks that come of them."""

import random
import threading
from collections.abc import Callable

import pytest

from multipath.virtual.array import VirtualArray
from multipath.virtual.bio import BlockStatus
from multipath.virtual.model import Model
from multipath.virtual.port import AccessState
from multipath.virtual.reservations import ReservationType
from multipath.virtual.store import MemoryStore

from .san import Io, San, ask


class TestAnArray:
    @pytest.mark.parametrize(
        ("paths", "ports", "adapters", "targets"),
        [
            (1, None, 1, 1),
            (2, None, 1, 2),
            (3, None, 1, 3),
            (4, None, 2, 2),
            (8, None, 2, 4),
            (4, 1, 4, 1),
            (4, 4, 1, 4),
        ],
    )
    def test_has_as_many_paths_as_were_asked_for(
        self, san: San, paths: int, ports: int | None, adapters: int, targets: int
    ) -> None:
        """Made of adapters and target ports."""
        array = san.fabric.add_array(paths=paths, ports=ports)

        assert len(array.paths) == paths
        assert (len(san.fabric.initiators), len(array.ports)) == (adapters, targets)
        assert len({(path.initiator, path.port) for path in array.paths}) == paths

    def test_has_a_path_of_each_kind_to_each_unit(self, san: San) -> None:
        """Units have identities of their own."""
        array = san.fabric.add_array(paths=2, units=3)

        assert [path.hctl for path in array.paths] == ["0:0:0:0", "0:0:0:1", "0:0:0:2", "0:0:1:0", "0:0:1:1", "0:0:1:2"]
        assert len({unit.wwid for unit in array.units}) == 3
        assert all(path.unit is array.units[path.lun] for path in array.paths)
        assert [path.lun for path in array.paths_to(array.units[1])] == [1, 1]

    def test_has_an_identity_of_32_digits(self, san: San) -> None:
        """As multipath-tools writes it, another one for each array."""
        first, second = (san.fabric.add_array(paths=1) for _ in range(2))

        assert (first.wwid, second.wwid) == ("360014050000000000000000100000001", "360014050000000000000000200000001")

    def test_deals_its_ports_to_its_groups(self, san: San) -> None:
        """In order, in equal parts, with the states that were asked for."""
        array = san.fabric.add_array(paths=4, ports=4, groups=["optimized", AccessState.STANDBY])

        assert [port.group.number for port in array.ports] == [1, 1, 2, 2]
        assert [group.state for group in array.groups] == [AccessState.OPTIMIZED, AccessState.STANDBY]
        assert [path.port.group.number for path in array.paths] == [1, 1, 2, 2]

    @pytest.mark.parametrize(
        ("alua", "groups", "bits"),
        [(None, 1, 0), (None, 2, 1), ("implicit", 1, 1), ("explicit", 1, 2), ("both", 1, 3), ("none", 2, 0)],
    )
    def test_says_who_may_change_access_states(self, san: San, alua: str | None, groups: int, bits: int) -> None:
        """In the two bits of INQUIRY."""
        array = san.fabric.add_array(paths=2, groups=["optimized"] * groups, alua=alua)

        assert ask(array, "12 00 00 00 60 00").data[5] >> 4 == bits

    def test_may_say_that_it_is_another_make(self, san: San) -> None:
        """For what a hardware table knows of it."""
        array = san.fabric.add_array(paths=1, model=Model("IBM", "2107900", "1.0"))

        assert (san.root / "block/sda/device/vendor").read_text() == "IBM     \n"
        assert array.model.serial == 1

    def test_may_keep_its_bytes_elsewhere(self, san: San) -> None:
        """One store for each unit, memory where none is given."""
        store = MemoryStore()
        array = san.fabric.add_array(paths=1, units=2, stores=[store])
        san.write(array.paths[0], b"s" * 512)

        assert store.read(0, 512) == b"s" * 512
        assert array.units[1].store is not store

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ({"paths": 4, "ports": 3}, "4 paths do not come of 3 target ports"),
            ({"paths": 0}, "0 paths"),
            ({"paths": 1, "groups": ["optimized", "standby"]}, "1 ports cannot make 2 groups"),
            ({"groups": ["optimised"]}, "no access state is called 'optimised'"),
            ({"groups": []}, "cannot make 0 groups"),
            ({"alua": "maybe"}, "nobody called 'maybe'"),
            ({"size": 7, "block_size": 4096}, "7 sectors are no whole number of blocks"),
            ({"size": 0}, "0 sectors"),
            ({"block_size": 520}, "a block has 512 or 4096 bytes, not 520"),
            ({"units": 0}, "an array has at least one unit"),
        ],
    )
    def test_is_refused_where_it_makes_no_sense(self, san: San, arguments: dict[str, object], said: str) -> None:
        """With what is wrong; no disk is left."""
        with pytest.raises(ValueError, match=said):
            san.fabric.add_array(**arguments)  # type: ignore[arg-type]

        assert list(san.devices) == []
        assert san.fabric.arrays == []


class TestASecondArray:
    def test_has_targets_and_disks_of_its_own(self, san: San) -> None:
        """Behind the same adapters, after the first one's."""
        first, second = san.fabric.add_array(paths=2), san.fabric.add_array(paths=4)

        assert [path.name for path in second.paths] == ["sdc", "sdd", "sde", "sdf"]
        assert [path.hctl for path in second.paths] == ["0:0:2:0", "0:0:3:0", "1:0:0:0", "1:0:1:0"]
        first.ports[0].down()
        assert san.read(second.paths[0]).status is not None
        assert first.model.serial != second.model.serial


class TestAScan:
    def test_finds_nothing_twice(self, san: San) -> None:
        """Where everything has its disk."""
        san.fabric.add_array(paths=2)

        assert san.fabric.scan() == []

    def test_finds_a_unit_at_a_new_lun(self, san: San) -> None:
        """One disk for each path, after those that there are."""
        array = san.fabric.add_array(paths=2)
        array.remap(5, array.units[0])

        assert [(path.name, path.hctl) for path in san.fabric.scan()] == [("sdc", "0:0:0:5"), ("sdd", "0:0:1:5")]

    def test_finds_nothing_where_nobody_answers(self, san: San) -> None:
        """A port that is down or silent; what is behind it is found later."""
        array = san.fabric.add_array(paths=3)
        array.ports[0].down()
        array.ports[1].silence()
        array.remap(1, array.units[0])

        assert [path.hctl for path in san.fabric.scan()] == ["0:0:2:1"]
        array.ports[0].up()
        array.ports[1].unsilence()
        assert [path.hctl for path in san.fabric.scan()] == ["0:0:0:1", "0:0:1:1"]

    def test_finds_a_disk_whose_size_cannot_be_read(self, san: San) -> None:
        """Of a port group that is unavailable; it has none until it is scanned again."""
        array = san.fabric.add_array(paths=1, size=2048, groups=["unavailable"], alua="implicit")
        assert array.paths[0].size == 0

        array.groups[0].transition("optimized")
        array.paths[0].rescan()
        assert array.paths[0].size == 2048

    def test_finds_a_deleted_disk_again(self, san: San) -> None:
        """As another one, of the same name."""
        array = san.fabric.add_array(paths=1)
        before = array.paths[0]
        before.delete()
        assert array.paths == []

        (after,) = san.fabric.scan()
        assert (after.name, after.devt) == (before.name, before.devt)
        assert after.diskseq > before.diskseq
        assert san.devices.get(after.devt) is after


class TestAnArrayInAStorm:
    @pytest.mark.slow
    @pytest.mark.parametrize("seed", range(3))
    def test_answers_every_command_and_recovers(self, san: San, seed: int) -> None:
        """Whatever happens at once, from many threads: each I/O ends once, and afterwards all is as before."""
        array = san.fabric.add_array(paths=4, units=2, groups=["optimized", "non-optimized"], alua="both")
        over = threading.Event()
        errors: list[BaseException] = []
        done: list[Io] = []

        def thread(what: Callable[[random.Random], None], number: int) -> threading.Thread:
            def run() -> None:
                numbers = random.Random(seed * 100 + number)
                try:
                    while not over.is_set():
                        what(numbers)
                except BaseException as error:  # noqa: BLE001
                    errors.append(error)

            return threading.Thread(target=run)

        def trouble(numbers: random.Random) -> None:
            numbers.choice(self.faults(array, numbers))()

        def work(numbers: random.Random) -> None:
            path = numbers.choice(array.paths)
            done.append(san.write(path) if numbers.random() < 0.5 else san.read(path))

        threads = [thread(what, number) for number, what in enumerate((trouble, trouble, work, work))]
        for each in threads:
            each.start()
        while len(done) < 500 and not errors:
            san.clock.advance(1)
        over.set()
        for each in threads:
            each.join()

        assert errors == []
        self.recover(array)
        san.clock.advance(1000)
        assert all(io.is_over for io in done)
        for path in array.paths:
            path.activate(lambda _: None)
            path.rescan()
            assert san.write(path).status is BlockStatus.OK

    @staticmethod
    def faults(array: VirtualArray, numbers: random.Random) -> list[Callable[[], object]]:
        """Return what can happen."""
        path, port = numbers.choice(array.paths), numbers.choice(array.ports)
        unit, group = numbers.choice(array.units), numbers.choice(array.groups)
        other = array.other_host()
        return [
            path.break_cable,
            path.plug_cable,
            path.silence,
            path.unsilence,
            lambda: path.busy(2),
            path.rescan,
            port.down,
            port.up,
            lambda: unit.resize(numbers.choice([2048, 131_072])),
            lambda: unit.medium_error(0),
            unit.repair,
            lambda: group.transition(numbers.choice([*AccessState]), after=numbers.choice([0, 1])),
            lambda: array.remap(1, numbers.choice([*array.units, None])),
            lambda: other.register(1),
            lambda: other.reserve(1, numbers.choice([*ReservationType])),
            lambda: other.clear(1),
        ]

    @staticmethod
    def recover(array: VirtualArray) -> None:
        """Put everything right."""
        array.remap(1, array.units[1])
        for port in array.ports:
            port.up()
        for path in array.paths:
            path.plug_cable()
            path.unsilence()
            path.ready()
        for group in array.groups:
            group.transition("optimized")
        for lun, unit in enumerate(array.units):
            unit.resize(131_072)
            unit.repair()
            other = array.other_host()
            while not other.register(1, lun=lun).is_good:
                pass
            other.clear(1, lun=lun)
