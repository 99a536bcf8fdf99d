"""I/O through a multipath map: failover, queueing, groups, and the order in which selectors pick."""

import errno

import pytest

from multipath import Control, MultipathStatus, errors
from multipath.dm.command import PROBE_PATHS
from multipath.units import format_devt

from .pending import Pending, eventually
from .world import BLOCK, World, info_text, line, make, multipath

MODES = ["0", "2 queue_mode bio"]


def read(world: World, count: int = 1) -> list[int]:
    """Read some blocks; return how many reads each path served."""
    before = [world.reads(path) for path in world.paths]
    with world.open("subject") as disk:
        for _ in range(count):
            assert len(disk.read(0, BLOCK)) == BLOCK
    return [world.reads(path) - served for path, served in zip(world.paths, before, strict=True)]


def reading(world: World) -> Pending[list[int]]:
    """Read a block in a thread."""
    return world.start(lambda: read(world))


def status(world: World) -> MultipathStatus:
    """Return the status of the map."""
    return MultipathStatus.parse(info_text(world))


def with_feature(mode: str, word: str) -> str:
    """Return the features of a mode, and one more."""
    count, _, words = mode.partition(" ")
    return f"{int(count) + 1} {words} {word}"


@pytest.fixture(params=MODES, ids=["requests", "bios"])
def mode(request: pytest.FixtureRequest) -> str:
    """Give the features of a map of either kind."""
    return str(request.param)


@pytest.fixture
def live(world: World, mode: str, paths: tuple[str, ...]) -> Control:
    """Give a map of two groups with two paths each."""
    a, b, c, d = paths
    make(world, "subject", *multipath(f"{mode} 0 2 1 round-robin 0 2 0 {a} {b} round-robin 0 2 0 {c} {d}"))
    return world.control


class TestTheFirstRead:
    def test_makes_a_group_current(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """From then on it is A, and nothing waits for a choice."""
        a, b, c, d = paths
        read(world)

        assert info_text(world) == f"2 0 0 0 2 1 A 0 2 0 {a} A 0 {b} A 0 E 0 2 0 {c} A 0 {d} A 0 "

    def test_goes_to_the_initial_group(self, world: World, mode: str, paths: tuple[str, ...]) -> None:
        """As the table says."""
        a, b, *_ = paths
        make(world, "subject", *multipath(f"{mode} 0 2 2 round-robin 0 1 0 {a} round-robin 0 1 0 {b}"))

        assert read(world, 3) == [0, 3, 0, 0]


class TestAPathThatFails:
    def test_is_failed_by_its_first_error(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """The read goes down the other path of its group; one event, one failure."""
        read(world)
        before = live.info("subject").event_nr
        world.lose(paths[1])

        assert read(world, 4) == [4, 0, 0, 0]
        assert eventually(lambda: live.info("subject").event_nr == before + 1)
        assert status(world).failed_paths == {paths[1]}
        assert status(world).groups[0].paths[1].fail_count == 1

    def test_is_not_used_before_it_is_reinstated(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """Also when it works again; then it serves its share."""
        live.message("subject", f"fail_path {paths[0]}")
        assert read(world, 4) == [0, 4, 0, 0]

        live.message("subject", f"reinstate_path {paths[0]}")
        assert read(world, 4) == [2, 2, 0, 0]

    def test_hands_over_to_the_next_group(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """When it was the last of its group; and nothing goes back by itself."""
        for path in paths[:2]:
            live.message("subject", f"fail_path {path}")
        assert read(world, 2) == [0, 0, 1, 1]

        for path in paths[:2]:
            live.message("subject", f"reinstate_path {path}")
        assert read(world, 2) == [0, 0, 1, 1]
        assert status(world).current_group == 2

    def test_writes_what_was_written_all_the_same(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """The write is sent again, down another path."""
        data = bytes(range(256)) * (BLOCK // 256)
        world.lose(paths[0])
        world.lose(paths[1])
        with world.open("subject") as disk:
            disk.write(1 << 20, data)
            assert disk.read(1 << 20, BLOCK) == data

        assert status(world).failed_paths == set(paths[:2])


class TestAMapWithoutAPath:
    def test_fails_io_where_it_does_not_queue(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """EIO, and every path has failed."""
        for path in paths:
            world.lose(path)

        with pytest.raises(OSError) as failed:  # noqa: PT011 - the errno is what counts
            read(world)
        assert failed.value.errno == errno.EIO
        assert status(world).failed_paths == set(paths)

    def test_that_queues_goes_on_when_a_path_returns(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """The read waits, and ends on the path that is reinstated."""
        live.message("subject", "queue_if_no_path")
        for path in paths:
            live.message("subject", f"fail_path {path}")
        waiting = reading(world)
        assert waiting.waits(0.1)

        live.message("subject", f"reinstate_path {paths[2]}")
        assert waiting.result() == [0, 0, 1, 0]

    def test_that_queues_no_more_fails_what_it_held(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """EIO."""
        live.message("subject", "queue_if_no_path")
        for path in paths:
            live.message("subject", f"fail_path {path}")
        waiting = reading(world)
        assert waiting.waits(0.1)

        live.message("subject", "fail_if_no_path")
        with pytest.raises(OSError) as failed:  # noqa: PT011 - the errno is what counts
            waiting.result()
        assert failed.value.errno == errno.EIO

    def test_counts_what_came_back_and_fails_after_all(self, world: World, mode: str, paths: tuple[str, ...]) -> None:
        """Out of the last path; where it takes bios, twice."""
        features = with_feature(mode, "queue_if_no_path")
        make(world, "subject", *multipath(f"{features} 0 1 1 service-time 0 1 2 {paths[0]} 1 1"))
        world.lose(paths[0])
        waiting = reading(world)
        assert waiting.waits(0.1)

        world.control.message("subject", "fail_if_no_path")
        with pytest.raises(OSError) as failed:  # noqa: PT011 - the errno is what counts
            waiting.result()
        assert failed.value.errno == errno.EIO
        assert info_text(world).endswith(f" {paths[0]} F 1 {-BLOCK if 'bio' in mode else 0} 1 ")

    def test_that_queues_gives_what_it_held_to_a_new_table(
        self, world: World, mode: str, live: Control, paths: tuple[str, ...]
    ) -> None:
        """A reload rescues it, without a flush."""
        live.message("subject", "queue_if_no_path")
        for path in paths:
            live.message("subject", f"fail_path {path}")
        waiting = reading(world)
        assert waiting.waits(0.1)

        live.load("subject", multipath(f"{mode} 0 1 1 round-robin 0 1 0 {paths[3]}"))
        live.resume("subject")
        assert waiting.result() == [0, 0, 0, 1]

    def test_that_has_none_in_its_table_fails_or_queues_as_it_says(self, world: World, mode: str) -> None:
        """An empty table is a map without a path."""
        make(world, "subject", *multipath(f"{with_feature(mode, 'queue_if_no_path')} 0 0 0"))
        waiting = reading(world)
        assert waiting.waits(0.1)
        world.control.message("subject", "fail_if_no_path")

        with pytest.raises(OSError) as failed:  # noqa: PT011 - the errno is what counts
            waiting.result()
        assert failed.value.errno == errno.EIO


class TestAGroup:
    def test_that_is_switched_to_serves(self, world: World, live: Control) -> None:
        """At once, and from then on."""
        read(world)
        live.message("subject", "switch_group 2")

        assert read(world, 4) == [0, 0, 2, 2]

    def test_that_is_switched_to_without_a_path_is_forgotten(
        self, world: World, live: Control, paths: tuple[str, ...]
    ) -> None:
        """It is a hint: the other serves, and goes on when the first has paths again."""
        for path in paths[2:]:
            live.message("subject", f"fail_path {path}")
        live.message("subject", "switch_group 2")
        assert read(world, 2) == [1, 1, 0, 0]

        for path in paths[2:]:
            live.message("subject", f"reinstate_path {path}")
        assert read(world, 2) == [1, 1, 0, 0]

    def test_that_is_bypassed_serves_as_a_last_resort(
        self, world: World, live: Control, paths: tuple[str, ...]
    ) -> None:
        """The other serves while it can."""
        read(world)  # the initial group is a hint that a bypass does not take back
        live.message("subject", "disable_group 1")
        assert read(world, 2) == [0, 0, 1, 1]

        for path in paths[2:]:
            live.message("subject", f"fail_path {path}")
        assert read(world, 2) == [1, 1, 0, 0]


class TestAProbe:
    @pytest.fixture(autouse=True)
    def _can_probe(self, live: Control) -> None:
        """Have the older kernels say that they cannot, and leave it at that."""
        self.probes = live.version().minor >= PROBE_PATHS.minor

    def probe(self, dm: Control) -> str:
        """Probe; return the name of the errno, if there is one."""
        try:
            dm.probe_paths("subject")
        except errors.DeviceMapperError as error:
            return errno.errorcode[error.errno or 0]
        return ""

    def test_fails_what_does_not_answer_in_the_current_group(
        self, world: World, live: Control, paths: tuple[str, ...]
    ) -> None:
        """The other groups are not asked."""
        read(world)
        for path in paths[1:]:
            world.lose(path)

        assert self.probe(live) == ("" if self.probes else "ENOTTY")
        assert status(world).failed_paths == ({paths[1]} if self.probes else set())

    def test_asks_nobody_while_no_group_is_current(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """It is answered all the same."""
        for path in paths:
            world.lose(path)

        assert self.probe(live) == ("" if self.probes else "ENOTTY")
        assert status(world).failed_paths == set()

    def test_tells_that_no_path_is_left(self, world: World, live: Control, paths: tuple[str, ...]) -> None:
        """ENOTCONN."""
        for path in paths:
            live.message("subject", f"fail_path {path}")

        assert self.probe(live) == ("ENOTCONN" if self.probes else "ENOTTY")

    def test_of_a_suspended_map_is_put_off(self, live: Control) -> None:
        """EAGAIN."""
        live.suspend("subject")

        assert self.probe(live) == ("EAGAIN" if self.probes else "ENOTTY")


class TestRoundRobin:
    def test_takes_turns(self, world: World, mode: str, paths: tuple[str, ...]) -> None:
        """Each in its turn."""
        make(world, "subject", *multipath(f"{mode} 0 1 1 round-robin 0 3 0 {' '.join(paths[:3])}"))

        assert [read(world).index(1) for _ in range(7)] == [0, 1, 2, 0, 1, 2, 0]

    def test_takes_a_path_that_is_back_next(self, world: World, mode: str, paths: tuple[str, ...]) -> None:
        """It comes to the head of the line."""
        make(world, "subject", *multipath(f"{mode} 0 1 1 round-robin 0 3 0 {' '.join(paths[:3])}"))
        assert [read(world).index(1) for _ in range(4)] == [0, 1, 2, 0]
        world.control.message("subject", f"fail_path {paths[1]}")
        assert [read(world).index(1) for _ in range(3)] == [2, 0, 2]
        world.control.message("subject", f"reinstate_path {paths[1]}")

        assert [read(world).index(1) for _ in range(3)] == [1, 0, 2]


@pytest.mark.parametrize("selector", ["queue-length", "service-time"])
class TestALeastBusySelector:
    def test_takes_turns_among_idle_paths(self, world: World, mode: str, paths: tuple[str, ...], selector: str) -> None:
        """The one that was picked goes to the end of the line; so does one that is back."""
        make(world, "subject", *multipath(f"{mode} 0 1 1 {selector} 0 3 0 {' '.join(paths[:3])}"))
        assert [read(world).index(1) for _ in range(4)] == [0, 1, 2, 0]
        world.control.message("subject", f"fail_path {paths[1]}")
        world.control.message("subject", f"reinstate_path {paths[1]}")

        assert [read(world).index(1) for _ in range(3)] == [2, 0, 1]

    def test_keeps_away_from_a_path_that_is_busy(self, world: World, paths: tuple[str, ...], selector: str) -> None:
        """A read that is held below counts until it ends; the others share the rest."""
        below = [make(world, f"below{at}", line("linear", f"{path} 0")) for at, path in enumerate(paths[:3])]
        numbers = " ".join(format_devt(device.devt) for device in below)
        make(world, "subject", *multipath(f"2 queue_mode bio 0 1 1 {selector} 0 3 0 {numbers}"))
        world.control.suspend("below0")
        held = reading(world)
        assert held.waits(0.1)

        assert [path.selector_words()[0] != "0" for path in status(world).paths] == [True, False, False]
        assert [read(world).index(1) for _ in range(4)] == [1, 2, 1, 2]
        world.control.resume("below0")
        held.result()
        assert eventually(lambda: {path.selector_words()[0] for path in status(world).paths} == {"0"})


class TestServiceTime:
    def test_prefers_what_has_more_throughput(self, world: World, mode: str, paths: tuple[str, ...]) -> None:
        """Where nothing is on its way, the higher one always."""
        a, b, c, _ = paths
        make(world, "subject", *multipath(f"{mode} 0 1 1 service-time 0 3 2 {a} 1 1 {b} 1 4 {c} 1 2"))

        assert read(world, 4) == [0, 4, 0, 0]

    def test_never_takes_one_without_throughput_while_there_is_another(
        self, world: World, mode: str, paths: tuple[str, ...]
    ) -> None:
        """Until it is the last."""
        a, b, *_ = paths
        make(world, "subject", *multipath(f"{mode} 0 1 1 service-time 0 2 2 {a} 1 0 {b} 1 1"))
        assert read(world, 3) == [0, 3, 0, 0]
        world.control.message("subject", f"fail_path {b}")

        assert read(world, 2) == [2, 0, 0, 0]
