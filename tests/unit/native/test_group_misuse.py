"""Groups in the hands of callers who err, and of many threads at once."""

import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

import pytest

from multipath._native.group import DH_IMM_RETRY, DH_OK, FAIL, PriorityGroups
from multipath._native.io_affinity import IoAffinity
from multipath._native.queue_length import QueueLength
from multipath._native.round_robin import RoundRobin
from multipath._native.selector import Selector
from multipath._native.service_time import ServiceTime

from .test_group import SIZE, fail, of, served


class TestBadInput:
    @pytest.mark.parametrize(
        ("make", "error", "said"),
        [
            (lambda: PriorityGroups([1]), TypeError, "no path selector"),  # type: ignore[list-item]
            (lambda: PriorityGroups(1), TypeError, "iterable"),  # type: ignore[arg-type]
            (lambda: of(1, initial_group=0), ValueError, "initial group 0 of 1 groups"),
            (lambda: of(initial_group=1), ValueError, "initial group 1 of 0 groups"),
            (lambda: of(1, initial_group=-1), ValueError, "up to 1024"),
            (lambda: of(1, initial_group=1025), ValueError, "up to 1024"),
            (lambda: of(1, pg_init_retries=51), ValueError, "up to 50"),
            (lambda: of(1, pg_init_retries="many"), TypeError, "integer"),
            (lambda: of(*[1] * 1025), ValueError, "up to 1024 groups"),
        ],
    )
    def test_is_refused_with_the_rule(self, make: Callable[[], object], error: type[Exception], said: str) -> None:
        """What no table can say."""
        with pytest.raises(error, match=said):
            make()

    def test_is_a_selector_that_serves_another_group(self) -> None:
        """Or that has lost paths before."""
        selector = RoundRobin(2)
        with pytest.raises(ValueError, match="stands twice"):
            PriorityGroups([selector, selector])
        selector.fail(0)
        with pytest.raises(ValueError, match="failed paths"):
            PriorityGroups([selector])

    @pytest.mark.parametrize("path", [2, -1, 2**31, 2**64, -(2**64)])
    @pytest.mark.parametrize("act", ["fail_path", "reinstate_path", "path_active", "fail_count", "in_flight"])
    def test_is_a_path_that_is_not_there(self, act: str, path: int) -> None:
        """Nothing is touched beyond the last."""
        with pytest.raises(IndexError, match="this map has 2"):
            getattr(of(1, 1), act)(path)

    @pytest.mark.parametrize("number", [0, 3, -1, 2**32 + 1, 2**64])
    def test_is_a_group_that_is_not_there(self, number: int) -> None:
        """The kernel's groups begin with 1."""
        groups = of(1, 1)
        for act in (groups.switch_group, groups.group_state, lambda number: groups.bypass_group(number, bypass=True)):
            with pytest.raises(IndexError, match="this map has 2, numbered from 1"):
                act(number)

    def test_is_an_end_without_a_beginning(self) -> None:
        """Each I/O ends once, on its own path."""
        groups = of(2)
        assert served(groups) == [0]
        with pytest.raises(ValueError, match="path 1 has no I/O to end"):
            groups.end(1, SIZE)
        groups.end(0, SIZE)
        with pytest.raises(ValueError, match="path 0 has no I/O to end"):
            groups.end(0, SIZE)

    def test_is_an_activation_that_nobody_asked_for(self) -> None:
        """What waits to be handed out has not begun."""
        groups = of(1, handler=True)
        groups.map(SIZE)
        with pytest.raises(ValueError, match="not being activated"):
            groups.pg_init_done(0, DH_OK)
        groups.pg_init_paths()
        with pytest.raises(ValueError, match="positive int"):
            groups.pg_init_done(0, -1)
        groups.pg_init_done(0, DH_OK)
        with pytest.raises(ValueError, match="not being activated"):
            groups.pg_init_done(0, DH_OK)

    @pytest.mark.parametrize(("nbytes", "now", "cpu"), [(-1, 0, 0), (2**64, 0, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)])
    def test_is_a_number_that_no_kernel_has(self, nbytes: int, now: int, cpu: int) -> None:
        """A CPU is one that every selector knows."""
        groups = PriorityGroups([RoundRobin(1), IoAffinity([1], cpus=1)])
        with pytest.raises(ValueError, match="0 to "):
            groups.map(nbytes, now, cpu)

    def test_behind_the_back_of_the_groups_does_no_harm(self) -> None:
        """A selector that others have changed is told again without a crash."""
        selector = RoundRobin(2)
        groups = PriorityGroups([selector])
        selector.fail(0)
        fail(groups, 0, 1)
        selector.reinstate(1)

        assert groups.map(SIZE) == FAIL
        groups.reinstate_path(1)
        assert served(groups, 2) == [1, 1]

    def test_cannot_make_it_let_go_of_a_selector(self) -> None:
        """The groups keep their selectors as long as they live."""
        selector = RoundRobin(1)
        count = sys.getrefcount(selector)
        groups = PriorityGroups(iter([selector]))
        assert groups.selectors == (selector,)
        del groups

        assert sys.getrefcount(selector) == count


class TestManyThreads:
    """A map is used by all of them at once."""

    ROUNDS: Final = 20_000

    @pytest.fixture(autouse=True)
    def _eager(self) -> Iterator[None]:
        """Change threads as often as Python can."""
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        yield
        sys.setswitchinterval(interval)

    def run(self, *works: Callable[[], None]) -> None:
        """Run all of these, each in a thread; an exception in one fails the test."""
        threads = [threading.Thread(target=work) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @pytest.mark.slow
    @pytest.mark.parametrize("make", [QueueLength, lambda size: ServiceTime([1] * size)], ids=["length", "bytes"])
    def test_lose_no_io_and_no_event(self, make: Callable[[int], Selector]) -> None:
        """I/O, failures, switches, and batches of choices without the GIL; afterwards every counter adds up."""
        groups = PriorityGroups([make(2), make(3)], queue_if_no_path=True)
        changes = [0, 0, 0]

        def io() -> None:
            for _ in range(self.ROUNDS):
                if (path := groups.map(SIZE)) >= 0:
                    groups.end(path, SIZE)

        def storm(slot: int) -> None:
            for turn in range(self.ROUNDS):
                path = (turn * 7 + slot) % 5
                changes[slot] += groups.fail_path(path)
                changes[slot] += groups.reinstate_path((path + 2) % 5)

        def switch() -> None:
            for number in islice([1, 2] * self.ROUNDS, self.ROUNDS):
                groups.switch_group(number)
                groups.bypass_group(3 - number, bypass=True)
                changes[2] += 2

        def batch() -> None:
            numbers, out = array("Q", bytes(8 * 1000)), array("i", bytes(4 * 1000))
            for _ in range(self.ROUNDS // 100):
                groups.selectors[1].select_batch(numbers, numbers, out)

        self.run(io, io, io, batch, lambda: storm(0), lambda: storm(1), switch)

        assert groups.events == sum(changes)
        assert [groups.in_flight(path) for path in range(5)] == [0] * 5
        assert all(numbers[0] == 0 for selector in groups.selectors for numbers in selector.status())
        failures = sum(groups.fail_count(path) for path in range(5))
        assert 5 - groups.valid_paths == 2 * failures - (sum(changes[:2]))

    @pytest.mark.slow
    def test_activate_each_path_once(self) -> None:
        """Whoever takes an activation ends it; none is left and none is taken twice."""
        groups = of(3, 3, handler=True, pg_init_retries=50)
        ended = [0, 0, 0]

        def work(slot: int) -> None:
            for turn in range(self.ROUNDS):
                if (path := groups.map(SIZE)) >= 0:
                    groups.end(path, SIZE)
                for path in groups.pg_init_paths():
                    groups.pg_init_done(path, DH_IMM_RETRY if turn % 5 == slot else DH_OK)
                    ended[slot] += 1
                groups.switch_group(1 + turn % 2)

        self.run(*(lambda slot=slot: work(slot) for slot in range(3)))

        for path in groups.pg_init_paths():
            groups.pg_init_done(path, DH_OK)
        assert groups.pg_init_in_progress == 0
        assert sum(ended) > 0
