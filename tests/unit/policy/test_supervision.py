"""The options of a map as a supervision has them."""

from collections.abc import Mapping
from typing import Final

import pytest

from multipath.config.setting import Value
from multipath.policy.flapping import FlappingOptions
from multipath.policy.marginal import MarginalOptions
from multipath.policy.supervision import Supervision

from .world import a_member, settings_of


def of(**options: Value) -> Supervision:
    """Return the supervision of a map with these options."""
    return Supervision.of(settings_of(a_member(), **options))


class TestASupervision:
    def test_is_that_of_the_manual_where_nothing_is_set(self) -> None:
        """Its defaults are the built-in values."""
        assert of() == Supervision()

    @pytest.mark.parametrize(
        ("option", "value"),
        [
            ("failback", "followover"),
            ("failback", 15),
            ("no_path_retry", 12),
            ("no_path_retry", "queue"),
            ("flush_on_last_del", "never"),
            ("deferred_remove", True),
            ("ghost_delay", 30),
            ("recheck_wwid", True),
            ("purge_disconnected", True),
        ],
    )
    def test_takes_an_option_as_it_is(self, option: str, value: Value) -> None:
        """By its name."""
        assert getattr(of(**{option: value}), option) == value

    def test_knows_whether_priorities_make_the_groups(self) -> None:
        """By the policy that holds."""
        assert of(path_grouping_policy="group_by_prio").by_priority

    def test_takes_the_timeout_of_the_device(self) -> None:
        """Where no option sets one."""
        settings = settings_of(a_member())

        assert Supervision.of(settings, device_timeout=60.0).checker_timeout == 60.0

    def test_hurries_under_a_budget(self) -> None:
        """A path is asked, and has to answer, within a fifth of it; the rest is as configured."""
        hurried = Supervision.of(settings_of(a_member(), no_path_retry=3), 5.0)

        assert (hurried.polling_interval, hurried.max_polling_interval, hurried.checker_timeout) == (0.5, 0.5, 0.5)
        assert (hurried.patience, hurried.retry_interval, hurried.retry_time) == (30.0, 5.0, 15.0)

    def test_takes_the_budget_of_the_map(self) -> None:
        """What is configured for it holds over what all maps have."""
        settings = settings_of(a_member(), max_stall=2)

        assert Supervision.of(settings).max_stall == 2.0
        assert Supervision.of(settings, 5.0).polling_interval == 0.2

    def test_does_not_slow_down_under_a_long_budget(self) -> None:
        """A budget only shortens."""
        relaxed = Supervision.of(settings_of(a_member()), 1000.0)

        assert (relaxed.polling_interval, relaxed.max_polling_interval, relaxed.checker_timeout) == (5.0, 20.0, 30.0)

    @pytest.mark.parametrize(("retry", "least"), [(None, None), ("fail", None), ("queue", 4294967295), (60, 310)])
    def test_says_how_long_paths_have_to_stay(self, retry: Value | None, least: int | None) -> None:
        """As long as I/O waits for one: the least dev_loss_tmo."""
        assert of(**({} if retry is None else {"no_path_retry": retry})).least_dev_loss == least


class TestFlapping:
    SAN: Final[Mapping[str, Value]] = {
        "san_path_err_threshold": 3,
        "san_path_err_forget_rate": 10,
        "san_path_err_recovery_time": 100,
    }
    DELAY: Final[Mapping[str, Value]] = {"delay_watch_checks": 12, "delay_wait_checks": 6}

    def test_needs_all_three(self) -> None:
        """Two say nothing."""
        assert of(**self.SAN).flapping == FlappingOptions(3, 10, 100.0)
        for missing in self.SAN:
            assert of(**{**self.SAN, missing: "no"}).flapping is None

    def test_is_said_by_the_older_options(self) -> None:
        """One failure is forgiven for so many good checks, then the path waits for so many of the longest intervals."""
        found = of(**self.DELAY).flapping

        assert found == FlappingOptions(1, 12, 120.0, "delay_watch_checks 12, delay_wait_checks 6")

    def test_needs_both_older_ones(self) -> None:
        """One says nothing."""
        for missing in self.DELAY:
            assert of(**{**self.DELAY, missing: "no"}).flapping is None

    def test_goes_by_the_newer_ones(self) -> None:
        """Where both are set."""
        assert of(**self.DELAY, **self.SAN).flapping == FlappingOptions(3, 10, 100.0)

    def test_says_what_holds(self) -> None:
        """With its numbers, for reasons."""
        assert str(FlappingOptions(3, 10, 100.0)) == "san_path_err_threshold 3, san_path_err_recovery_time 100"
        assert str(of(**self.DELAY).flapping) == "delay_watch_checks 12, delay_wait_checks 6 (threshold 1, 120 s)"


class TestMarginal:
    ALL: Final[Mapping[str, Value]] = {
        "marginal_path_double_failed_time": 60,
        "marginal_path_err_sample_time": 200,
        "marginal_path_err_rate_threshold": 10,
        "marginal_path_err_recheck_gap_time": 300,
    }

    def test_needs_all_four(self) -> None:
        """Three say nothing."""
        assert of(**self.ALL).marginal == MarginalOptions(60.0, 200.0, 10, 300.0)
        for missing in self.ALL:
            assert of(**{**self.ALL, missing: "no"}).marginal is None

    def test_is_left_to_the_fabric(self) -> None:
        """With marginal_pathgroups fpin, no failure is counted, and no path is read from."""
        found = of(**self.ALL, **TestFlapping.SAN, **TestFlapping.DELAY, marginal_pathgroups="fpin")

        assert (found.marginal, found.flapping) == (None, None)
