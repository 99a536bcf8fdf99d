"""``mpath explain``: everything that decides about a path or a map."""

import json
from pathlib import Path

import pytest

from multipath.frontends.cli.explained_path import MembershipRecord
from multipath.frontends.cli.main import main
from multipath.frontends.cli.path_record import DecisionRecord, PathExplanation, StepRecord
from multipath.virtual import VirtualHost
from multipath.virtual.model import Model

Capture = pytest.CaptureFixture[str]
pytestmark = pytest.mark.usefixtures("conf")
MACHINE = ["--conf", "multipath.conf", "--state", "state"]
TWO_GROUPS = ("active/optimized", "active/non-optimized")


def explain(*words: str) -> int:
    """Run ``mpath explain`` with the configuration and the state of the working folder."""
    return main(["explain", *words, *MACHINE])


class TestAPath:
    def test_is_told_with_all_that_decides_about_it(self, world: VirtualHost, capsys: Capture) -> None:
        """What it is, where, in which state; its WWID with the source; whether it may be used; its map; its options."""
        array = world.add_array(paths=4, groups=TWO_GROUPS)

        assert explain("sdb") == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "sdb (8:16), 64 MiB"
        assert lines[1].startswith("  LIO-ORG VIRTUAL-DISK 4.0, serial ")
        assert lines[2].startswith("  scsi:fcp 0:0:1:0, target 0x")
        assert lines[3].startswith("  running, active/non-optimized, handler alua")
        assert lines[4] == f"  WWID {array.wwid}, by sysfs vpd_pg83"
        assert "  find_multipaths: valid, another path has its WWID [other-path]" in lines
        assert "  may be used [allowed]" in lines
        assert "  map mpatha (create): group 2, priority 10 (by sysfs: active/non-optimized)" in lines
        assert any(line.split()[:2] == ["prio", "sysfs"] and "detected" in line for line in lines)

    def test_that_the_configuration_does_not_want_is_told_why(self, world: VirtualHost, capsys: Capture) -> None:
        """It has no map."""
        world.add_array(paths=1)

        assert explain("sda") == 0
        out = capsys.readouterr().out
        assert "  is not used: " in out
        assert "  find_multipaths: invalid, find_multipaths on: neither " in out
        assert "  map " not in out

    def test_that_is_blacklisted_is_told_the_rule(self, world: VirtualHost, conf: Path, capsys: Capture) -> None:
        """With file and line."""
        conf.write_text(f'{conf.read_text()}blacklist {{\n\tdevnode "^sda$"\n}}\n')
        world.add_array(paths=2)

        assert explain("sda") == 0
        out = capsys.readouterr().out
        assert "    devnode 'sda' is blacklisted: it fits devnode '^sda$', multipath.conf:6 (blacklist)" in out
        assert "  find_multipaths: " not in out

    def test_that_is_down_is_told_what_keeps_it_out(self, world: VirtualHost, capsys: Capture) -> None:
        """It will join."""
        array = world.add_array(paths=2)
        array.paths[1].break_cable()

        assert explain("sdb") == 0
        assert "  map mpatha (create): does not join (is down, and will join when it is up)" in capsys.readouterr().out

    def test_that_goes_down_in_its_map_is_told_so(self, world: VirtualHost, capsys: Capture) -> None:
        """It stays a path of it."""
        array = world.add_array(paths=2)
        assert main(["apply", *MACHINE]) == 0
        array.paths[1].break_cable()
        capsys.readouterr()

        assert explain("sdb") == 0
        assert "  map mpatha (nothing): group 1, down, priority 1 (by const: const)" in capsys.readouterr().out

    def test_shows_every_option_where_that_is_asked(self, world: VirtualHost, capsys: Capture) -> None:
        """Also those that nobody set."""
        world.add_array(paths=2)

        assert explain("sda") == 0
        assert "checker_timeout" not in capsys.readouterr().out
        assert explain("-v", "sda") == 0
        assert "checker_timeout" in capsys.readouterr().out

    def test_is_asked_whether_it_works(self, world: VirtualHost, capsys: Capture) -> None:
        """By its own checker, and only where that is wanted."""
        world.add_array(paths=2, groups=("active/optimized", "standby"))

        assert explain("sda", "sdb", "--check") == 0
        checks = [line.strip() for line in capsys.readouterr().out.splitlines() if "check:" in line]

        assert checks == [
            "check: up, read of 4096 bytes: good [directio]",
            "check: down, read of 4096 bytes: EIO [directio]",
        ]
        assert explain("sda") == 0
        assert "check:" not in capsys.readouterr().out

    def test_has_the_check_for_programs(self, world: VirtualHost, capsys: Capture) -> None:
        """With the name of the checker."""
        world.add_array(paths=1, alua="implicit")

        assert explain("sda", "--check", "-o", "json") == 0
        assert json.loads(capsys.readouterr().out)["paths"][0]["check"] == {
            "checker": "directio",
            "state": "up",
            "message": "read of 4096 bytes: good",
        }

    def test_commands_no_terminal(self, world: VirtualHost, capsys: Capture) -> None:
        """Whatever its array says of itself."""
        world.add_array(paths=2, model=Model(vendor="\x1b[2J", product="\x07\x7f"))

        assert explain("sda", "mpatha") == 0
        assert all(line.isprintable() for line in capsys.readouterr().out.splitlines())


class TestAMap:
    def test_is_told_with_its_groups_and_options(self, world: VirtualHost, capsys: Capture) -> None:
        """What each priority rests on, and where each value stands."""
        array = world.add_array(paths=4, groups=TWO_GROUPS)
        assert main(["apply", *MACHINE]) == 0
        capsys.readouterr()

        assert explain("mpatha") == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == f"mpatha ({array.wwid}), 64 MiB, planned: nothing"
        assert "  group 1, the best: priority 50, 2 of 2 paths up" in lines
        assert "    sdb up, priority 10 by sysfs (active/non-optimized)" in lines
        assert "    user_friendly_names         yes             multipath.conf:3 (defaults)" in lines

    def test_has_for_programs_what_the_plan_has_and_more(self, world: VirtualHost, capsys: Capture) -> None:
        """Every option, and the paths that do not join."""
        array = world.add_array(paths=2)
        array.paths[1].break_cable()

        assert explain("mpatha", "-o", "json") == 0
        (record,) = json.loads(capsys.readouterr().out)["maps"]
        assert record.keys() >= {"wwid", "name", "action", "reasons", "groups", "table", "left_out", "settings"}
        assert record["left_out"] == [{"name": "sdb", "reason": "is down, and will join when it is up"}]


class TestTheRecordOfAPath:
    def test_has_the_keys_that_were_promised(self, world: VirtualHost, capsys: Capture) -> None:
        """A key may be added, none may be changed or taken away."""
        array = world.add_array(paths=4, groups=TWO_GROUPS)

        assert explain("sdb", "-o", "json") == 0
        (record,) = json.loads(capsys.readouterr().out)["paths"]
        assert list(record) == list(PathExplanation.__annotations__)
        assert (record["wwid"], record["wwid_source"], record["protocol"]) == (array.wwid, "sysfs vpd_pg83", "scsi:fcp")
        assert record["map"] == {
            "name": "mpatha",
            "wwid": array.wwid,
            "action": "create",
            "group": 2,
            "state": "up",
            "priority": 10,
            "why": "by sysfs: active/non-optimized",
        }

    @pytest.mark.parametrize("record", [PathExplanation, MembershipRecord, StepRecord, DecisionRecord])
    def test_is_explained(self, record: type) -> None:
        """Each key in the docstring."""
        assert all(f"        {key}: " in str(record.__doc__) for key in record.__annotations__)


class TestWhatIsExplained:
    def test_is_each_once(self, world: VirtualHost, capsys: Capture) -> None:
        """By whatever names."""
        world.add_array(paths=2)

        assert explain("sda", "8:0", "mpatha", "sdb", "-o", "json") == 0
        record = json.loads(capsys.readouterr().out)
        assert [path["name"] for path in record["paths"]] == ["sda", "sdb"]
        assert [each["name"] for each in record["maps"]] == ["mpatha"]

    def test_that_is_not_there_is_not_found(self, world: VirtualHost, capsys: Capture) -> None:
        """Code 3, and nothing is printed of the others."""
        world.add_array(paths=2)

        assert explain("sda", "sdzz") == 3
        assert capsys.readouterr() == ("", "mpath explain: no path device and no map answers to 'sdzz'\n")
