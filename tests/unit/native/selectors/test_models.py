"""The compiled selectors and their readable models: after every step of every trace they are in one state."""

from hypothesis import given

from .setups import Setup
from .traces import Trace, cases, played, replayed


class TestARandomTrace:
    @given(cases())
    def test_leads_to_the_same_picks_and_counters(self, case: tuple[Setup, Trace]) -> None:
        """Each pick, and after each step each number of each path."""
        setup, trace = case
        native, model = setup.native(), setup.model()

        for ours, theirs in zip(played(trace, native), played(trace, model), strict=True):
            assert ours == theirs
            assert native.status() == model.status()
        assert native.group_status() == model.group_status()

    @given(cases())
    def test_can_be_replayed(self, case: tuple[Setup, Trace]) -> None:
        """The batch without the GIL does what single calls do."""
        setup, trace = case
        single, batch = setup.native(), setup.native()

        assert replayed(trace, batch) == list(played(trace, single))
        assert batch.status() == single.status()
        assert batch.usable == single.usable
