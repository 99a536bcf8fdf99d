"""The page about the command line, run as it stands."""

import json
import re
import shlex
from pathlib import Path

import pytest

from multipath import Host
from multipath.frontends.cli import classify
from multipath.frontends.cli import list as list_verb
from multipath.frontends.cli.main import main
from multipath.virtual import VirtualHost

PAGE = (Path(__file__).parents[4] / "docs/command-line.md").read_text("utf-8")


def examples() -> list[tuple[str, str]]:
    """Return each command of the page with what it prints, in order."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.fixture
def machine(world: VirtualHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the machine of the page, with its file in the working folder."""
    for verb in (classify, list_verb):
        monkeypatch.setattr(verb, "Host", lambda: Host(**world.seams()))
    world.add_array(paths=4, groups=("active/optimized", "active/non-optimized"))
    world.add_array(paths=1)
    monkeypatch.chdir(tmp_path)
    (text,) = re.findall(r"```conf\n(.*?)```", PAGE, re.DOTALL)
    Path("multipath.conf").write_text(text)


@pytest.mark.usefixtures("machine")
def test_every_example_prints_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    """In order, each on what the ones before it made."""
    for command, printed in examples():
        program, *words = shlex.split(command)
        main(words)

        assert program == "mpath"
        assert capsys.readouterr() == (printed, ""), command


@pytest.mark.usefixtures("machine")
def test_a_map_of_a_plan_has_the_keys_that_the_page_names(capsys: pytest.CaptureFixture[str]) -> None:
    """Else who reads it would look for them in vain."""
    (sentence,) = re.findall(r"A map of a plan has (.*?) and more", PAGE, re.DOTALL)
    main(["plan", "--conf", "multipath.conf", "-o", "json"])

    (record,) = json.loads(capsys.readouterr().out)["maps"]
    assert set(re.findall(r"`(\w+)`", sentence)) - {"code", "text"} <= record.keys()
    assert record["reasons"][0].keys() == {"code", "text"}


def test_there_are_examples() -> None:
    """Else the test above would say nothing."""
    assert len(examples()) >= 9
