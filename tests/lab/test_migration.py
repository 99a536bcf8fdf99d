"""
The functions of the pages about migrating, on a real kernel: each against the tool that its old form takes apart.

Of each page only the functions and what they import are taken; the machine is this one.
"""

import ast
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from multipath import Features, Host, Map, MultipathTable, errors
from multipath.lab import multipath_tools
from multipath.multipathd.saved_topology import read_topology

from .oracle import dmsetup
from .running_daemon import running

pytestmark = pytest.mark.kernel(memory=672)  # a guest of their own: disks go here, and multipathd runs
ROOT: Final = Path(__file__).parents[2]
LONG: Final = 60.0  # seconds
GREEDY: Final = "defaults {\n find_multipaths greedy\n user_friendly_names yes\n uxsock_timeout 60000\n}\n"
RELEASES: Final = ("0.9.4", "newest")
Functions = dict[str, Callable[..., Any]]
_KEPT: Final = (ast.FunctionDef, ast.Import, ast.ImportFrom)


def functions_of(page: str) -> Functions:
    """Return the functions of a page."""
    text = (ROOT / f"docs/{page}.md").read_text("utf-8")
    tree = ast.parse("\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL)))
    kept = [each for each in tree.body if isinstance(each, _KEPT) or ast.unparse(each).startswith("WANTED =")]
    names: Functions = {}
    exec(compile(ast.Module(kept, []), page, "exec"), names)
    return names


def printed(*words: str) -> str:
    """Run a program and return what it prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def unit(host: Host) -> Iterator[Map]:
    """Give a map of all paths of the unit, under its own WWID; it may go. The disks come back."""
    names = [path.name for path in host.paths()]
    made = host.create("mpatha", MultipathTable.build([names]), uuid=f"mpath-{host.wwid(names[0])}")
    yield made
    host.detach_plan(made.uuid).run(timeout=LONG)
    for scan in Path("/sys/class/scsi_host").glob("host*/scan"):
        scan.write_text("- - -\n")
    printed("udevadm", "settle")


class TestOsBrick:
    BRICK = functions_of("migrating-from-os-brick")

    @pytest.mark.parametrize("release", RELEASES)
    def test_a_device_is_found_as_multipath_tells_of_it(self, host: Host, release: str) -> None:
        """By the name of a path, its node, the map's name and its link: the same dictionary."""
        with running(release, GREEDY):
            first = host.paths()[0].name
            (told,) = read_topology(printed(*multipath_tools.program(release), "-l", f"/dev/{first}")).maps

            for ref in (first, f"/dev/{first}", told.name, f"/dev/mapper/{told.name}", told.node):
                found = self.BRICK["find_multipath_device"](host, ref)
                assert (found["name"], found["id"]) == (told.name, told.wwid)
                assert [":".join(list(each.values())[1:]) for each in found["devices"]] == [
                    path.hctl for group in told.groups for path in group.paths
                ]
            assert self.BRICK["find_sysfs_multipath_dm"](host, ["nosuch", first]) == told.node
            assert self.BRICK["get_sysfs_wwid"](host, ["nosuch", first]) == told.wwid

    def test_a_volume_is_waited_for_until_it_can_be_used(self, host: Host, unit: Map) -> None:
        """Its node can be opened at once."""
        node = self.BRICK["wait_for_volume"](host, unit.wwid, len(host.paths()), LONG)

        assert os.stat(node).st_rdev == unit.devt

    def test_a_map_that_was_made_read_only_takes_writes(self, host: Host) -> None:
        """Its paths were read-only when it was made, and are no more."""
        names = [path.name for path in host.paths()]
        made = host.create("mpatha", MultipathTable.build([names]), uuid=f"mpath-{host.wwid(names[0])}", read_only=True)
        assert printed("blockdev", "--getro", "/dev/mapper/mpatha") == "1\n"

        self.BRICK["wait_for_rw"](host, made.wwid, LONG)

        assert printed("blockdev", "--getro", "/dev/mapper/mpatha") == "0\n"
        made.remove()

    def test_a_volume_is_extended_by_what_the_array_gave_it(self, host: Host, unit: Map) -> None:
        """As blockdev sees it; a second time changes nothing."""
        before = int(printed("blockdev", "--getsize64", "/dev/mapper/mpatha"))

        assert self.BRICK["extend_volume"](host, host.paths()[0].name) == before
        assert dmsetup("table", "mpatha").split()[1] == str(before // 512)

    def test_a_path_that_is_down_refuses_the_extension_by_name(self, host: Host, unit: Map) -> None:
        """LP 2032177: sizes of paths came apart, for those that were down kept the old one."""
        path = host.paths()[1]
        Path(f"/sys/block/{path.name}/device/state").write_text("offline\n")
        try:
            with pytest.raises(errors.PathsDiffer, match=path.name):
                self.BRICK["extend_volume"](host, "mpatha")
        finally:
            Path(f"/sys/block/{path.name}/device/state").write_text("running\n")

    def test_a_connection_in_use_stays_whole(self, host: Host, unit: Map) -> None:
        """Neither map nor disks go; who holds it is told."""
        names = [path.name for path in host.paths()]
        with open("/dev/mapper/mpatha", "rb"), pytest.raises(errors.DetachFailed) as failed:
            self.BRICK["remove_connection"](host, names)

        (why,) = failed.value.errors
        assert isinstance(why, errors.DeviceBusy)
        assert [holder.kind for holder in why.holders] == ["process"]
        assert [path.name for path in host.paths()] == names

    def test_a_connection_goes_with_its_disks_and_links(self, host: Host, unit: Map) -> None:
        """And may be removed again."""
        names = [path.name for path in host.paths()]

        self.BRICK["remove_connection"](host, names)

        assert not any(Path(f"/sys/block/{name}").exists() for name in names)
        assert dmsetup("ls").strip() == "No devices found"
        assert not [link for link in Path("/dev/disk/by-id").glob("*") if not link.exists()]
        self.BRICK["remove_connection"](host, names)

    def test_force_is_needed_for_a_map_that_waits_for_paths(self, host: Host) -> None:
        """Its I/O would be lost."""
        names = [path.name for path in host.paths()]
        table = MultipathTable.build([names], features=Features(queue_if_no_path=True))
        made = host.create("mpatha", table, uuid=f"mpath-{host.wwid(names[0])}")
        for name in names:
            made.fail_path(name)

        with pytest.raises(errors.DetachFailed):
            self.BRICK["remove_connection"](host, names)
        assert host.map("mpatha").table().features.queue_if_no_path
        self.BRICK["remove_connection"](host, names, force=True)

        assert (host.maps(), host.paths()) == ([], ())
        for scan in Path("/sys/class/scsi_host").glob("host*/scan"):
            scan.write_text("- - -\n")
        printed("udevadm", "settle")


class TestVdsm:
    VDSM = functions_of("migrating-from-vdsm")

    def test_a_list_of_maps_has_what_dmsetup_and_sysfs_say(self, host: Host, unit: Map) -> None:
        """States by the regular expression that vdsm has; capacities in bytes."""
        unit.fail_path(host.paths()[1].name)

        (device,) = self.VDSM["path_list"](host)
        states = dict(re.findall(r"(\d+:\d+)\s+([AF])", dmsetup("status", "--target", "multipath")))
        assert {
            Path(f"/sys/block/{each['physdev']}/dev").read_text().strip(): each["state"][0].upper()
            for each in device["paths"]
        } == states
        assert device["guid"] == Path(f"/sys/block/{device['dm']}/dm/uuid").read_text().strip().removeprefix("mpath-")
        assert int(device["capacity"]) == int(printed("blockdev", "--getsize64", "/dev/mapper/mpatha"))
        assert list(self.VDSM["path_list"](host, ["another"])) == []

    def test_health_is_what_dmsetup_tells(self, host: Host, unit: Map) -> None:
        """While a path does not answer, and after it was reinstated."""
        path = host.paths()[0]
        assert self.VDSM["health"](host) == {}

        unit.fail_path(path.name)
        report = self.VDSM["health"](host)
        failed = re.findall(r"(\d+:\d+)\s+F", dmsetup("status", "mpatha"))
        assert report == {unit.wwid: {"valid_paths": len(host.paths()) - 1, "failed_paths": failed}}

        unit.reinstate_path(path.name)
        assert self.VDSM["health"](host) == {}

    def test_a_path_that_was_deleted_is_no_failed_path_for_ever(self, host: Host, unit: Map) -> None:
        """In vdsm "8:11" stayed failed when the device was gone; here the table tells."""
        gone, *others = (path.name for path in host.paths())
        unit.fail_path(gone)
        unit.reload(MultipathTable.build([others]))

        assert self.VDSM["health"](host) == {}

    def test_maps_follow_their_units_and_one_that_cannot_hinders_nobody(self, host: Host, unit: Map) -> None:
        """Told by its WWID, with the paths."""
        assert self.VDSM["resize_devices"](host) == {}
        path = host.paths()[0]
        Path(f"/sys/block/{path.name}/device/state").write_text("offline\n")
        try:
            (why,) = self.VDSM["resize_devices"](host).values()
        finally:
            Path(f"/sys/block/{path.name}/device/state").write_text("running\n")
        assert path.name in str(why)

    @pytest.mark.parametrize("release", RELEASES)
    def test_a_configuration_means_to_multipath_what_it_says(self, tmp_path: Path, release: str) -> None:
        """Of the main file and of the blacklist, as multipath -t prints them."""
        conf = tmp_path / multipath_tools.MAIN_FILE
        conf.write_text("# ours\n")
        (tmp_path / multipath_tools.DROP_INS).mkdir()

        assert self.VDSM["configure"](conf)
        self.VDSM["configure_blacklist"](
            tmp_path / multipath_tools.DROP_INS / "vdsm_blacklist.conf", ["36001", "36002"]
        )

        lines = {line.replace('"', "").strip() for line in multipath_tools.dumped(release, tmp_path).splitlines()}
        assert {"no_path_retry 16", "find_multipaths off", "wwid 36001", "wwid 36002"} <= lines
        assert not self.VDSM["configure"](conf)

    def test_a_mapping_is_removed_once(self, host: Host, unit: Map) -> None:
        """The second time it is gone already."""
        self.VDSM["remove_mapping"](host, unit.wwid)
        self.VDSM["remove_mapping"](host, unit.wwid)

        assert dmsetup("ls").strip() == "No devices found"
