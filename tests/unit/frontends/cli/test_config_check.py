"""``mpath config check``: what is wrong with multipath.conf."""

import json
import sys
from pathlib import Path

import pytest

from multipath.config import files
from multipath.frontends.cli.main import main

from .streams import Terminal, standard_input

Capture = pytest.CaptureFixture[str]
RIGHT = "defaults {\n\tpolling_interval 10\n}\n"
WRONG = 'defaults {\n\tno_such_option "\x1b[2J"\n}\n'
UNEXPECTED = "defaults {\n\tpolling_interval 10\n\tpolling_interval 20\n}\n"


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """Return where a configuration may be written."""
    return tmp_path / "multipath.conf"


class TestAConfiguration:
    def test_without_errors_is_code_zero(self, conf: Path, capsys: Capture) -> None:
        """And one line that says so."""
        conf.write_text(RIGHT)

        assert main(["config", "check", str(conf)]) == 0
        assert capsys.readouterr() == ("no findings\n", "")

    def test_with_an_error_is_code_one(self, conf: Path, capsys: Capture) -> None:
        """Each finding is one line, with its place first; then how many there are."""
        conf.write_text(WRONG)

        assert main(["config", "check", "--conf", str(conf)]) == 1
        finding, summary = capsys.readouterr().out.splitlines()
        assert finding.startswith(f"{conf}:2:2: error: ")
        assert finding.endswith(" [unknown-option]")
        assert summary == "1 error"

    def test_that_surprises_is_an_error_only_in_the_strict_reading(self, conf: Path, capsys: Capture) -> None:
        """Multipathd takes it."""
        conf.write_text(UNEXPECTED)

        assert main(["config", "check", str(conf)]) == 0
        assert main(["config", "check", "--strict", str(conf)]) == 1
        assert [line for line in capsys.readouterr().out.splitlines() if line[0].isdigit()] == ["1 warning", "1 error"]

    def test_is_told_of_checkers_and_prioritizers_that_do_not_exist(self, conf: Path, capsys: Capture) -> None:
        """And of arguments that mean nothing to one that does, each at its line."""
        conf.write_text(
            "defaults {\n\tpath_checker turr\n\tprio alau\n}\n"
            'overrides {\n\tprio iet\n\tprio_args "preferredip=here"\n\tpath_checker nvme\n}\n'
        )

        assert main(["config", "check", str(conf)]) == 0
        assert [line.removeprefix(str(conf)) for line in capsys.readouterr().out.splitlines()] == [
            ":2: warning: there is no checker 'turr' [unknown-checker]",
            ":3: warning: there is no prioritizer 'alau' [unknown-prioritizer]",
            ":7: warning: of iet: 'preferredip=ADDRESS' is needed, not 'preferredip=here'; every path gets 0 "
            "[prioritizer-arguments]",
            "3 warnings",
        ]
        assert main(["config", "check", "--strict", str(conf)]) == 1

    def test_that_multipathd_refuses_is_told_like_any_other(self, conf: Path, capsys: Capture) -> None:
        """With its place, not as a failure of this program."""
        conf.write_text('blacklist {\n\tdevnode "*"\n}\n')

        assert main(["config", "check", str(conf)]) == 1
        assert capsys.readouterr().out.startswith(f"{conf}:2:10: error: ")

    def test_may_come_in(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        """As from another machine."""
        monkeypatch.setattr(sys, "stdin", standard_input(WRONG.encode()))

        assert main(["config", "check", "-"]) == 1
        assert capsys.readouterr().out.startswith("<stdin>:2:2: error: ")

    def test_is_read_with_the_folder_that_was_named_and_no_other(
        self, conf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
    ) -> None:
        """A file that is tried out is not mixed with those of this machine."""
        folder = tmp_path / "conf.d"
        folder.mkdir()
        monkeypatch.setattr(files, "FOLDER", str(folder))
        (folder / "a.conf").write_text(WRONG)
        conf.write_text(RIGHT)

        assert main(["config", "check", "--conf", str(conf)]) == 0
        assert main(["config", "check", "--conf", str(conf), "--conf-dir", str(folder)]) == 1
        assert f"{folder}/a.conf:2:2: error: " in capsys.readouterr().out

    def test_that_is_not_there_is_not_found(self, conf: Path, capsys: Capture) -> None:
        """Code 3: a slip in its name must not check something else."""
        assert main(["config", "check", str(conf)]) == 3
        assert capsys.readouterr().err == (
            f"mpath config: {conf}: reading the configuration: No such file or directory (ENOENT)\n"
        )

    def test_of_a_machine_that_has_none_is_told(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
    ) -> None:
        """Nothing is wrong with nothing, but it may not be what was meant."""
        monkeypatch.setattr(files, "CONF", str(tmp_path / "none.conf"))
        monkeypatch.setattr(files, "FOLDER", str(tmp_path / "none.d"))

        assert main(["config", "check"]) == 0
        assert capsys.readouterr() == (
            "no findings\n",
            f"mpath config check: {tmp_path}/none.conf is not there; what is built in holds\n",
        )


class TestTheUsage:
    @pytest.mark.parametrize("words", [["a", "--conf", "b"], ["-", "--conf-dir", "c"]], ids=" ".join)
    def test_does_not_say_two_things(self, words: list[str], capsys: Capture) -> None:
        """A contradiction is code 2."""
        assert main(["config", "check", *words]) == 2
        assert capsys.readouterr().err.startswith("mpath config: ")


class TestTheOutput:
    def test_for_programs_is_a_list(self, conf: Path, capsys: Capture) -> None:
        """Of the findings, with the same code of this program."""
        conf.write_text(WRONG)

        assert main(["config", "check", str(conf), "-o", "json"]) == 1
        (record,) = json.loads(capsys.readouterr().out)
        assert (record["file"], record["line"], record["column"]) == (str(conf), 2, 2)
        assert (record["severity"], record["code"]) == ("error", "unknown-option")

    def test_on_a_terminal_shows_the_line(self, conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """With a mark below the place; what it holds is written out."""
        monkeypatch.setattr(sys, "stdout", terminal := Terminal())
        monkeypatch.setenv("NO_COLOR", "1")
        conf.write_text(WRONG)

        main(["config", "check", str(conf)])

        _, line, mark, _ = terminal.getvalue().splitlines()
        assert line[mark.index("^") :] == 'no_such_option "\\x1b[2J"'

    def test_on_a_terminal_shows_the_line_of_what_came_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Though nobody can read it a second time."""
        monkeypatch.setattr(sys, "stdout", terminal := Terminal())
        monkeypatch.setattr(sys, "stdin", standard_input(WRONG.encode()))

        main(["config", "check", "-"])

        assert "no_such_option" in terminal.getvalue().splitlines()[1]
