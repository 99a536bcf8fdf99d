"""When a path is checked next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.policy.interval import CheckInterval, slot
from multipath.policy.supervision import Supervision

from .story import DOWN, PENDING, UP, A, B, Story

OPTIONS = Supervision()


class TestAnInterval:
    def test_doubles_while_all_is_well(self) -> None:
        """From polling_interval to max_polling_interval; the first check is no change but also no proof."""
        story = Story()
        lengths = []
        for _ in range(5):
            story.check(A, UP, after=5)
            lengths.append(story.supervisor.paths[A].interval.current)

        assert lengths == [5, 10, 20, 20, 20]

    def test_begins_anew_with_a_change(self) -> None:
        """And stays the shortest while the path is bad."""
        story = Story()
        story.checks(A, UP, UP, UP, DOWN)

        assert story.supervisor.paths[A].interval.current == 5
        story.checks(A, DOWN, DOWN)
        assert story.supervisor.paths[A].interval.current == 5

    def test_does_not_double_up_beyond_the_longest(self) -> None:
        """Also where that is no power of two of the shortest."""
        interval = CheckInterval(0.0, 5.0)
        for _ in range(4):
            interval.longer(Supervision(max_polling_interval=17.0))

        assert interval.current == 17.0

    def test_counts_from_where_the_check_began(self) -> None:
        """A check that took four seconds is followed by one after the rest."""
        story = Story()
        story.check(A, PENDING)

        assert story.supervisor.next_check(A) == story.now + 1
        story.check(A, PENDING, after=1)
        story.check(A, UP, after=2)
        assert story.supervisor.next_check(A) <= story.now + 2

    def test_leaves_a_second_after_a_check_that_took_longer(self) -> None:
        """Not less."""
        interval = CheckInterval(0.0, 5.0, begun=0.0)
        interval.done(40.0, OPTIONS)

        assert 40.8 <= interval.due <= 41.0

    def test_is_short_after_the_kernel_failed_a_path(self) -> None:
        """A second, not at once: else a path whose I/O fails would be reinstated as fast as it fails."""
        story = Story()
        story.checks(A, UP, UP, UP)
        story.kernel_fails(A)

        assert story.supervisor.next_check(A) == story.now + 1

    def test_brings_the_others_forward_when_a_path_came_up(self) -> None:
        """Their priorities may have changed."""
        story = Story()
        story.checks(B, UP, UP, UP)
        story.check(A, DOWN)
        story.check(B, UP)
        story.check(A, UP)

        assert story.supervisor.next_check(B) == story.now
        assert story.supervisor.paths[B].interval.current == 20


class TestASlot:
    @given(st.floats(0, 1, exclude_max=True), st.floats(0, 1e6))
    def test_is_reached_within_a_few_checks(self, place: float, now: float) -> None:
        """Each check comes at most half of its interval earlier, until it is in its slot; then they stay."""
        interval = CheckInterval(now, 20.0, slot=place)
        for _ in range(4):
            last = interval.due
            interval.done(last, OPTIONS)
            assert 9.999 <= interval.due - last <= 20.001

        off = (interval.due - place * 20.0) % 20.0
        assert min(off, 20.0 - off) < 0.01

    def test_is_kept_by_a_check_that_is_made_along_with_others(self) -> None:
        """A moment too early is no reason to come half an interval earlier the next time."""
        interval = CheckInterval(20.0, 20.0, slot=0.0)
        for due in (20.0, 40.0, 60.0):
            assert interval.due == due
            interval.done(due - 0.6, OPTIONS)

    @pytest.mark.parametrize("paths", [2, 4, 8])
    def test_is_another_for_every_path_of_a_map(self, paths: int) -> None:
        """As far from each other as can be."""
        slots = sorted(slot("3600", index, paths) for index in range(paths))
        gaps = [(b - a) % 1.0 for a, b in zip(slots, [*slots[1:], slots[0]], strict=True)]

        assert all(abs(gap - 1 / paths) < 1e-9 for gap in gaps)

    def test_spreads_the_maps_of_a_host(self) -> None:
        """A hundred maps leave no second of twenty without a check."""
        seconds = {int(slot(f"36001405{number:04}", 0, 1) * 20) for number in range(100)}

        assert seconds == set(range(20))
