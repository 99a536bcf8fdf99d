"""What strangers write never commands a terminal; colours are for those who can see them."""

import json
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.frontends.cli import terminal
from multipath.frontends.cli.terminal import Span, complain, escaped, print_json, print_lines

from .streams import Terminal

Printed = Callable[..., str]
HOSTILE = "disk\x1b[2J\x1b]0;owned\x07\n\r\x9b31m\u202eevil\x7f\udc80"


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Printed:
    """Give a function that prints one line on a capable terminal, in a plain environment, and returns what came out."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")

    def print_one(*spans: Span) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", shown := Terminal())
            print_lines([spans])
        return shown.getvalue()

    return print_one


class TestForeignText:
    @given(st.text())
    def test_has_no_control_character_once_it_is_escaped(self, text: str) -> None:
        """Whatever came, each character that is left can be seen."""
        assert escaped(text).isprintable()

    @given(st.text().filter(str.isprintable))
    def test_that_can_be_seen_is_left_alone(self, text: str) -> None:
        """Escaping changes nothing else."""
        assert escaped(text) == text

    def test_reaches_no_terminal_unescaped(self, printed: Printed) -> None:
        """With colours on, the only sequences are our own."""
        shown = printed(Span(HOSTILE, "red"))

        assert shown == f"\x1b[31m{escaped(HOSTILE)}\x1b[0m\n"
        assert "\\x1b[2J" in shown

    def test_is_no_markup(self, printed: Printed) -> None:
        """Brackets and names of emoji are text."""
        assert (
            printed(Span("[bold]x[/bold] :smile: [link=http://a]b[/link]"))
            == "[bold]x[/bold] :smile: [link=http://a]b[/link]\n"
        )

    def test_survives_json_exactly_and_in_plain_ascii(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A program gets the very text, a terminal sees no control character."""
        print_json({"model": HOSTILE}, indent=None)

        out = capsys.readouterr().out
        assert json.loads(out) == {"model": HOSTILE}
        assert out.removesuffix("\n").isprintable()
        assert out.isascii()

    def test_is_escaped_in_complaints(self, capsys: pytest.CaptureFixture[str]) -> None:
        """One line, whatever the message."""
        complain("show", HOSTILE)

        assert capsys.readouterr().err == f"mpath show: {escaped(HOSTILE)}\n"


class TestColours:
    def test_are_for_terminals(self, printed: Printed) -> None:
        """A terminal has them."""
        assert printed(Span("a", "red"), Span("b")) == "\x1b[31ma\x1b[0mb\n"

    @pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
    def test_are_refused_by_the_environment(
        self, printed: Printed, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        """NO_COLOR, or a terminal that cannot."""
        monkeypatch.setenv(name, value)
        assert printed(Span("a", "red")) == "a\n"

    @pytest.mark.parametrize("term", ["dumb", ""])
    def test_are_forced_by_the_environment(self, printed: Printed, monkeypatch: pytest.MonkeyPatch, term: str) -> None:
        """Whatever the terminal is said to be."""
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", term)
        assert printed(Span("a", "red")) == "\x1b[31ma\x1b[0m\n"

        monkeypatch.setenv("NO_COLOR", "1")
        assert printed(Span("a", "red")) == "a\n"

    @pytest.mark.parametrize(
        ("when", "name", "shown"), [("always", "NO_COLOR", "\x1b[31ma\x1b[0m\n"), ("never", "FORCE_COLOR", "a\n")]
    )
    def test_are_as_the_option_says(
        self, printed: Printed, monkeypatch: pytest.MonkeyPatch, when: str, name: str, shown: str
    ) -> None:
        """What somebody types holds over what the environment says."""
        monkeypatch.setenv(name, "1")
        monkeypatch.setattr(terminal._State, "colours", when)
        assert printed(Span("a", "red")) == shown

    def test_are_not_for_pipes(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        """Plain text where nobody looks."""
        monkeypatch.delenv("FORCE_COLOR", raising=False)
        print_lines([(Span("a", "red"), Span("b"))])

        assert capsys.readouterr().out == "ab\n"

    def test_need_rich(self, printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without the extra the text is the same, and plain."""
        monkeypatch.setitem(sys.modules, "rich.console", None)
        assert printed(Span("a", "red")) == "a\n"


def test_a_terminal_without_unicode_gets_a_tree_of_ascii(printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines become the nearest characters, other letters are written out."""
    monkeypatch.setattr(Terminal, "encoding", "iso-8859-1")

    assert printed(Span("├─ é │ └─ Ж")) == "|- é | `- \\u0416\n"
