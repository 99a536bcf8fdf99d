"""What becomes of the maps of a plan, as it is told."""

import sys

import pytest

from multipath import errors
from multipath.frontends.cli.results import ResultRecord, result_record, summary, told
from multipath.maps.planned_map import Action, PlannedMap
from multipath.maps.result import Outcome, Result

from .streams import Terminal


def result(action: Action = Action.CREATE, outcome: Outcome = Outcome.DONE, name: str = "mpatha") -> Result:
    """Return what became of a map."""
    error = errors.NotFound("gone \x1b[2J") if outcome is Outcome.FAILED else None
    return Result(PlannedMap("3600a", name, (action,)), outcome, error)


class TestTheSummary:
    def test_counts_what_was_done_and_what_was_not(self) -> None:
        """Successes by what they are, the others by how they ended."""
        results = [result(), result(), result(Action.SWITCH), result(outcome=Outcome.FAILED)]
        results += [result(Action.NOTHING, Outcome.NOTHING), result(Action.REFUSE, Outcome.REFUSED)]

        assert summary(results) == "2 created, 1 switched, 1 failed, 1 refused, 1 as it should be"

    def test_knows_every_action_that_can_be_done(self) -> None:
        """None is left out."""
        for action in set(Action) - {Action.NOTHING, Action.REFUSE}:
            assert summary([result(action)]).startswith("1 ")


def sit_down(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return a terminal without colours, where both streams end."""
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


class TestWhileItIsDone:
    def test_each_map_has_a_line_where_nobody_looks(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Those that were touched; failures go where failures go, and command nothing."""
        with told("apply") as tell:
            tell(1, 3, result())
            tell(2, 3, result(Action.NOTHING, Outcome.NOTHING))
            tell(3, 3, result(outcome=Outcome.FAILED))

        assert capsys.readouterr() == (
            "create mpatha: done\n",
            "mpath apply: create mpatha: failed: gone \\x1b[2J\n",
        )

    def test_a_terminal_has_one_line_that_is_gone_in_the_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """However long a name is, and whatever it holds."""
        terminal = sit_down(monkeypatch)

        with told("apply") as tell:
            tell(1, 2, result(name="\x1b[2J" + "x" * 200))

        drawn = f"[##########..........] 1 of 2 maps, \\x1b[2J{'x' * 200}"
        assert terminal.getvalue() == f"\r\x1b[K{drawn[:79]}\r\x1b[K"

    def test_a_failure_stays_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a line of its own, above the one that is drawn over."""
        terminal = sit_down(monkeypatch)

        with told("apply") as tell:
            tell(1, 2, result(outcome=Outcome.FAILED))

        assert "\r\x1b[Kmpath apply: create mpatha: failed: gone \\x1b[2J\n" in terminal.getvalue()


class TestTheRecord:
    def test_has_the_keys_that_were_promised(self) -> None:
        """Each explained."""
        record = result_record(result(outcome=Outcome.FAILED))

        assert list(record) == ["wwid", "name", "actions", "outcome", "error"]
        assert all(f"        {key}: " in str(ResultRecord.__doc__) for key in record)
        assert (record["outcome"], record["error"]) == ("failed", "gone \x1b[2J")
