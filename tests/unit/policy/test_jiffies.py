"""What the kernel's timers add, against what a kernel with 100 jiffies in a second was measured to add."""

import pytest

from multipath.policy.jiffies import block_timer_lag, slot

# Timeout of a request, and after how many seconds it came back as timed out: the longest of three, Linux 6.1.176.
MEASURED = [
    (0.1, 1.478), (0.3, 1.678), (0.5, 1.879), (0.7, 2.076), (1.0, 2.359), (1.28, 2.655), (1.5, 2.876), (1.7, 3.075),
    (2.0, 3.371), (2.3, 3.678),
]  # fmt: skip
ABORT = 0.05


class TestTheTimerOfAQueue:
    @pytest.mark.parametrize(("timeout", "seconds"), MEASURED)
    def test_is_never_later_than_computed(self, timeout: float, seconds: float) -> None:
        """And at most 0.1 s sooner."""
        computed = timeout + block_timer_lag(timeout, 100) + ABORT

        assert seconds <= computed <= seconds + 0.1

    @pytest.mark.parametrize(("hz", "lag"), [(100, 1.28), (250, 1.024), (300, 512 / 300), (1000, 1.024)])
    def test_waits_a_power_of_two_of_jiffies_for_others(self, hz: int, lag: float) -> None:
        """Whatever the kernel was built with."""
        assert lag <= block_timer_lag(0.1, hz) <= lag + 0.25


class TestASlotOfTheWheel:
    @pytest.mark.parametrize(
        ("jiffies", "wide"), [(0, 1), (62, 1), (63, 8), (503, 8), (504, 64), (4031, 64), (4032, 512)]
    )
    def test_is_eight_times_as_wide_on_each_level(self, jiffies: int, wide: int) -> None:
        """The levels begin where the kernel lets them."""
        assert slot(jiffies) == wide
