"""Each selector by itself: worked examples, the edges of its arithmetic, and the arguments that the kernel refuses."""

from collections.abc import Callable

import pytest

from multipath._native.historical_service_time import HistoricalServiceTime
from multipath._native.io_affinity import IoAffinity
from multipath._native.queue_length import QueueLength
from multipath._native.round_robin import RoundRobin
from multipath._native.service_time import ServiceTime

from . import models
from .models import NO_PATH
from .setups import Single

MONTH = 30 * 24 * 3600 * 10**9


def started(selector: Single, *paths: int) -> None:
    """Send an I/O down each path."""
    for path in paths:
        selector.start_io(path, 4096)


def loaded(selector: Single, path: int, in_flight: int) -> None:
    """Let a path have so many bytes in flight; less than none by an I/O that comes back larger than it went."""
    if in_flight < 0:
        selector.start_io(path, 0)
        selector.end_io(path, -in_flight)
    else:
        selector.start_io(path, in_flight)


class TestRoundRobin:
    def test_takes_each_path_in_its_turn(self) -> None:
        """The head of the list, which becomes its end."""
        selector = RoundRobin(3)

        assert [selector.select(0) for _ in range(4)] == [0, 1, 2, 0]

    def test_has_a_path_that_comes_back_next(self) -> None:
        """It is put at the head, not at the end."""
        selector = RoundRobin(3)
        selector.select(0)
        selector.fail(1)

        assert [selector.select(0) for _ in range(3)] == [2, 0, 2]
        selector.reinstate(1)
        assert selector.select(0) == 1

    def test_keeps_its_order_however_long_it_runs(self) -> None:
        """The list wanders through its memory and is moved back."""
        selector = RoundRobin(3)

        assert [selector.select(0) for _ in range(3000)] == [0, 1, 2] * 1000

    def test_has_room_for_many_that_come_back_at_the_head(self) -> None:
        """Whether or not the list stands at the beginning of its memory."""
        selector = RoundRobin(1024)
        for path in range(1024):
            selector.fail(path)
        for path in range(1024):
            selector.reinstate(path)

        assert [selector.select(0) for _ in range(1024)] == list(reversed(range(1024)))


class TestQueueLength:
    def test_prefers_who_carries_nothing(self) -> None:
        """Of several the one that was not chosen for longest."""
        selector = QueueLength(3)

        picks = []
        for _ in range(3):
            picks.append(selector.select(0))
            started(selector, picks[-1])

        assert picks == [0, 1, 2]

    def test_keeps_the_first_of_equals(self) -> None:
        """One that comes later must have strictly fewer."""
        selector = QueueLength(3)
        started(selector, 0, 1, 2)

        assert [selector.select(0) for _ in range(4)] == [0, 1, 2, 0]

    def test_counts_ios_and_not_bytes(self) -> None:
        """Two small ones weigh more than a large one."""
        selector = QueueLength(2)
        selector.start_io(0, 2**30)
        started(selector, 1, 1)

        assert selector.select(0) == 0
        assert selector.status() == ((1,), (2,))


class TestServiceTime:
    # Bytes in flight and throughput of one path, of another, the next I/O; and what the kernel's comparison returns.
    VECTORS = (
        (4096, 1, 8192, 1, 4096, -4096),
        (4096, 1, 4096, 4, 4096, 3),
        (0, 0, 1048576, 1, 4096, 1),
        (4096, 1, 28672, 4, 4096, 3),
        (4096, 2, 12288, 4, 4096, 2),
        (2147483647, 100, 0, 1, 4096, 2147078143),
        (0, 100, 2147483647, 1, 4096, -405404),
        (2147483647, 1, -1, 1, 4096, -2147483648),
    )

    @pytest.mark.parametrize(("load", "throughput", "other", "other_throughput", "size", "result"), VECTORS)
    def test_compares_as_the_kernel(
        self, load: int, throughput: int, other: int, other_throughput: int, size: int, result: int
    ) -> None:
        """A worked example: the number by the model, its sign by the choice between the two paths."""
        selector = ServiceTime([other_throughput, throughput])
        loaded(selector, 0, other)
        loaded(selector, 1, load)

        assert models.ServiceTime.compare(load, throughput, other, other_throughput, size) == result
        assert selector.select(size) == (1 if result < 0 else 0)

    def test_takes_the_fuller_path_when_the_difference_wraps(self) -> None:
        """The kernel looks at 32 bits of it."""
        selector = ServiceTime([1, 1])
        loaded(selector, 0, -1)
        loaded(selector, 1, 2**31 - 1)

        assert selector.select(0) == 1

    def test_counts_to_2_gib_and_on_from_below(self) -> None:
        """The counter of the kernel has 32 bits and a sign."""
        selector = ServiceTime([1])
        selector.start_io(0, 2**31 - 1)
        selector.start_io(0, 1)

        assert selector.status() == ((-(2**31), 1),)

    def test_leaves_a_path_without_throughput_for_the_end(self) -> None:
        """It is chosen only when no other one is there."""
        selector = ServiceTime([0, 1])
        selector.start_io(1, 2**30)

        assert selector.select(4096) == 1
        selector.fail(1)
        assert selector.select(4096) == 0

    @pytest.mark.parametrize("throughput", [-1, 101, 2**64])
    def test_refuses_a_throughput_that_the_kernel_refuses(self, throughput: int) -> None:
        """0 to 100."""
        with pytest.raises(ValueError, match=f"{throughput}: service-time takes a relative throughput, 0 to 100"):
            ServiceTime([1, throughput])


class TestHistoricalServiceTime:
    # When an I/O was mapped and when it ended, one after the other on one of two paths; and the status that follows.
    HISTORY = (
        (1000000000, 1000500000, (26000972, 0, 1000550782)),
        (1000100000, 1000900000, (45480610, 0, 1000988828)),
        (1001000000, 1021000000, (2060994730, 0, 1025025380)),
        (1021000000, 3000000000, (2026496000000, 0, 6958000000)),
        (2900000000, 2950000000, (1923588000000, 0, 6707007812)),
    )
    WEIGHTS = (
        "972 923 876 832 790 750 712 676 642 609 578 549 522 495 470 446 423 402 382 362 344 327 310 294 280 265 252 "
        "239 227 216 205 194 184 175 166 158 150 142 135 128 122 115 110 104 99 94 89 84 80 76 72 69 65 62 59 56 53 50 "
        "48 45 43 41 39 0"
    )

    def test_remembers_as_the_kernel(self) -> None:
        """Short and long I/Os, one that waited for another, and one that ended before the last one did."""
        selector = HistoricalServiceTime(2)

        for start, now, status in self.HISTORY:
            selector.start_io(0, 4096)
            selector.end_io(0, 4096, start, now)
            assert selector.status() == (status, (1024, 0, 0))

    def test_weighs_as_the_kernel(self) -> None:
        """Every power is rounded from rounded squares."""
        assert HistoricalServiceTime(1).weights == tuple(map(int, self.WEIGHTS.split()))
        assert HistoricalServiceTime(1, 512).weights[:9] == (512, 256, 128, 64, 32, 16, 8, 4, 2)
        assert HistoricalServiceTime(1, 1023).weights[60:] == (964, 963, 962, 0)
        assert HistoricalServiceTime(1, 1).weights == (1, *[0] * 63)
        assert set(HistoricalServiceTime(1, 0).weights) == {0}

    def test_counts_usable_paths_for_how_long_an_average_holds(self) -> None:
        """With one path less it is stale sooner."""
        selector = HistoricalServiceTime(2)
        selector.fail(1)
        selector.start_io(0, 0)
        selector.end_io(0, 0, 1000000000, 1000500000)

        assert selector.status()[0] == (26000972, 0, 1000500000 + 26000972 // 1024)

    def test_takes_time_that_runs_backwards_for_none(self) -> None:
        """A service time is never negative."""
        selector = HistoricalServiceTime(1, base_weight=0)
        selector.start_io(0, 0)
        selector.end_io(0, 0, 1000, 999)

        assert selector.status() == ((0, 0, 999),)

    def test_tries_a_slow_path_again_when_its_average_is_stale(self) -> None:
        """No path is forgotten for ever."""
        selector = HistoricalServiceTime(2)
        for path, took in ((0, 10**6), (1, 10**9)):
            selector.start_io(path, 0)
            selector.end_io(path, 0, MONTH - took, MONTH)
        selector.start_io(0, 0)

        assert selector.select(0, MONTH + 1) == 0
        assert selector.select(0, MONTH + 10**9) == 1

    @pytest.mark.parametrize(
        ("make", "rule"),
        [
            (lambda: HistoricalServiceTime(1, 1024), "1024: historical-service-time takes a base weight, 0 to 1023"),
            (lambda: HistoricalServiceTime(1, -1), "-1: historical-service-time takes a base weight, 0 to 1023"),
            (lambda: HistoricalServiceTime(1, 0, 2**32), "takes a threshold, 0 to 4294967295"),
            (lambda: HistoricalServiceTime(1, threshold=-1), "takes a threshold, 0 to 4294967295"),
        ],
    )
    def test_refuses_what_the_kernel_refuses(self, make: Callable[[], object], rule: str) -> None:
        """A weight of more than its fixed point, a threshold of more than 32 bits."""
        with pytest.raises(ValueError, match=rule):
            make()


class TestIoAffinity:
    def test_sends_each_cpu_down_its_own_path(self) -> None:
        """However often it is asked, and whatever is on its way."""
        selector = IoAffinity([0b0101, 0b1010])

        assert [selector.select(0, cpu=cpu) for cpu in (0, 1, 2, 3, 0)] == [0, 1, 0, 1, 0]
        assert selector.status() == ((0,), (0,))

    def test_leaves_a_cpu_to_the_first_path_that_names_it(self) -> None:
        """The others keep what else they have."""
        selector = IoAffinity([0b0011, 0b0111])

        assert [selector.select(0, cpu=cpu) for cpu in range(3)] == [0, 0, 1]

    def test_asks_the_neighbours_first(self) -> None:
        """Of a CPU whose path has failed: those on its NUMA node, and of these the lowest."""
        selector = IoAffinity([0b000001, 0b000010, 0b101000, 0b010000], cpus=6, nodes=[0, 0, 1, 1, 1, 1])
        selector.fail(3)

        assert selector.select(0, cpu=4) == 2
        selector.fail(2)
        assert selector.select(0, cpu=4) == 0

    def test_counts_only_cpus_that_have_no_path(self) -> None:
        """One whose path has failed is no miss; the count is the group's."""
        selector = IoAffinity([0b01, 0b10], cpus=3)
        selector.fail(0)

        assert selector.select(0, cpu=0) == 1
        assert selector.status() == ((0,), (0,))
        assert selector.select(0, cpu=2) == 1
        assert selector.status() == ((1,), (1,))

    def test_knows_no_cpu_beyond_the_last(self) -> None:
        """As many as it was told, or as its masks name."""
        with pytest.raises(ValueError, match="2: a CPU is numbered below the kernel's nr_cpu_ids, 0 to 1"):
            IoAffinity([0b10]).select(0, cpu=2)

    def test_gives_none_when_all_have_failed(self) -> None:
        """Every CPU is asked for."""
        selector = IoAffinity([0b01, 0b10], cpus=3)
        selector.fail(0)
        selector.fail(1)

        assert [selector.select(0, cpu=cpu) for cpu in range(3)] == [NO_PATH] * 3

    @pytest.mark.parametrize(
        ("make", "rule"),
        [
            (lambda: IoAffinity([]), "no path: dm-mpath takes 1 to 1024 in a group"),
            (lambda: IoAffinity([0]), "path 0: No new/valid CPU mapping found"),
            (lambda: IoAffinity([1, 1]), "path 1: No new/valid CPU mapping found"),
            (lambda: IoAffinity([1, 4], cpus=2), "needs a CPU below 2 that no earlier path has"),
            (lambda: IoAffinity([-1]), "invalid cpumask"),
            (lambda: IoAffinity([1 << 8192]), "invalid cpumask"),
            (lambda: IoAffinity([1], cpus=0), "no CPU: a kernel has 1 to 8192"),
            (lambda: IoAffinity([1], cpus=8193), "8193: a kernel has up to 8192 CPUs"),
            (lambda: IoAffinity([1], cpus=2, nodes=[0]), "1 nodes for 2 CPUs"),
            (lambda: IoAffinity([1], nodes=[-1]), "-1: NUMA nodes are numbered"),
        ],
    )
    def test_refuses_what_the_kernel_refuses(self, make: Callable[[], object], rule: str) -> None:
        """A path without a CPU of its own, a mask that is none, a machine that cannot be."""
        with pytest.raises(ValueError, match=rule):
            make()
