"""A supervision that is killed and begun anew does not touch what is well."""

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from multipath.policy.actions import Changed
from multipath.policy.supervision import Supervision
from multipath.units import DevT

from .calm import OPTIONS, PATHS, Calm
from .story import DOWN, UP, A, B, C, Story

pytestmark = pytest.mark.slow


class TestAnotherSupervision:
    @settings(max_examples=60, deadline=None)
    @given(options=OPTIONS, current=st.sampled_from([1, 2]))
    def test_of_a_map_that_is_well_changes_nothing(self, options: Supervision, current: int) -> None:
        """Killed and begun anew at any time, it finds everything as it is to be, and orders nothing, for an hour."""
        stays = options.failback != "immediate" and not isinstance(options.failback, int)
        story = Story(((A, B), (C,)), options, current=current if stays else 1)

        Calm(story).run(3600.0)

        assert [action for _, action in story.told if not isinstance(action, Changed)] == []

    @settings(max_examples=60, deadline=None)
    @given(options=OPTIONS, failed=st.sets(st.sampled_from(PATHS), max_size=2))
    def test_of_a_map_with_failed_paths_leaves_them_failed(self, options: Supervision, failed: set[DevT]) -> None:
        """What the one before did is right still."""
        story = Story(((A, B), (C,)), options, failed=set(failed), current=1 if {A, B} - failed else 2)
        for devt, priority in ((A, 50), (B, 50), (C, 10)):
            story.check(devt, DOWN if devt in failed else UP, priority=priority)

        assert [action for _, action in story.told if not isinstance(action, Changed)] == []
