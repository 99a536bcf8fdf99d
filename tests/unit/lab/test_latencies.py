"""Durations of I/Os, counted in buckets."""

import pytest

from multipath.lab.latencies import Latencies, Moment


class TestLatencies:
    @pytest.mark.parametrize(("percent", "expected"), [(50, 100), (98, 100), (100, 100_000)])
    def test_know_the_shares(self, percent: float, expected: int) -> None:
        """To 9 %."""
        latencies = Latencies()
        for _ in range(99):
            latencies.ended(0, 100)
        latencies.ended(0, 100_000)

        assert latencies.percentile(percent) == pytest.approx(expected, rel=0.09)
        assert latencies.longest == 100_000

    def test_know_the_widest_gap(self) -> None:
        """The time in which nothing ended, whenever it began."""
        latencies = Latencies()
        for start, end in [(0, 10), (5, 20), (0, 500), (490, 505)]:
            latencies.ended(start, end)

        assert latencies.gap == 480

    def test_of_nothing_are_zero(self) -> None:
        """No I/O, no duration."""
        assert (Latencies().longest, Latencies().percentile(99)) == (0, 0)


class TestAMoment:
    def test_takes_no_failure_for_the_first(self) -> None:
        """New I/O that fails is no I/O."""
        moment = Moment(100, waiting=1)
        for start, end, good in [(110, 120, False), (130, 140, True), (150, 155, True), (50, 900, True)]:
            moment.ended(start, end, good=good)

        assert (moment.first, moment.last, moment.waiting) == (40, 800, 0)
