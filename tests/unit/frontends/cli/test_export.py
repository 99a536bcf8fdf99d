"""``mpath export``: the names of this host's maps for the system in another root."""

import json
import re
import shlex
from pathlib import Path

import pytest

from multipath.frontends.cli.main import main, make_parser
from multipath.virtual import VirtualHost

Capture = pytest.CaptureFixture[str]
MACHINE = ["--conf", "multipath.conf", "--state", "state"]
PAGE = (Path(__file__).parents[4] / "docs/installers.md").read_text("utf-8")


pytestmark = pytest.mark.usefixtures("conf", "target")


@pytest.fixture
def target(world: VirtualHost, conf: Path, capsys: Capture) -> Path:  # noqa: ARG001
    """Make a map, and the root of another system in the working folder."""
    world.add_array(paths=2)
    assert main(["apply", *MACHINE]) == 0
    Path("target/etc").mkdir(parents=True)
    capsys.readouterr()
    return Path("target")


class TestThePage:
    def test_prints_what_it_says(self, capsys: Capture) -> None:
        """Each example, on what the one before it wrote."""
        (block,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
        for part in block.split("$ ")[1:]:
            command, _, printed = part.partition("\n")
            assert main(shlex.split(command)[1:]) == 0
            assert capsys.readouterr().out.replace(f"{Path.cwd()}/", "") == printed

    def test_has_commands_that_there_are(self) -> None:
        """With the options that they have."""
        lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
        verbs = [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("mpath ")]

        assert {words[0] for words in verbs} == {"plan", "apply", "partitions", "export", "announce"}
        for words in verbs:
            assert make_parser(words[0]).parse_args(words).run


class TestARefusal:
    def test_is_one_line_with_code_1(self, target: Path, capsys: Capture) -> None:
        """With what contradicts, and nothing on standard output."""
        (target / "etc/multipath.conf").write_text("defaults {\n user_friendly_names no\n}\n")

        assert main(["export", "target", *MACHINE]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("mpath export: target: nothing was changed: ")
        assert main(["export", "target", "--force", *MACHINE]) == 0

    def test_of_a_map_that_is_not_there_has_code_3(self, target: Path) -> None:
        """And nothing is written."""
        assert main(["export", "target", "mpathq", *MACHINE]) == 3
        assert list((target / "etc").iterdir()) == []


class TestForPrograms:
    def test_is_one_object(self, target: Path, capsys: Capture) -> None:
        """Maps, files and remarks."""
        assert main(["export", "target", "--dry-run", "-o", "json", *MACHINE]) == 0

        record = json.loads(capsys.readouterr().out)
        assert record.keys() == {"dest", "maps", "files", "remarks"}
        assert record["maps"][0]["name"] == "mpatha"
        assert {file["action"] for file in record["files"]} == {"made"}
        assert list((target / "etc").iterdir()) == []
