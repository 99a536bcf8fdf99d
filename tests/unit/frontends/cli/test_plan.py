"""``mpath plan``: what would be done, and why."""

import json
from pathlib import Path

import pytest

from multipath import Host, MultipathTable
from multipath.frontends.cli.main import main
from multipath.virtual import VirtualHost

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("conf")
MACHINE = ["--conf", "multipath.conf", "--state", "state"]
TWO_GROUPS = ("active/optimized", "active/non-optimized")


def plan(*words: str) -> int:
    """Run ``mpath plan`` with the configuration and the state of the working folder."""
    return main(["plan", *words, *MACHINE])


def apply() -> None:
    """Do it."""
    assert main(["apply", *MACHINE]) == 0


class TestAUnitWithoutAMap:
    def test_is_to_get_one(self, world: VirtualHost, capsys: Capture) -> None:
        """Its name, why, and every line of its table; then how many maps there are of each kind."""
        array = world.add_array(paths=4, groups=TWO_GROUPS)

        assert plan() == 0
        heading, *lines, summary = capsys.readouterr().out.splitlines()
        assert heading == f"+ create mpatha ({array.wwid}), 64 MiB"
        assert "    the unit has no map [no-map]" in lines
        assert lines[-6:] == [
            "  + group 1, service-time",
            "  +   sda 8:0",
            "  +   sdc 8:32",
            "  + group 2, service-time",
            "  +   sdb 8:16",
            "  +   sdd 8:48",
        ]
        assert summary == "maps: 1 to create"

    def test_stays_without_where_the_configuration_says_so(self, world: VirtualHost, capsys: Capture) -> None:
        """Its path is counted; verbose says why."""
        world.add_array(paths=1)

        assert plan() == 0
        assert capsys.readouterr().out == "maps: none; paths of no map: 1\n"
        assert plan("--verbose") == 0
        assert capsys.readouterr().out.startswith("  unused sda (8:0): ")


class TestAMapThatIsThere:
    def test_is_only_counted_where_it_is_as_it_should_be(self, world: VirtualHost, capsys: Capture) -> None:
        """Verbose shows it, with the text of its table."""
        world.add_array(paths=2)
        apply()
        capsys.readouterr()

        assert plan() == 0
        assert capsys.readouterr().out == "maps: 1 as it should be\n"
        assert plan("-v") == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith("  nothing mpatha (")
        assert any(line.startswith("    has  1 queue_if_no_path ") for line in lines)

    def test_is_shown_with_what_goes_and_comes(self, world: VirtualHost, capsys: Capture) -> None:
        """What stays around it has no mark."""
        array = world.add_array(paths=3, ports=3)
        world.delete(array.paths[2])
        apply()
        world.scan()
        capsys.readouterr()

        assert plan() == 0
        heading, *lines, summary = capsys.readouterr().out.splitlines()
        assert heading.startswith("~ reload mpatha (")
        assert [line for line in lines if line.startswith(("  +", "  -"))] == ["  +   sdc 8:32"]
        assert "      sda 8:0" in lines
        assert summary == "maps: 1 to reload"

    def test_under_another_name_is_to_be_renamed(self, world: VirtualHost, conf: Path, capsys: Capture) -> None:
        """From the one to the other."""
        array = world.add_array(paths=2)
        apply()
        conf.write_text(
            conf.read_text() + f"multipaths {{\n multipath {{\n  wwid {array.wwid}\n  alias data\n }}\n}}\n"
        )
        capsys.readouterr()

        assert plan() == 0
        assert capsys.readouterr().out.startswith("~ rename mpatha to data (")

    def test_of_paths_that_are_held_is_refused(self, world: VirtualHost, capsys: Capture) -> None:
        """With who holds them; nothing of a table is shown."""
        array = world.add_array(paths=2)
        with Host(**world.seams()) as host:
            host.create("other", MultipathTable.build([[path.name for path in array.paths]]), uuid="MINE-1")

        assert plan() == 0
        heading, *reasons, summary = capsys.readouterr().out.splitlines()
        assert heading == f"! refuse {array.wwid}, 64 MiB"
        assert all(reason.endswith(" [path-claimed]") for reason in reasons)
        assert summary == "maps: 1 refused"


class TestAPathThatIsDown:
    def test_is_told_with_why_it_does_not_join(self, world: VirtualHost, capsys: Capture) -> None:
        """The map is made of the others."""
        array = world.add_array(paths=2)
        array.paths[1].break_cable()

        assert plan() == 0
        assert "    without sdb: is down, and will join when it is up" in capsys.readouterr().out.splitlines()


class TestTheChoice:
    @pytest.mark.parametrize("ref", ["mpathb", "sdc", "/dev/sdc"])
    def test_of_maps_and_paths_leaves_the_others_out(self, world: VirtualHost, ref: str, capsys: Capture) -> None:
        """By the name that a map will have, or by one of its paths."""
        world.add_array(paths=2)
        world.add_array(paths=2)

        assert plan(ref, "-o", "json") == 0
        (planned,) = json.loads(capsys.readouterr().out)["maps"]
        assert planned["name"] == "mpathb"

    def test_of_what_is_not_there_is_not_found(self, world: VirtualHost, capsys: Capture) -> None:
        """Code 3: a slip must not look like a plan to do nothing."""
        world.add_array(paths=2)

        assert plan("mpathx") == 3
        assert capsys.readouterr().err.startswith("mpath plan: ")


class TestTheCode:
    def test_tells_of_changes_where_that_is_asked(self, world: VirtualHost) -> None:
        """For a script that compares; else it is 0."""
        world.add_array(paths=2)

        assert [plan(), plan("--changes")] == [0, 1]
        apply()
        assert [plan(), plan("--changes")] == [0, 0]


class TestTheRecord:
    def test_is_the_plans_own(self, world: VirtualHost, capsys: Capture) -> None:
        """Maps, paths and remarks."""
        array = world.add_array(paths=2)

        assert plan("-o", "json") == 0
        record = json.loads(capsys.readouterr().out)
        assert record.keys() >= {"maps", "paths", "remarks"}
        assert (record["maps"][0]["wwid"], record["maps"][0]["action"]) == (array.wwid, "create")
        assert [path["name"] for path in record["paths"]] == ["sda", "sdb"]


def test_nothing_is_changed(world: VirtualHost, tmp_path: Path) -> None:
    """Neither a map nor a file."""
    world.add_array(paths=2)

    plan()

    assert world.control.devices() == []
    assert list((tmp_path / "state").iterdir()) == []
