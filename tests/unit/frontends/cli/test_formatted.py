"""``mpath show paths --format`` and ``mpath show maps --format``."""

from collections.abc import Iterator

import pytest

from multipath import Host, MultipathTable
from multipath.frontends.cli import formatted
from multipath.frontends.cli.main import main
from multipath.virtual import VirtualHost

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the verb see a machine in memory: a map of two paths, and a path of none."""
    with VirtualHost() as world, Host(**world.seams()) as host:
        array = world.add_array(paths=2)
        world.add_array(paths=1)
        host.create("mpatha", MultipathTable.build([["sda", "sdb"]]), uuid=f"mpath-{array.wwid}")
        monkeypatch.setattr(formatted, "Host", lambda: Host(**world.seams()))
        yield


class TestAFormat:
    def test_of_paths_prints_a_line_for_each(self, capsys: Capture) -> None:
        """With headers, as multipathd does."""
        assert main(["show", "paths", "--format", "%d %m"]) == 0

        lines = ["dev multipath", "sda mpatha   ", "sdb mpatha   ", "sdc [orphan] "]
        assert capsys.readouterr().out == "".join(f"{line}\n" for line in lines)

    def test_of_maps_may_be_raw(self, capsys: Capture) -> None:
        """For scripts."""
        assert main(["show", "maps", "--raw", "--format", "%n: %N of %S"]) == 0

        assert capsys.readouterr().out == "mpatha: 2 of 64M\n"

    def test_with_a_wildcard_that_nobody_knows_prints_nothing(self, capsys: Capture) -> None:
        """But one line that says which there are."""
        assert main(["show", "maps", "--format", "%Z"]) == 2

        known = "nwdFQNrtSfxhA01234svpeGgk"
        said = f"mpath show: the format '%Z' has no wildcard behind a %; one of {known} can stand there\n"
        assert capsys.readouterr() == ("", said)

    def test_lets_no_control_character_through(self, capsys: Capture) -> None:
        """Also none of the format's own."""
        assert main(["show", "maps", "--raw", "--format", "\x1b[2J%n"]) == 0

        assert capsys.readouterr().out == "\\x1b[2Jmpatha\n"

    @pytest.mark.parametrize("words", [[], ["mpatha"], ["paths", "maps"]])
    def test_needs_to_know_of_what(self, words: list[str], capsys: Capture) -> None:
        """One of two words, and nothing else."""
        assert main(["show", *words, "--format", "%n"]) == 2

        assert capsys.readouterr().err.startswith("mpath show: --format comes after one of the words paths and maps")
