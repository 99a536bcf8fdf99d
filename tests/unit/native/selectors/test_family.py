"""What all five selectors have in common: one specification for the family."""

from array import array
from collections.abc import Callable
from copy import copy

import pytest

from multipath import Selector
from multipath._native import selector as native
from multipath._native.selector import END, FAIL, REINSTATE, SELECT, START

from .models import NO_PATH
from .setups import NAMES, plain

U64 = 2**64 - 1


@pytest.fixture(params=NAMES)
def selector(request: pytest.FixtureRequest) -> Selector:
    """Any selector, of three paths that do not differ."""
    return plain(request.param, 3).native()


def zeroes(count: int) -> "array[int]":
    """Return ``count`` sizes or times."""
    return array("Q", bytes(8 * count))


class TestASelector:
    def test_begins_with_its_first_path(self, selector: Selector) -> None:
        """All paths are usable after a load, in the order of the table."""
        assert selector.n_paths == 3
        assert selector.usable == (True, True, True)
        assert selector.select(4096) == 0

    def test_chooses_without_starting(self, selector: Selector) -> None:
        """A choice alone changes no counter."""
        before = selector.status()

        selector.select(4096)

        assert selector.status() == before

    def test_shows_each_path(self, selector: Selector) -> None:
        """One tuple for each, in order."""
        assert len(selector.status()) == 3

    def test_cannot_be_copied(self, selector: Selector) -> None:
        """Two of them would share nothing, and yet seem one."""
        with pytest.raises(TypeError, match="cannot pickle"):
            copy(selector)


class TestAPathThatFailed:
    @pytest.mark.parametrize("path", range(3))
    def test_is_not_chosen(self, selector: Selector, path: int) -> None:
        """Until it is reinstated."""
        selector.fail(path)

        chosen = {selector.select(4096, cpu=cpu) for cpu in (0, 0, 0, 0)}

        assert path not in chosen
        assert selector.usable[path] is False

    def test_keeps_its_counters(self, selector: Selector) -> None:
        """What is on its way comes back, whatever the path is by then."""
        selector.start_io(0, 4096)
        loaded = selector.status()

        selector.fail(0)
        selector.reinstate(0)

        assert selector.status() == loaded

    def test_ends_its_io(self, selector: Selector) -> None:
        """An I/O that failed ends as well."""
        selector.start_io(1, 4096)
        selector.fail(1)

        selector.end_io(1, 4096, 0, 10)

        with pytest.raises(ValueError, match="no I/O to end"):
            selector.end_io(1, 4096, 0, 10)

    def test_fails_once(self, selector: Selector) -> None:
        """dm-mpath tells a selector of changes only, and so do these methods."""
        selector.fail(0)
        selector.fail(0)
        selector.reinstate(0)

        assert selector.usable == (True, True, True)

    def test_comes_back_once(self, selector: Selector) -> None:
        """A path is never in the list twice."""
        selector.reinstate(1)
        selector.fail(1)

        assert selector.usable == (True, False, True)
        assert 1 not in {selector.select(0) for _ in range(9)}


class TestAllPathsThatFailed:
    def test_leave_none_to_choose(self, selector: Selector) -> None:
        """The answer is -1, and dm-mpath looks at the next group."""
        for path in range(3):
            selector.fail(path)

        assert selector.select(4096) == NO_PATH

    def test_leave_a_batch_without_paths(self, selector: Selector) -> None:
        """Nothing is started."""
        for path in range(3):
            selector.fail(path)
        out = array("i", [7] * 5)

        assert selector.select_batch(zeroes(5), zeroes(5), out, start=True) == 0

        assert out.tolist() == [NO_PATH] * 5
        with pytest.raises(ValueError, match="no I/O to end"):
            selector.end_io(0, 0)

    def test_are_chosen_again_when_they_come_back(self, selector: Selector) -> None:
        """The only one that is there."""
        for path in range(3):
            selector.fail(path)
        selector.reinstate(2)

        assert selector.select(4096) == 2


class TestABatch:
    def test_does_what_single_calls_do(self, selector: Selector) -> None:
        """The same picks, one after the other, and the same counters."""
        name = type(selector).__name__
        single = next(one for one in (plain(each, 3).native() for each in NAMES) if type(one).__name__ == name)
        sizes, times, out = array("Q", range(0, 4096, 32)), array("Q", range(128)), array("i", [0] * 128)

        assert selector.select_batch(sizes, times, out, start=True) == 128

        for size, time, path in zip(sizes, times, out, strict=True):
            assert single.select(size, time) == path
            single.start_io(path, size)
        assert selector.status() == single.status()

    def test_starts_nothing_unless_asked(self, selector: Selector) -> None:
        """As `select`."""
        selector.select_batch(zeroes(3), zeroes(3), array("i", [0] * 3))

        with pytest.raises(ValueError, match="no I/O to end"):
            selector.end_io(0, 0)

    def test_may_be_empty(self, selector: Selector) -> None:
        """No I/O at all is some I/Os."""
        assert selector.select_batch(zeroes(0), zeroes(0), array("i")) == 0
        selector.replay(b"", array("q"), zeroes(0), zeroes(0), array("i"))

    @pytest.mark.parametrize(
        ("sizes", "times", "out"),
        [
            (zeroes(3), zeroes(3), array("i", [0] * 2)),
            (zeroes(3), zeroes(2), array("i", [0] * 3)),
            (array("d", [0.0] * 3), zeroes(3), array("i", [0] * 3)),
            (array("q", [0] * 3), zeroes(3), array("i", [0] * 3)),
            (zeroes(3), zeroes(3), array("q", [0] * 3)),
            (memoryview(zeroes(6))[::2], zeroes(3), array("i", [0] * 3)),
            (zeroes(3), zeroes(3), memoryview(array("i", [0] * 3)).toreadonly()),
        ],
        ids=["long", "short", "float", "signed", "wide", "gaps", "read-only"],
    )
    def test_takes_buffers_of_one_kind(self, selector: Selector, sizes: object, times: object, out: object) -> None:
        """The documented types, whole and of one length; nothing is chosen otherwise."""
        with pytest.raises((ValueError, BufferError, TypeError)):
            selector.select_batch(sizes, times, out)  # type: ignore[arg-type]

        assert selector.select(0) == 0


class TestATrace:
    def test_ends_what_it_started(self, selector: Selector) -> None:
        """An END names the step of its START, and goes to the path that was chosen there."""
        out = array("i", [9] * 6)
        ops = bytes([START, START, END, END, FAIL, REINSTATE])

        selector.replay(ops, array("q", [0, 0, 1, 0, 2, 2]), zeroes(6), zeroes(6), out)

        assert out.tolist() == [out[0], out[1], out[1], out[0], 2, 2]
        with pytest.raises(ValueError, match="no I/O to end"):
            selector.end_io(out[0], 0)

    def test_leaves_open_what_it_does_not_end(self, selector: Selector) -> None:
        """It can be ended by a single call, once."""
        out = array("i", [9])
        selector.replay(bytes([START]), array("q", [0]), zeroes(1), zeroes(1), out)

        selector.end_io(out[0], 0)

        with pytest.raises(ValueError, match="no I/O to end"):
            selector.end_io(out[0], 0)

    def test_ends_nothing_where_no_path_was(self, selector: Selector) -> None:
        """A START that got no path has an END that does nothing."""
        out = array("i", [9] * 5)

        selector.replay(bytes([FAIL, FAIL, FAIL, START, END]), array("q", [0, 1, 2, 0, 3]), zeroes(5), zeroes(5), out)

        assert out.tolist() == [0, 1, 2, NO_PATH, NO_PATH]

    @pytest.mark.parametrize(
        ("op", "arg"),
        [
            *((END, step) for step in (0, 1, 2, 9, -1)),
            *((FAIL, path) for path in (3, -1)),
            *((REINSTATE, 2**40), (SELECT, -1), (START, 2**40), (REINSTATE + 1, 0), (255, 0)),
        ],
    )
    def test_stops_at_a_step_that_cannot_be_done(self, selector: Selector, op: int, arg: int) -> None:
        """An END of what is no START, of a later step, or a second time; a path or CPU that is not there."""
        out, ops = array("i", [9] * 4), bytes([SELECT, START, END, op])
        args = array("q", [0, 0, 1, arg])

        with pytest.raises(ValueError, match=rf"^step 3 cannot be done: operation {op} with {arg}$"):
            selector.replay(ops, args, zeroes(4), zeroes(4), out)

        assert out[:3].tolist() == [0, out[1], out[1]]

    def test_needs_columns_of_one_length(self, selector: Selector) -> None:
        """All five."""
        with pytest.raises(ValueError, match="one length"):
            selector.replay(bytes([SELECT]), array("q", [0]), zeroes(2), zeroes(1), array("i", [0]))


class TestAnArgumentThatNoKernelHas:
    @pytest.mark.parametrize("path", [-1, 3, 2**31, 2**32, 2**64, -(2**64)])
    def test_is_refused_as_a_path(self, selector: Selector, path: int) -> None:
        """By its number, and with how many there are."""
        calls: list[Callable[[], object]] = [
            lambda: selector.start_io(path, 0),
            lambda: selector.end_io(path, 0),
            lambda: selector.fail(path),
            lambda: selector.reinstate(path),
        ]
        for call in calls:
            with pytest.raises(IndexError, match=f"no path {path}: this selector has 3, numbered from 0"):
                call()

    @pytest.mark.parametrize("size", [-1, 2**64])
    def test_is_refused_as_a_size(self, selector: Selector, size: int) -> None:
        """The kernel's hooks take a ``size_t``."""
        calls: list[Callable[[], object]] = [
            lambda: selector.select(size),
            lambda: selector.start_io(0, size),
            lambda: selector.end_io(0, size),
        ]
        for call in calls:
            with pytest.raises(ValueError, match=f"{size}: the bytes of an I/O are a size_t"):
                call()

    @pytest.mark.parametrize("time", [-1, 2**64])
    def test_is_refused_as_a_time(self, selector: Selector, time: int) -> None:
        """The kernel's clocks have 64 bits."""
        selector.start_io(0, 0)
        calls: list[Callable[[], object]] = [
            lambda: selector.select(0, time),
            lambda: selector.end_io(0, 0, time, 0),
        ]
        for call in calls:
            with pytest.raises(ValueError, match=f"{time}: a time is in nanoseconds, of 64 bits"):
                call()

    @pytest.mark.parametrize("cpu", [-1, 2**32])
    def test_is_refused_as_a_cpu(self, selector: Selector, cpu: int) -> None:
        """In single calls and in batches."""
        calls: list[Callable[[], object]] = [
            lambda: selector.select(0, 0, cpu),
            lambda: selector.select_batch(zeroes(1), zeroes(1), array("i", [0]), cpu=cpu),
        ]
        for call in calls:
            with pytest.raises(ValueError, match=f"{cpu}: a CPU is numbered below the kernel's nr_cpu_ids"):
                call()

    def test_is_refused_as_no_number(self, selector: Selector) -> None:
        """A float is no size."""
        with pytest.raises(TypeError, match="integer"):
            selector.select(4096.0)  # type: ignore[arg-type]

    def test_may_be_as_large_as_the_kernel_has_it(self, selector: Selector) -> None:
        """The largest size and the latest time."""
        selector.start_io(selector.select(U64, U64), U64)
        selector.end_io(0, U64, U64, U64)
        selector.start_io(0, 0)
        selector.end_io(0, 0, U64, 0)


class TestTheBase:
    def test_is_no_selector(self) -> None:
        """It chooses nothing."""
        with pytest.raises(TypeError, match="chooses nothing itself"):
            native.Selector()

    @pytest.mark.parametrize("n_paths", [0, 1025])
    @pytest.mark.parametrize("name", NAMES[:2])
    def test_takes_as_many_paths_as_a_group(self, name: str, n_paths: int) -> None:
        """1 to 1024, in dm-mpath's own words."""
        kind = type(plain(name, 1).native())

        assert kind(1024).n_paths == 1024  # type: ignore[call-arg]
        with pytest.raises(ValueError, match="1024"):
            kind(n_paths)  # type: ignore[call-arg]
