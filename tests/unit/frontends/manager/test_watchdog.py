import pytest

from multipath.frontends.manager.watchdog import Watchdog


class TestAWatchdog:
    def test_is_quiet_as_long_as_checks_are_made(self) -> None:
        """A check may be late by as much as a plan of many maps takes."""
        signs: list[int] = []
        watchdog = Watchdog(lambda: 15.0, lambda: signs.append(1), within=1.0)

        assert watchdog.look() is False
        assert (signs, watchdog.stalled) == ([1], "")

    def test_hears_nothing_once_they_are_not(self) -> None:
        """And tells once that it is so, and once that it is so no longer."""
        signs: list[int] = []
        late = iter([16.0, 20.0, 0.0])
        watchdog = Watchdog(lambda: next(late), lambda: signs.append(1), within=1.0)

        assert [watchdog.look(), bool(watchdog.stalled)] == [True, True]
        assert [watchdog.look(), watchdog.stalled] == [False, "no check is made: the next one is overdue by 20 s"]
        assert signs == []
        assert [watchdog.look(), watchdog.stalled, signs] == [True, "", [1]]

    @pytest.mark.parametrize(("within", "interval"), [(None, 1.0), (0.25, 0.25), (30.0, 1.0)])
    def test_is_looked_at_in_time(self, within: float | None, interval: float) -> None:
        """At least once a second, since others want to know too."""
        assert Watchdog(lambda: 0.0, lambda: None, within=within).interval == interval
