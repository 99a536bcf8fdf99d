"""The command ``mpath`` on the real kernel: what it prints is what dmsetup prints, and what it does is done."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from multipath import Control, EventKind, Host, Map, MultipathTable
from multipath.frontends.cli.journal import Journal
from multipath.frontends.cli.main import main
from multipath.units import format_devt

from .conftest import UUID
from .oracle import dmsetup

pytestmark = pytest.mark.kernel

Capture = pytest.CaptureFixture[str]
MPATH = [sys.executable, "-m", "multipath.frontends.cli.main"]


@pytest.fixture
def holder(mpath: Map) -> Iterator[int]:
    """Hold the map open."""
    opened = os.open(f"/dev/mapper/{mpath.name}", os.O_RDONLY)
    yield opened
    os.close(opened)


def printed(capsys: Capture, *words: str) -> Any:
    """Return the JSON that ``mpath`` prints for these words; it must succeed."""
    assert main([*words, "-o", "json"]) == 0
    return json.loads(capsys.readouterr().out)


class TestShow:
    def test_prints_the_paths_that_dmsetup_prints(self, mpath: Map, paths: list[str], capsys: Capture) -> None:
        """Groups, paths, states and counts, one by one."""
        main(["fail", "mpatha", paths[1]])
        (shown,) = printed(capsys, "show")["maps"]

        words = dmsetup("status", "mpatha").split()
        for path in (path for group in shown["groups"] for path in group["paths"]):
            at = words.index(path["device_number"])
            assert [{"active": "A", "failed": "F"}[path["state"]], str(path["fail_count"])] == words[at + 1 : at + 3]
        assert (shown["paths_active"], shown["paths_total"]) == (3, 4)
        assert [[path["device_number"] for path in group["paths"]] for group in shown["groups"]] == [
            paths[:2],
            paths[2:],
        ]

    def test_prints_what_sysfs_knows_of_a_path(self, mpath: Map, capsys: Capture) -> None:
        """Name, address, vendor, model and state."""
        (shown,) = printed(capsys, "show")["maps"]

        for path in (path for group in shown["groups"] for path in group["paths"]):
            device = Path(f"/sys/dev/block/{path['device_number']}/device")
            assert path["name"] == device.parent.resolve().name
            assert path["hctl"] == device.resolve().name
            for key, name in {"vendor": "vendor", "model": "model", "state": "device_state"}.items():
                assert path[name] == (device / key).read_text().strip()

    def test_prints_a_tree_for_people(self, mpath: Map, paths: list[str], capsys: Capture) -> None:
        """One line for the map, one for each group and path; nothing that a pipe cannot take."""
        assert main(["show", "mpatha"]) == 0

        lines = capsys.readouterr().out.splitlines()
        assert len(lines) == 7
        assert lines[0].startswith(f"mpatha ({UUID}) ")
        assert all(any(f" {path} " in line for line in lines) for path in paths)

    def test_takes_any_reference_and_no_other(self, mpath: Map, capsys: Capture) -> None:
        """The same map by each, once; code 3 for a name that is none."""
        shown = printed(capsys, "show", "mpatha", UUID, format_devt(mpath.devt))["maps"]

        assert [record["name"] for record in shown] == ["mpatha"]
        assert main(["show", "mpath"]) == 3
        assert capsys.readouterr().err == "mpath show: no device-mapper device answers to 'mpath'\n"

    def test_of_nothing_is_no_error(self, dm: Control, capsys: Capture) -> None:
        """An empty list for programs, a word for people."""
        assert printed(capsys, "show") == {"maps": []}
        assert main(["show"]) == 0
        assert capsys.readouterr() == ("", "mpath show: there are no multipath maps\n")


class TestList:
    def test_prints_what_dmsetup_prints(self, mpath: Map, capsys: Capture) -> None:
        """Name, uuid, number, size, event number and open count."""
        (shown,) = printed(capsys, "list")["maps"]

        columns = "name,uuid,major,minor,events,open"
        name, uuid, major, minor, events, opened = dmsetup(
            "info", "-c", "--noheadings", "--separator", " ", "-o", columns, "mpatha"
        ).split()
        assert (shown["name"], shown["uuid"], shown["device_number"]) == (name, uuid, f"{major}:{minor}")
        assert (shown["event_nr"], shown["open_count"]) == (int(events), int(opened))
        assert shown["size_bytes"] == int(dmsetup("table", "mpatha").split()[1]) * 512
        assert shown["node"] == f"dm-{minor}"

    def test_prints_one_line_for_each_map(self, mpath: Map, capsys: Capture) -> None:
        """Without a header."""
        assert main(["list"]) == 0
        assert capsys.readouterr().out.split()[:4] == ["mpatha", mpath.info().node, "64", "MiB"]


class TestCreate:
    def test_makes_the_map_that_was_asked_for(
        self, dm: Control, paths: list[str], tmp_path: Path, capsys: Capture
    ) -> None:
        """Paths by kernel name, number, node and link; then all of it again, which changes nothing."""
        link = tmp_path / "link"
        link.symlink_to("/dev/sdd")
        words = ["create", "mpathb", "--uuid", "mpath-b", "--queue-if-no-path", "--selector", "queue-length"]
        words += ["--group", f"sda,{paths[1]}", "--group", f"/dev/sdc,{link}"]

        assert [main(words), main(words)] == [0, 0]
        assert dmsetup("table", "mpathb").split(maxsplit=3)[3].rstrip() == (
            "1 queue_if_no_path 0 2 1 queue-length 0 2 1 {} 1 {} 1 queue-length 0 2 1 {} 1 {} 1".format(*paths)
        )
        assert capsys.readouterr() == ("", "")

    def test_takes_the_kernels_text(self, dm: Control, paths: list[str]) -> None:
        """As it stands in a table line."""
        text = f"0 0 1 1 round-robin 0 1 1 {paths[0]} 1"

        assert main(["create", "mpathb", "--uuid", "mpath-b", "--table", text]) == 0
        assert dmsetup("table", "mpathb") == f"0 131072 multipath {text} \n"

    def test_makes_a_map_without_paths(self, dm: Control) -> None:
        """It needs a size, and queues."""
        assert main(["create", "mpathb", "--uuid", "mpath-b", "--size", "1MiB", "--queue-if-no-path"]) == 0
        assert dmsetup("table", "mpathb") == "0 2048 multipath 1 queue_if_no_path 0 0 0 \n"

    def test_refuses_a_name_that_is_taken(self, mpath: Map, paths: list[str], capsys: Capture) -> None:
        """Code 4; the map stays."""
        assert main(["create", "mpatha", "--uuid", "mpath-other", "--group", paths[0]]) == 4
        assert "mpath create: " in capsys.readouterr().err
        assert mpath.info().uuid == UUID

    def test_tells_what_the_kernel_said(self, dm: Control, paths: list[str], capsys: Capture) -> None:
        """Its own log line, and nothing is left."""
        words = ["create", "mpathb", "--uuid", "mpath-b", "--group", paths[0], "--selector", "nosuch"]

        assert main(words) == 1
        assert "unknown path selector type" in capsys.readouterr().err
        assert dm.devices() == []

    def test_refuses_a_path_that_is_not_there(self, dm: Control, capsys: Capture) -> None:
        """Code 3, before anything is made."""
        assert main(["create", "mpathb", "--uuid", "mpath-b", "--group", "sda,sdzz"]) == 3
        assert "'sdzz'" in capsys.readouterr().err


class TestLoad:
    def test_gives_the_map_another_table(self, mpath: Map, paths: list[str]) -> None:
        """What is not said stays: here the selector."""
        assert main(["load", "mpatha", "--group", ",".join(paths), "--queue-if-no-path"]) == 0
        wanted = " ".join(f"{path} 1 1" for path in paths)
        assert dmsetup("table", "mpatha").rstrip().endswith(f"1 queue_if_no_path 0 1 1 service-time 0 4 2 {wanted}")

    def test_that_is_refused_leaves_the_table(self, mpath: Map, capsys: Capture) -> None:
        """And the map resumed, without a table in waiting."""
        before = dmsetup("table", "mpatha")

        assert main(["load", "mpatha", "--selector", "nosuch"]) == 1
        assert dmsetup("table", "mpatha") == before
        assert not (mpath.info().suspended or mpath.info().inactive_table)


class TestPaths:
    def test_fail_and_are_reinstated(self, mpath: Map, paths: list[str]) -> None:
        """Several at once, by name or number; dmsetup sees the same."""
        assert main(["fail", "mpatha", "sda", paths[1]]) == 0
        assert (f"{paths[0]} F 1" in dmsetup("status", "mpatha"), mpath.status().paths_active) == (True, 2)

        assert main(["reinstate", UUID, "/dev/sda", paths[1]]) == 0
        assert (f"{paths[0]} A 1" in dmsetup("status", "mpatha"), mpath.status().paths_active) == (True, 4)

    def test_of_another_map_are_not_found(self, host: Host, paths: list[str], capsys: Capture) -> None:
        """Code 3, and no path was touched."""
        mpath = host.create("mpatha", MultipathTable.build([paths[:2]]), uuid=UUID)

        assert main(["fail", "mpatha", paths[0], paths[3]]) == 3
        assert mpath.status().paths_active == 2
        assert f"no path of map mpatha, which has {paths[0]} {paths[1]}" in capsys.readouterr().err


class TestSwitch:
    def test_goes_to_another_group(self, mpath: Map) -> None:
        """The kernel's current group is the one that was asked for."""
        assert main(["switch", "mpatha", "2"]) == 0
        assert mpath.status().current_group == 2

    @pytest.mark.parametrize("group", ["0", "3"])
    def test_to_a_group_that_is_not_there_is_not_found(self, mpath: Map, group: str, capsys: Capture) -> None:
        """Code 3."""
        assert main(["switch", "mpatha", group]) == 3
        assert "its groups are 1 to 2" in capsys.readouterr().err


class TestRemove:
    def test_removes_several_and_goes_on_after_one_that_is_not_there(
        self, host: Host, table: MultipathTable, capsys: Capture
    ) -> None:
        """The code is that of the failure."""
        host.create("mpatha", table, uuid=UUID)

        assert main(["remove", "nosuch", "mpatha"]) == 3
        assert dmsetup("ls") == "No devices found\n"
        assert capsys.readouterr().err.count("\n") == 1

    def test_refuses_a_map_in_use_and_says_by_whom(self, mpath: Map, holder: int, capsys: Capture) -> None:
        """Code 4, and the process by its number."""
        assert main(["remove", "mpatha"]) == 4
        assert f"process {os.getpid()}" in capsys.readouterr().err

    def test_may_be_deferred(self, host: Host, table: MultipathTable) -> None:
        """The map goes away with its last user."""
        created = host.create("mpatha", table, uuid=UUID)
        opened = os.open("/dev/mapper/mpatha", os.O_RDONLY)

        assert main(["remove", "mpatha", "--deferred"]) == 0
        assert created.info().deferred_remove
        with Journal(host.control, UUID, lambda _: None) as journal:
            os.close(opened)
            journal.expect(EventKind.REMOVED)
        # The kernel removed it by itself: nobody waited for udev's part yet.
        subprocess.run(["udevadm", "settle"], check=True)


class TestWatch:
    def test_prints_what_happens_until_it_is_told_to_end(self, mpath: Map, paths: list[str]) -> None:
        """Each line is there at once: the reader waits for it, not for a full buffer."""
        with subprocess.Popen([*MPATH, "watch", "-o", "json"], stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            present = json.loads(watch.stdout.readline())
            mpath.fail_path(paths[0])
            failed = json.loads(watch.stdout.readline())
            mpath.reinstate_path(paths[0])
            reinstated = json.loads(watch.stdout.readline())
            watch.send_signal(signal.SIGTERM)
            rest = watch.stdout.read()

        events = [present, failed, reinstated]
        assert [event["event"] for event in events] == ["present", "path_failed", "path_reinstated"]
        assert [event["path"] for event in events] == [None, paths[0], paths[0]]
        assert [event["map"]["paths_active"] for event in events] == [4, 3, 4]
        assert (rest, watch.returncode) == ("", 0)

    def test_ends_with_its_time(self, mpath: Map, capsys: Capture) -> None:
        """Code 0: that was asked for."""
        assert main(["watch", "--timeout", "0.1"]) == 0
        assert capsys.readouterr() == ("mpatha: present\n", "")

    def test_ends_quietly_when_nobody_reads(self, mpath: Map, paths: list[str]) -> None:
        """As in ``mpath watch | head -1``."""
        words = [*MPATH, "watch"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            assert watch.stderr
            watch.stdout.readline()
            watch.stdout.close()
            mpath.fail_path(paths[0])
            assert watch.stderr.read() == ""
        assert watch.returncode == 141


class TestAViewThatStays:
    def test_is_printed_for_each_change_until_it_is_told_to_end(self, mpath: Map, paths: list[str]) -> None:
        """What each object says is what dmsetup says; in between it is silent."""
        with subprocess.Popen([*MPATH, "show", "--watch", "-o", "json"], stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            first = _until(watch.stdout, lambda shown: shown["paths_active"] == 4)
            mpath.fail_path(paths[0])
            failed = _until(watch.stdout, lambda shown: shown["paths_active"] == 3)
            states = dmsetup("status", "mpatha").split()
            mpath.reinstate_path(paths[0])
            back = _until(watch.stdout, lambda shown: shown["paths_active"] == 4)
            watch.send_signal(signal.SIGINT)
            watch.stdout.read()

        assert watch.returncode == 0
        assert states[states.index(paths[0]) + 1] == "F"
        assert [_path(each, paths[0])["state"] for each in (first, failed, back)] == ["active", "failed", "active"]
        assert _path(back, paths[0])["fail_count"] == 1

    def test_shows_a_map_that_comes_and_goes(self, host: Host, table: MultipathTable) -> None:
        """Woken by the kernel; a list of none is a list too."""
        with subprocess.Popen([*MPATH, "list", "--watch", "-o", "json"], stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            assert json.loads(watch.stdout.readline()) == {"maps": []}
            made = host.create("coming", table, uuid=UUID)
            while not (shown := json.loads(watch.stdout.readline())["maps"]):
                pass
            made.remove()
            while json.loads(watch.stdout.readline())["maps"]:
                pass
            watch.send_signal(signal.SIGTERM)
            watch.stdout.read()

        assert (shown[0]["name"], watch.returncode) == ("coming", 0)

    def test_shows_what_no_event_tells(self, mpath: Map, paths: list[str]) -> None:
        """A disk that is set offline: its path is still active, for nobody has used it."""
        state = Path(f"/sys/dev/block/{paths[0]}/device/state")
        with subprocess.Popen([*MPATH, "show", "--watch", "-o", "json"], stdout=subprocess.PIPE, text=True) as watch:
            assert watch.stdout
            _until(watch.stdout, lambda shown: _path(shown, paths[0])["device_state"] == "running")
            state.write_text("offline\n")
            try:
                _until(watch.stdout, lambda shown: _path(shown, paths[0])["device_state"] == "offline")
            finally:
                state.write_text("running\n")
            watch.send_signal(signal.SIGTERM)


class TestClassify:
    def test_tells_the_paths_that_a_map_has(self, mpath: Map, paths: list[str], capsys: Capture) -> None:
        """And the map, by any name of it."""
        devices = printed(capsys, "classify", *paths, "mpatha", f"/dev/{mpath.info().node}")["devices"]

        assert [each["kind"] for each in devices] == ["member"] * len(paths) + ["map"] * 2
        assert {each["map"] for each in devices} == {"mpatha"}
        assert {each["device_number"] for each in devices} == {*paths, format_devt(mpath.devt)}
        assert main(["classify", "--is", "member", paths[0]]) == 0
        assert main(["classify", "--is", "path", paths[0]]) == 1


def _until(lines: IO[str], is_so: Callable[[Any], bool]) -> Any:
    """Return the first record of the one map for which something is so."""
    while not is_so(shown := json.loads(lines.readline())["maps"][0]):
        pass
    return shown


def _path(shown: Any, number: str) -> Any:
    """Return the record of a path."""
    return next(path for group in shown["groups"] for path in group["paths"] if path["device_number"] == number)
