"""What a multipathd still works on and remembers, and how often it is asked to resize a map."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from multipath import errors
from multipath.maps import daemon as beside
from multipath.multipathd.command import FIELD, ROW
from multipath.multipathd.socket import ENVIRONMENT
from multipath.units import devt

from ..multipathd.stand_in import Answer, StandIn, framed, said, standing_in

WWID = "3600140500000000000000000000a11"
IDLE: dict[str, Answer] = {"show daemon": "pid 7 idle\n", "show status": said("0.9.4", "status.txt")}
WILDCARDS = "multipath format wildcards:\n%n  name\n%w  uuid\n\npath format wildcards:\n%d  dev\n%D  dev_t\n"
COMMAND = 'resize map "dm-3"'
KNOWN: dict[str, Answer] = {
    "show wildcards": WILDCARDS,
    f'show maps raw format "{ROW}%n{FIELD}%w"': f"{ROW}mpatha{FIELD}{WWID}\n{ROW}mpathb{FIELD}{WWID}0\n",
    f'show paths raw format "{ROW}%d{FIELD}%D"': f"{ROW}sda{FIELD}8:0\n{ROW}sdb{FIELD}8:16\n",
}
Starts = Callable[[dict[str, Answer]], StandIn]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starts]:
    """Start a daemon with these answers."""
    with ExitStack() as stack:

        def start(answers: dict[str, Answer]) -> StandIn:
            daemon = stack.enter_context(standing_in(str(tmp_path / "socket"), answers))
            monkeypatch.setattr(beside, "daemon_is_running", lambda: True)
            monkeypatch.setenv(ENVIRONMENT, daemon.address)
            return daemon

        yield start


class TestADaemon:
    @pytest.mark.parametrize(
        ("answers", "busy"),
        [
            ({}, False),
            ({"show status": said("0.9.4", "status.txt").replace("False", "True")}, True),
            ({"show daemon": "pid 7 configure\n"}, True),
            ({"show daemon": "pid 7 running (checker)\n"}, False),
            ({"show status": "timeout\n"}, True),
            ({"show status": "nonsense\n"}, True),
            ({"show status": None}, False),
        ],
    )
    def test_is_busy_while_it_has_something_in_hand(
        self,
        runs: Starts,
        answers: dict[str, Answer],
        busy: bool,
    ) -> None:
        """One that cannot say so is; one that hangs up has gone."""
        runs(IDLE | answers)

        assert beside.is_busy() == busy

    def test_that_does_not_run_has_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """And is not asked."""
        monkeypatch.setattr(beside, "daemon_is_running", lambda: False)

        assert (beside.is_busy(), beside.remembered(WWID, [devt(8, 0)])) == (False, [])

    def test_remembers_maps_and_paths_exactly(self, runs: Starts) -> None:
        """By the whole WWID, and the whole number."""
        runs(dict(KNOWN))

        assert beside.remembered(WWID, [devt(8, 16), devt(8, 1)]) == [
            "multipathd has map mpatha",
            "multipathd has path sdb (8:16)",
        ]
        assert beside.remembered("", []) == []

    def test_that_cannot_say_what_it_remembers_may_remember_all(self, runs: Starts) -> None:
        """One that hangs up remembers nothing."""
        daemon = runs({"show wildcards": "timeout\n"})
        (line,) = beside.remembered(WWID, [])
        assert line.startswith("multipathd, asked to 'show wildcards': ")

        daemon.answers["show wildcards"] = None
        assert beside.remembered(WWID, []) == []


class TestAResize:
    def test_is_asked_for_again_while_the_daemon_is_busy(self, runs: Starts) -> None:
        """It says so when it has waited for its own lock, and then has done nothing."""
        left = ["timeout\n", "timeout\n"]
        daemon = runs({COMMAND: lambda peer: peer.sendall(framed(left.pop() if left else "ok\n"))})

        beside.resize("dm-3", 60)

        assert daemon.asked == [COMMAND] * 3

    def test_is_given_up_when_the_time_is_over(self, runs: Starts) -> None:
        """The error says that nothing was done."""
        daemon = runs({COMMAND: "timeout\n"})

        with pytest.raises(errors.DaemonBusy):
            beside.resize("dm-3", 0)

        assert daemon.asked == [COMMAND]

    def test_that_is_refused_is_an_error(self, runs: Starts) -> None:
        """Never a success."""
        runs({COMMAND: "fail\n"})

        with pytest.raises(errors.DaemonError):
            beside.resize("dm-3", 60)


def test_a_wait_does_not_hold_the_loop_while_it_asks(runs: Starts) -> None:
    """The daemon is asked in a thread."""
    from multipath.maps.settling import _who_is_busy

    runs(IDLE | {"show daemon": "pid 7 configure\n"})

    assert asyncio.run(_who_is_busy()) == "multipathd"
