"""A view that stays, on a terminal: drawn in place, in the size of the window, and gone without a trace."""

import pytest

from .pseudo_terminal import PseudoTerminal, modes

CTRL_C = "\x03"
CTRL_Z = "\x1a"

pytestmark = pytest.mark.slow


class TestAView:
    @pytest.mark.parametrize("verb", ["show", "list"])
    def test_is_drawn_again_when_something_happens(self, verb: str) -> None:
        """In place: the other screen is entered once; and Ctrl-C gives the terminal back, with code 0."""
        with PseudoTerminal(verb, "--watch") as terminal:
            terminal.until(f"mpath {verb}", "1 map,", "4 of 4 paths active")
            terminal.order("fail_path", "sda")
            terminal.until("1 with failed paths", "3 of 4 paths active")
            terminal.press(CTRL_C)

            assert terminal.end() == 0
            assert modes(terminal.drawn) == ["other", "hidden", "shown", "first"]

    def test_has_colours_unless_they_are_refused(self) -> None:
        """A failed path is red, and the word for it stands there too."""
        with PseudoTerminal("show", "--watch") as terminal:
            terminal.order("fail_path", "sda")
            terminal.until("failed 1x")
            assert "\x1b[1;31mfailed" in terminal.drawn

        with PseudoTerminal("show", "--watch", environment={"NO_COLOR": "1"}) as terminal:
            terminal.order("fail_path", "sda")
            terminal.until("failed 1x")
            assert "\x1b[1;31m" not in terminal.drawn

    def test_fits_the_window_of_now(self) -> None:
        """What does not fit is counted; a larger window gets all of it, at once."""
        with PseudoTerminal("show", "--watch", size=(100, 6)) as terminal:
            seen = terminal.until("… 4 more lines")
            assert "sdd" not in seen

            terminal.resize(100, 30)
            assert "more lines" not in terminal.until("sdd")

    def test_cuts_lines_that_are_too_long(self) -> None:
        """None goes on in the next."""
        with PseudoTerminal("list", "--watch", size=(30, 10)) as terminal:
            seen = terminal.until("mpatha", "…")
            assert all(len(line) <= 30 for line in seen.splitlines())

    def test_gives_the_terminal_back_while_it_is_stopped(self) -> None:
        """Ctrl-Z, then fg: the picture is there again, and up to date."""
        with PseudoTerminal("list", "--watch") as terminal:
            terminal.until("4 of 4 paths active")
            terminal.press(CTRL_Z)
            terminal.stopped()
            terminal.go_on()
            terminal.until("4 of 4 paths active")
            terminal.order("fail_path", "sda")
            terminal.until("3 of 4 paths active")
            terminal.press(CTRL_C)

            assert terminal.end() == 0
            assert modes(terminal.drawn) == ["other", "hidden", "shown", "first"] * 2


class TestATerminalThatCannot:
    def test_gets_snapshots_one_after_the_other(self) -> None:
        """No sequence at all for TERM=dumb."""
        with PseudoTerminal("list", "--watch", environment={"TERM": "dumb"}) as terminal:
            terminal.until("4 of 4 paths active")
            terminal.order("fail_path", "sda")
            terminal.until("3 of 4 paths active")
            terminal.press(CTRL_C)

            assert terminal.end() == 0
            assert "\x1b" not in terminal.drawn

    def test_is_left_alone_where_nothing_can_be_shown(self) -> None:
        """An error from the start is one line on the screen of the shell."""
        with PseudoTerminal("show", "nosuch", "--watch") as terminal:
            assert terminal.end() == 3
            assert modes(terminal.drawn) == []
            assert "mpath show: no device-mapper device answers to 'nosuch'" in terminal.drawn
