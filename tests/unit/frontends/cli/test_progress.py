"""The line that is drawn over and over while one waits: on a terminal only, never in the way of what is printed."""

import sys
import threading

import pytest

from multipath.frontends.cli import progress as module
from multipath.frontends.cli.progress import Progress, progress
from multipath.frontends.cli.terminal import complain, print_json, print_text

from .streams import Terminal

WIPE = "\r\x1b[K"


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let terminals be capable, and without colours."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")


def terminal_of(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Return a terminal where both streams end."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    return terminal


class TestQuickWork:
    def test_is_silent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody needs to be told that it is over at once."""
        terminal = terminal_of(monkeypatch)
        with progress("looking"):
            pass
        assert terminal.getvalue() == ""


class TestSlowWork:
    def test_is_told_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A wheel, what it is, and its detail, escaped; in the end the line is wiped."""
        terminal = terminal_of(monkeypatch)
        monkeypatch.setattr(module, "_QUIET", 0)
        monkeypatch.setattr("time.monotonic", lambda: 0.0)
        drawn = threading.Event()
        monkeypatch.setattr(Progress, "_write", lambda _, text: drawn.set() if terminal.write(text) else None)
        with progress("waiting for mpatha", 30) as line:
            line.tell(detail="\x1b[2J2 of 4 paths")
            drawn.clear()
            assert drawn.wait(30)

        assert " waiting for mpatha: \\x1b[2J2 of 4 paths" in terminal.getvalue()
        assert terminal.getvalue().endswith(WIPE)

    @pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("TERM", "")])
    def test_is_not_told_where_nothing_can_be_wiped(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        """A terminal that knows letters only."""
        terminal = terminal_of(monkeypatch)
        monkeypatch.setenv(name, value)
        with progress("looking") as line:
            line.step(1, 2)
        assert terminal.getvalue() == ""

    def test_is_not_told_in_a_pipe(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Nothing at all."""
        with progress("looking") as line:
            line.step(1, 2)
        assert capsys.readouterr() == ("", "")


class TestWhatIsPrintedMeanwhile:
    @pytest.mark.parametrize(
        ("print_it", "printed"),
        [
            (lambda: print_text("done"), "done\n"),
            (lambda: print_json(1), "1\n"),
            (lambda: complain("x", "no"), "mpath x: no\n"),
        ],
        ids=["text", "json", "complaint"],
    )
    def test_has_a_line_of_its_own(self, monkeypatch: pytest.MonkeyPatch, print_it: object, printed: str) -> None:
        """The one that is drawn steps aside, and is drawn again by the next step."""
        terminal = terminal_of(monkeypatch)
        monkeypatch.setattr(module, "_QUIET", 600)
        with progress("steps") as line:
            line.step(1, 2, "a")
            print_it()  # type: ignore[operator]
            line.step(2, 2, "b")

        bar = "[##########..........] 1 of 2 steps, a", "[####################] 2 of 2 steps, b"
        assert terminal.getvalue() == f"{WIPE}{bar[0]}{WIPE}{printed}{WIPE}{bar[1]}{WIPE}"


def test_the_clock_runs_only_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the second second on, with the limit."""
    terminal = terminal_of(monkeypatch)
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    shown = Progress("waiting", terminal, 30)
    now[0] += 12
    shown.step(0, 0)

    assert terminal.getvalue() == f"{WIPE}| waiting (12 of 30 s)"


def test_it_is_over_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread is left, and whoever prints is not hindered."""
    terminal_of(monkeypatch)
    with pytest.raises(KeyboardInterrupt), progress("looking"):
        raise KeyboardInterrupt

    assert "progress" not in {thread.name for thread in threading.enumerate()}


def test_of_two_the_outer_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would wipe each other."""
    terminal = terminal_of(monkeypatch)
    monkeypatch.setattr(module, "_QUIET", 600)
    with progress("outer") as outer, progress("inner") as inner:
        inner.step(1, 2)
        outer.step(1, 1)

    assert terminal.getvalue() == f"{WIPE}[####################] 1 of 1 outer{WIPE}"
