"""The compiled selectors and the kernel's own: every pick and every counter agree."""

import pytest
from hypothesis import given, settings

from .edges import EDGES, HUGE
from .setups import NAMES, Setup, plain
from .traces import Trace, cases, replayed, thrown, uneven

pytestmark = pytest.mark.slow


class TestARandomTrace:
    @pytest.mark.parametrize("name", NAMES)
    def test_is_what_the_kernel_makes_of_it(self, kernel: str, name: str) -> None:
        """Any arguments, sizes and times; numbers that wrap; time that runs backwards; no path left."""

        @settings(max_examples=200, deadline=None)
        @given(cases(name))
        def agrees(case: tuple[Setup, Trace]) -> None:
            _compare(kernel, *case)

        agrees()


class TestATraceToTheEdge:
    @pytest.mark.parametrize("edge", [*EDGES, *HUGE])
    def test_is_what_the_kernel_makes_of_it(self, kernel: str, edge: str) -> None:
        """Where the last digit decides."""
        _compare(kernel, *(EDGES | HUGE)[edge])


class TestALongTrace:
    @pytest.mark.parametrize("ends", [0.5, 1.1], ids=["with I/Os that pile up", "with few I/Os at a time"])
    @pytest.mark.parametrize("n_paths", [1, 2, 3, 8, 64])
    @pytest.mark.parametrize("name", NAMES)
    def test_is_what_the_kernel_makes_of_it(self, kernel: str, name: str, n_paths: int, ends: float) -> None:
        """Thousands of I/Os outstanding, or a path that is idle now and then; even paths and uneven ones."""
        even, odd = plain(name, n_paths), uneven(name, n_paths, n_paths)

        _compare(kernel, even, thrown(even, 20_000, 1, ends=ends))
        _compare(kernel, odd, thrown(odd, 20_000, 2, ends=ends))
        _compare(kernel, odd, thrown(odd, 20_000, 3, ends=ends, wild=True))


def _compare(kernel: str, setup: Setup, trace: Trace) -> None:
    ours, theirs = setup.native(), setup.kernel(kernel)

    assert replayed(trace, ours) == replayed(trace, theirs)
    assert ours.status() == theirs.status()
    assert ours.group_status() == theirs.group_status()
