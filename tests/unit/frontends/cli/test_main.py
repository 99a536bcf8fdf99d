"""The command as a whole: verbs, usage, errors."""

import errno
import subprocess
import sys
from typing import NoReturn

import pytest

from multipath import errors
from multipath.frontends.cli import show, terminal
from multipath.frontends.cli.main import VERBS, main, make_parser

_LIGHT = """
import sys
from multipath.frontends.cli.main import main
try:
    main(["--help"])
finally:
    heavy = [name for name in ("multipath.maps", "multipath.lab", "multipath._native", "rich") if name in sys.modules]
    assert not heavy, heavy
"""


def failing(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return what ``mpath show`` returns when the host answers with ``error``."""

    def refuse() -> NoReturn:
        raise error

    monkeypatch.setattr(show, "Host", refuse)
    return main(["show"])


class TestAnError:
    def test_is_one_line_and_a_code(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """Never a traceback, and nothing in it that a terminal obeys."""
        assert failing(errors.NotFound("no map \x1b[31m\nhere"), monkeypatch) == 3
        assert capsys.readouterr() == ("", "mpath show: no map \\x1b[31m\\nhere\n")

    def test_of_the_system_is_told_as_well(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the code that fits its errno."""
        assert failing(PermissionError(errno.EACCES, "Permission denied", "/sys/x"), monkeypatch) == 5
        assert capsys.readouterr().err == "mpath show: [Errno 13] Permission denied: '/sys/x'\n"

    def test_of_this_program_is_one_line_too(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A bug says that it is one, and how to see where."""
        assert failing(ZeroDivisionError("by \x1b[31mnothing"), monkeypatch) == 1

        err = capsys.readouterr().err
        assert err.startswith("mpath show: ZeroDivisionError: by \\x1b[31mnothing; this is a fault of mpath itself")
        assert "--debug" in err
        assert err.count("\n") == 1

    @pytest.mark.parametrize("words", [["--debug", "show"], ["show", "--debug"]], ids=" ".join)
    @pytest.mark.parametrize("error", [errors.NotFound("no \x1b[2Jmap"), ZeroDivisionError("\x1b[2J")], ids=repr)
    def test_tells_where_it_came_from_with_debug(
        self, words: list[str], error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Before or after the verb; and nothing in it that a terminal obeys."""
        without = failing(error, monkeypatch)
        capsys.readouterr()

        assert main(words) == without
        err = capsys.readouterr().err
        assert err.startswith("Traceback (most recent call last):\n")
        assert ", in refuse" in err
        assert err.splitlines()[-1].startswith("mpath show: ")
        assert "\x1b" not in err

    def test_is_silent_for_an_interruption(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The code says it all."""
        assert failing(KeyboardInterrupt(), monkeypatch) == 130
        assert capsys.readouterr() == ("", "")

    @pytest.mark.slow
    def test_is_silent_for_a_reader_that_left(self) -> None:
        """As in ``mpath --help | head -0``: no traceback at the end of the program."""
        words = ["import sys; from multipath.frontends.cli import main, show;"]
        words += [
            "show.show = lambda args: [print('x' * 100000) for _ in range(9)] and 0; sys.exit(main.main(['show']))"
        ]
        with subprocess.Popen(
            [sys.executable, "-c", " ".join(words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 141

    @pytest.mark.slow
    @pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
    @pytest.mark.parametrize("print_it", ["terminal.print_text('x')", "terminal.print_json({})"])
    def test_is_one_line_where_nothing_can_be_printed(self, redirection: str, print_it: str) -> None:
        """A closed output and a full disk: no traceback, not at the end of the program either."""
        words = (
            f"import sys; from multipath.frontends.cli import main, show, terminal; show.show = lambda _: {print_it};"
        )
        words += "sys.exit(main.main(['show']))"

        done = subprocess.run(
            ["sh", "-c", f'exec "$0" -c "$1" {redirection}', sys.executable, words],
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 1
        assert done.stderr.startswith("mpath show: [Errno ")
        assert done.stderr.count("\n") == 1


class TestUsage:
    @pytest.mark.parametrize(
        "words",
        [
            [],
            ["nosuch"],
            ["show", "--nosuch"],
            ["--nosuch", "show"],
            ["--", "nosuch"],
            ["create", "a"],
            ["create", "a", "--uuid", "u", "--table", "what"],
            ["create", "a", "--uuid", "u", "--size", "1.5G"],
            ["create", "a", "--uuid", "u", "--group", "8:0,"],
            ["fail", "a"],
            ["switch", "a", "x"],
        ],
        ids=" ".join,
    )
    def test_that_is_wrong_is_code_two(self, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """In one line that says where to look."""
        with pytest.raises(SystemExit) as caught:
            main(words)

        err = capsys.readouterr().err
        assert caught.value.code == 2
        assert err.startswith("mpath")
        assert err.endswith("--help\n")
        assert err.count("\n") == 1

    def test_is_escaped(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Also what the user typed, for it may come from a file name."""
        with pytest.raises(SystemExit):
            main(["show", "--\x1b[31m"])

        assert "\x1b" not in capsys.readouterr().err

    def test_with_a_contradiction_is_code_two(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Found only when all options are known."""
        assert main(["create", "a", "--uuid", "u", "--table", "0 0 0 0", "--group", "8:0"]) == 2
        assert capsys.readouterr().err.startswith("mpath create: ")


class TestTheVerbs:
    def test_are_all_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        """With a summary, and the exit codes below."""
        with pytest.raises(SystemExit) as caught:
            main(["--help"])

        out = capsys.readouterr().out
        assert caught.value.code == 0
        assert all(summary.split()[0] in out and verb in out for verb, (_, summary) in VERBS.items())
        assert "exit codes" in out

    @pytest.mark.parametrize("verb", VERBS)
    def test_have_their_own_help(self, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Each file adds the verbs that the table says."""
        with pytest.raises(SystemExit) as caught:
            main([verb, "--help"])

        assert caught.value.code == 0
        assert capsys.readouterr().out.startswith(f"usage: mpath {verb}")

    @pytest.mark.parametrize("verb", ["show", "list", "watch"])
    def test_that_print_data_print_json(self, verb: str) -> None:
        """By one option."""
        assert make_parser(verb).parse_args([verb, "-o", "json"]).output == "json"

    @pytest.mark.slow
    def test_are_not_loaded_for_a_summary(self) -> None:
        """``mpath --help`` is quick: no device-mapper, no laboratory, no colours."""
        subprocess.run([sys.executable, "-c", _LIGHT], check=True, stdout=subprocess.DEVNULL)


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Also in a checkout that was never installed."""
    with pytest.raises(SystemExit) as caught:
        main(["--version"])

    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("mpath ")


@pytest.mark.parametrize("words", [["--color", "always", "x"], ["--color=always", "x"], ["x", "--color", "always"]])
def test_colours_may_be_chosen_before_or_after_the_verb(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """And the next command in this process begins anew."""
    monkeypatch.setattr(show, "show", lambda _: 0)

    main(["show" if word == "x" else word for word in words])
    assert terminal._State.colours == "always"
    main(["show"])
    assert terminal._State.colours == "auto"
