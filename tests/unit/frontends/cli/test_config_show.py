"""``mpath config show``: the whole configuration, as a file and for people."""

import sys
from pathlib import Path

import pytest

from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.frontends.cli.main import main
from multipath.frontends.cli.terminal import escaped
from multipath.virtual import VirtualHost

from .streams import Terminal

Capture = pytest.CaptureFixture[str]
HOSTILE = 'blacklist {\n\twwid "\x1bc"\n}\n'


def shown(capsys: Capture, *words: str) -> str:
    """Return what ``mpath config show`` prints with the file of the working folder."""
    assert main(["config", "show", "--conf", "multipath.conf", *words]) == 0
    return capsys.readouterr().out


def read(text: str) -> Configuration:
    """Return what a file says, which must be all right."""
    return read_configuration([("multipath.conf", text)], reading="strict")


class TestTheWholeConfiguration:
    def test_is_a_file_that_says_the_same(self, conf: Path, capsys: Capture) -> None:
        """Shown again, it is itself."""
        text = shown(capsys)
        conf.write_text(text)

        assert read(text).effective("user_friendly_names").value is True
        assert shown(capsys) == text

    def test_says_where_each_value_stands(self, conf: Path, capsys: Capture) -> None:
        """Where that is asked, in comments."""
        text = shown(capsys, "--origins")

        assert 'user_friendly_names "yes" # multipath.conf:3 (defaults)' in " ".join(text.split())
        assert read(text)

    def test_may_be_of_this_machine_alone(self, conf: Path, world: VirtualHost, capsys: Capture) -> None:
        """Arrays that no path leads to are left out."""
        world.add_array(paths=2)
        text = shown(capsys, "--local")

        assert "LIO-ORG" in text
        assert "FlashArray" not in text


class TestOnATerminal:
    def test_nothing_commands_it(self, conf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever the file holds."""
        monkeypatch.setattr(sys, "stdout", terminal := Terminal())
        monkeypatch.setenv("NO_COLOR", "1")
        conf.write_text(HOSTILE)

        assert main(["config", "show", "--conf", str(conf)]) == 0
        assert all(line == escaped(line) for line in terminal.getvalue().splitlines())

    def test_is_the_only_case_where_bytes_are_changed(self, conf: Path, capsys: Capture) -> None:
        """In a pipe they are what they are."""
        conf.write_text(HOSTILE)

        assert "\x1bc" in shown(capsys)
