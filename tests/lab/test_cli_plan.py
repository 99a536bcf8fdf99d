"""From a configuration to maps on the real kernel, on the command line: what is planned is what dmsetup prints."""

import json
from pathlib import Path
from typing import Any

import pytest

from multipath import Control, Host, MultipathTable
from multipath.frontends.cli.main import main

from .oracle import dmsetup

pytestmark = pytest.mark.kernel

Capture = pytest.CaptureFixture[str]
TEXT = """\
defaults {
	find_multipaths yes
	user_friendly_names yes
	detect_prio no
	path_grouping_policy multibus
}
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Return the options for a configuration and a state of this test's own."""
    conf, state = tmp_path / "multipath.conf", tmp_path / "state"
    conf.write_text(TEXT)
    state.mkdir()
    return ["--conf", str(conf), "--state", str(state)]


def printed(capsys: Capture, *words: str) -> Any:
    """Return the JSON that ``mpath`` prints for these words; it must succeed."""
    capsys.readouterr()
    assert main([*words, "-o", "json"]) == 0
    return json.loads(capsys.readouterr().out)


class TestApply:
    def test_makes_the_map_that_was_planned(self, dm: Control, files: list[str], capsys: Capture) -> None:
        """The kernel has the very table; a second time there is nothing to do."""
        (planned,) = printed(capsys, "plan", *files)["maps"]

        assert main(["apply", *files]) == 0
        assert dmsetup("table", "mpatha").split(" multipath ")[1].strip() == planned["table"]
        assert [device.uuid for device in (dm.info(entry) for entry in dm.devices())] == [planned["uuid"]]
        assert printed(capsys, "apply", *files)["results"][0]["outcome"] == "nothing"

    def test_changes_what_the_configuration_changes(
        self, dm: Control, files: list[str], tmp_path: Path, capsys: Capture
    ) -> None:
        """One group for each path, and another name; then nothing again."""
        assert main(["apply", *files]) == 0
        (tmp_path / "multipath.conf").write_text(TEXT.replace("multibus", "failover"))
        (wanted,) = printed(capsys, "plan", *files)["maps"]
        assert (wanted["action"], len(wanted["groups"])) == ("reload", 4)
        edit = ["config", "edit", "set", "multipath", wanted["wwid"], "alias", "data", *files[:2]]

        assert [main(edit), main(["apply", *files]), main(["plan", "--changes", *files])] == [0, 0, 0]
        assert dmsetup("info", "-c", "--noheadings", "-o", "name").split() == ["data"]
        live = MultipathTable.parse(dmsetup("table", "data").split(" multipath ")[1])
        assert MultipathTable.parse(wanted["table"]).same_as(live)

    def test_tells_whom_the_kernel_lets_hold_a_path(
        self, host: Host, files: list[str], paths: list[str], capsys: Capture
    ) -> None:
        """Code 1, and nothing is made beside it."""
        assert main(["create", "other", "--uuid", "MINE-1", "--group", ",".join(paths)]) == 0

        assert main(["apply", *files]) == 1
        assert "is held by map other" in capsys.readouterr().out
        assert [found.name for found in host.maps()] == ["other"]


class TestExplain:
    def test_tells_of_a_path_what_udev_and_sysfs_have(self, dm: Control, files: list[str], capsys: Capture) -> None:
        """Its WWID by udev's rules, each test of the blacklist, and what would become of its disk."""
        (record,) = printed(capsys, "explain", "sda", *files)["paths"]

        assert record["in_udev"]
        assert record["wwid_source"] == "udev ID_SERIAL"
        assert record["allowed"]
        assert [step["test"] for step in record["blacklist"]][:2] == ["hidden", "devnode"]
        assert (record["claim"]["claim"], record["claim"]["code"]) == ("invalid", "unknown")
        assert record["map"]["name"] == "mpatha"

    def test_of_a_member_says_that_it_is_claimed(self, dm: Control, files: list[str], capsys: Capture) -> None:
        """Whatever the wwids file says."""
        assert main(["apply", *files]) == 0
        (record,) = printed(capsys, "explain", "/dev/sda", *files)["paths"]

        assert record["claim"]["claim"] == "valid-no-check"
