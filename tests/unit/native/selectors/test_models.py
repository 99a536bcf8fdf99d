"""The compiled selectors and their readable models: after every step of every trace they are in one state."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings

from .edges import EDGES
from .setups import NAMES, Setup
from .traces import Trace, cases, played, replayed, thrown, uneven


def _drawn(name: str, compare: Callable[[Setup, Trace], None]) -> None:
    @settings(max_examples=250, deadline=None)
    @given(cases(name))
    def each(case: tuple[Setup, Trace]) -> None:
        compare(*case)

    each()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
class TestARandomTrace:
    def test_leads_to_the_same_picks_and_counters(self, name: str) -> None:
        """Each pick, and after each step each number of each path."""

        def agree(setup: Setup, trace: Trace) -> None:
            native, model = setup.native(), setup.model()
            for ours, theirs in zip(played(trace, native), played(trace, model), strict=True):
                assert ours == theirs
                assert native.status() == model.status()
            assert native.group_status() == model.group_status()

        _drawn(name, agree)

    def test_can_be_replayed(self, name: str) -> None:
        """The batch without the GIL does what single calls do."""

        def agree(setup: Setup, trace: Trace) -> None:
            single, batch = setup.native(), setup.native()
            assert replayed(trace, batch) == list(played(trace, single))
            assert batch.status() == single.status()
            assert batch.usable == single.usable

        _drawn(name, agree)


class TestATraceToTheEdge:
    @pytest.mark.parametrize("edge", EDGES)
    def test_leads_to_the_same_picks_and_counters(self, edge: str) -> None:
        """Where the last digit decides."""
        setup, trace = EDGES[edge]
        native, model = setup.native(), setup.model()

        assert replayed(trace, native) == list(played(trace, model))
        assert native.status() == model.status()


@pytest.mark.slow
class TestALongTrace:
    @pytest.mark.parametrize("seed", range(4))
    @pytest.mark.parametrize("n_paths", [2, 3, 7])
    @pytest.mark.parametrize("name", NAMES)
    def test_leads_to_the_same_picks_and_counters(self, name: str, n_paths: int, seed: int) -> None:
        """Many I/Os on their way, or few; ordinary numbers, or some that no machine has."""
        setup = uneven(name, n_paths, seed)
        trace = thrown(setup, 6000, seed, ends=0.5 if seed % 2 else 1.0, wild=seed > 1)
        native, model = setup.native(), setup.model()

        assert replayed(trace, native) == list(played(trace, model))
        assert native.status() == model.status()
