"""``mpath config edit``: one thing in a file is changed, and told."""

import stat
from pathlib import Path

import pytest

from multipath.frontends.cli.main import main

Capture = pytest.CaptureFixture[str]
TEXT = "# ours\ndefaults {\n\tpolling_interval 5\t# seconds\n}\n"
DIFF = ["-        polling_interval 5      # seconds", "+        polling_interval 10     # seconds"]
CHANGE = ["set", "defaults", "polling_interval", "10"]


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """Return a file of the configuration."""
    conf = tmp_path / "multipath.conf"
    conf.write_text(TEXT)
    conf.chmod(0o640)
    return conf


def edit(conf: Path, *words: str) -> int:
    """Run ``mpath config edit`` on this file."""
    return main(["config", "edit", *words, "--conf", str(conf)])


def told(capsys: Capture) -> list[str]:
    """Return the lines that were printed and say what changes."""
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line[:1] in "+-" and line[1:3] not in ("--", "++")]


class TestAnEdit:
    def test_writes_what_it_prints(self, conf: Path, capsys: Capture) -> None:
        """Every other byte, and the mode, stay."""
        assert edit(conf, *CHANGE) == 0

        assert told(capsys) == DIFF
        assert conf.read_text() == TEXT.replace("polling_interval 5", "polling_interval 10")
        assert stat.S_IMODE(conf.stat().st_mode) == 0o640

    def test_that_is_tried_out_writes_nothing(self, conf: Path, capsys: Capture) -> None:
        """It prints the same."""
        assert edit(conf, "--dry-run", *CHANGE) == 0

        assert told(capsys) == DIFF
        assert conf.read_text() == TEXT

    def test_that_changes_nothing_writes_nothing(self, conf: Path, capsys: Capture) -> None:
        """The file is not even touched."""
        before = conf.stat()

        assert edit(conf, "set", "defaults", "polling_interval", "5") == 0
        assert capsys.readouterr().out == "nothing changes\n"
        assert conf.stat().st_ino == before.st_ino

    def test_makes_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        """As on a machine that has none yet."""
        assert edit(tmp_path / "new.conf", *CHANGE) == 0
        assert (tmp_path / "new.conf").read_text() == "defaults {\n\tpolling_interval 10\n}\n"


class TestAnEditThatIsWrong:
    @pytest.mark.parametrize(
        "words",
        [
            ["set", "defaults", "polling_interval", "often"],
            ["set", "defaults", "alias", "data"],
            ["set", "multipath", "3600a", "alias", "a/b"],
            ["blacklist", "add", "devnode", "two\nlines"],
        ],
        ids=" ".join,
    )
    def test_is_refused(self, conf: Path, words: list[str], capsys: Capture) -> None:
        """Code 1, and the file stays."""
        assert edit(conf, *words) == 1
        assert capsys.readouterr().err.startswith("mpath config: ")
        assert conf.read_text() == TEXT

    def test_in_what_it_would_leave_is_refused_with_the_finding(self, conf: Path, capsys: Capture) -> None:
        """Here an expression that would make multipathd refuse the whole file; ``--force`` writes it."""
        assert edit(conf, "blacklist", "add", "devnode", "*") == 1
        assert "error: " in capsys.readouterr().err
        assert conf.read_text() == TEXT

        assert edit(conf, "blacklist", "add", "devnode", "*", "--force") == 0
        assert conf.read_text() == TEXT + "blacklist {\n\tdevnode *\n}\n"

    def test_elsewhere_does_not_hinder_it(self, conf: Path) -> None:
        """What is wrong already stays wrong."""
        conf.write_text(f"{TEXT}nowhere 1\n")

        assert edit(conf, *CHANGE) == 0
        assert conf.read_text().endswith("nowhere 1\n")

    @pytest.mark.parametrize("words", [["set"], ["set", "defaults", "a"], ["turn", "it", "on"]], ids=" ".join)
    def test_in_its_words_is_a_fault_of_usage(self, conf: Path, words: list[str], capsys: Capture) -> None:
        """Code 2."""
        assert edit(conf, *words) == 2
        assert "expected" in capsys.readouterr().err

    def test_in_where_it_goes_is_a_fault_of_usage(self, capsys: Capture) -> None:
        """What comes in cannot be written."""
        assert main(["config", "edit", *CHANGE, "--conf", "-"]) == 2


def test_a_file_that_is_read_later_and_wins_is_told(conf: Path, tmp_path: Path, capsys: Capture) -> None:
    """Else the edit would seem to do nothing."""
    folder = tmp_path / "conf.d"
    folder.mkdir()
    (folder / "a.conf").write_text("defaults {\n\tpolling_interval 7\n}\n")

    assert edit(conf, *CHANGE, "--conf-dir", str(folder)) == 0
    assert capsys.readouterr().err == (
        f"mpath config edit: {folder}/a.conf:2 (defaults) sets polling_interval to '7', is read later, and wins\n"
    )
