"""``mpath doctor`` on a real kernel: nothing is wrong with a map that is well, and what is made wrong is named."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from multipath import Control, Host, Map
from multipath.frontends.cli.main import main
from multipath.lab import guest
from multipath.lab.faults import injected

from .managing import CONFIGURATION, managed
from .oracle import dmsetup
from .running_daemon import running

Capture = pytest.CaptureFixture[str]
# What is true of the guests of the lab, whatever is done in them: their kernels have no device handlers, they have no
# multipath-tools whose rules udev could have, and both sessions of iSCSI go out from one address.
_OF_GUESTS = {"no-device-handler", "udev-rules", "one-adapter"}
_SOON = 60.0  # seconds: a worker for each path, on a busy machine


class Surgery:
    """
    Where ``mpath doctor`` looks.

    Args:
        folder: Of the configuration, the state and the manager's socket.
        capsys: What it prints.
    """

    def __init__(self, folder: Path, capsys: Capture) -> None:
        self._words = ["--conf", str(folder / "multipath.conf"), "--state", str(folder / "state")]
        self._words += ["--folder", str(folder), "-o", "json"]
        self._capsys = capsys

    def examine(self, code: int) -> list[dict[str, Any]]:
        """Return what it finds beyond what is true of every guest."""
        self._capsys.readouterr()
        assert main(["doctor", *self._words]) == code
        found = json.loads(self._capsys.readouterr().out)["findings"]
        return [each for each in found if each["id"] not in _OF_GUESTS]

    def ids(self, code: int) -> set[str]:
        """Return the names of the checks that found something."""
        return {each["id"] for each in self.examine(code)}


@pytest.fixture
def surgery(tmp_path: Path, capsys: Capture) -> Surgery:
    """Give one for this test."""
    return Surgery(tmp_path, capsys)


@pytest.fixture
def mapped(surgery: Surgery, dm: Control, host: Host, tmp_path: Path) -> Iterator[Map]:
    """Give a map of four paths that a manager made, who has ended; before that nothing was wrong with it."""
    text = (CONFIGURATION % "multibus").replace("checker_timeout 3", "checker_timeout 2")
    (tmp_path / "multipath.conf").write_text(text)
    with managed(tmp_path) as manager:
        assert surgery.examine(0) == []
        manager.stop()
        (found,) = host.maps()
        yield found
        for entry in dm.devices():
            if not dm.info(entry).uuid:
                dm.remove(entry)
            elif dm.info(entry).suspended:
                dm.resume(entry, flush=False)


@pytest.mark.kernel
class TestAMap:
    def test_that_nobody_looks_after_is_told(self, surgery: Surgery, mapped: Map) -> None:
        """The manager ended, and no multipathd runs."""
        assert surgery.ids(1) == {"no-manager"}

    def test_with_several_things_wrong_is_told_each(self, surgery: Surgery, mapped: Map) -> None:
        """A path failed by hand, one offline, one with a device on it and small requests."""
        names = {path: Path(f"/sys/dev/block/{path}").resolve().name for path in mapped.snapshot.table.devices}
        failed, offline, used, _ = names
        mapped.fail_path(failed)
        guest.set_state(names[offline], "offline")
        limit = Path(f"/sys/block/{names[used]}/queue/max_sectors_kb")
        before = limit.read_text()
        limit.write_text("4")
        dmsetup("create", "mine", "--table", f"0 8 linear {used} 0")

        found = surgery.examine(1)
        guest.set_state(names[offline], "running")
        limit.write_text(before)

        by_id = {each["id"]: each for each in found}
        assert by_id.keys() >= {
            "path-not-reinstated", "path-offline", "max-sectors", "queue-limits-differ", "used-past-the-map",
        }  # fmt: skip
        assert ("path-not-reinstated", names[failed]) in [(each["id"], each["object"]) for each in found]
        assert by_id["path-offline"]["object"] == names[offline]
        assert "map mine" in by_id["used-past-the-map"]["evidence"]

    def test_that_has_another_name_is_told(self, surgery: Surgery, mapped: Map) -> None:
        """Its link is another one, too; the step leads back."""
        mapped.rename("another")

        by_id = {each["id"]: each for each in surgery.examine(1)}
        assert by_id.keys() == {"no-manager", "name-differs"}
        assert by_id["name-differs"]["step"].startswith("mpath plan another; then mpath apply")

    def test_that_is_suspended_with_a_second_table_is_told(self, surgery: Surgery, mapped: Map, dm: Control) -> None:
        """What dmsetup says of it is told, and the step is the one that ends it."""
        dm.load(mapped.snapshot.info, [mapped.snapshot.table_line])
        dm.suspend(mapped.snapshot.info)

        by_id = {each["id"]: each for each in surgery.examine(1)}
        assert by_id.keys() >= {"suspended", "second-table"}

        for name in ("second-table", "suspended"):
            program, *words = by_id[name]["step"].split()
            assert program == "dmsetup"
            dmsetup(*words)
        assert not surgery.ids(1) & {"suspended", "second-table"}

    def test_without_a_path_is_told(self, surgery: Surgery, mapped: Map) -> None:
        """It does not queue: all its I/O fails."""
        mapped.queue_if_no_path(False)
        for path in mapped.snapshot.table.devices:
            mapped.fail_path(path)

        assert {"map-dead", "path-not-reinstated"} <= surgery.ids(1)


@pytest.mark.kernel(backend="scsi_debug_per_path")
class TestAPath:
    def test_that_is_silent_is_told_within_seconds(self, surgery: Surgery, mapped: Map) -> None:
        """Commands to it are lost; the examination waits for none of them."""
        name = guest.luns()[0][0]
        with injected("lost", name):
            begun = time.monotonic()
            found = surgery.examine(1)
            took = time.monotonic() - begun

        assert [each["object"] for each in found if each["id"] == "path-silent"] == [name]
        assert took < _SOON


@pytest.mark.slow
@pytest.mark.kernel(backend="iscsi", paths=2)
class TestALun:
    def test_that_was_given_to_another_unit_is_told(self, surgery: Surgery, host: Host, mapped: Map) -> None:
        """By what the path itself says; the kernel still takes it for the old one."""
        other = guest.luns()[0][1]
        with injected("remapped", other):
            found = surgery.examine(1)

        assert {each["object"] for each in found if each["id"] == "remapped"} == {other}


@pytest.mark.kernel(packages=("lvm2",))
class TestAVolume:
    CONFIG = (
        'devices {{ use_devicesfile = 0 multipath_component_detection = 0 filter = [ "a|^/dev/{}$|", "r|.*|" ] }}'
        " global {{ event_activation = 0 }}"
    )

    def lvm(self, *words: str) -> None:
        """Run a command of LVM, which sees one path alone: a filter that somebody wrote once."""
        config = self.CONFIG.format(guest.luns()[0][0])
        subprocess.run(["lvm", words[0], "--config", config, *words[1:]], check=True, capture_output=True)

    def test_on_a_path_itself_is_told_with_what_ends_it(self, surgery: Surgery, dm: Control, tmp_path: Path) -> None:
        """LVM does as it is told."""
        (tmp_path / "multipath.conf").write_text(CONFIGURATION % "multibus")
        name = guest.luns()[0][0]
        self.lvm("pvcreate", f"/dev/{name}")
        self.lvm("vgcreate", "vg", f"/dev/{name}")
        self.lvm("lvcreate", "-l", "1", "-n", "data", "-Wn", "-Zn", "-an", "vg")
        self.lvm("lvchange", "-ay", "vg/data")

        (told,) = [each for each in surgery.examine(1) if each["id"] == "used-past-the-map"]

        assert (told["object"], told["evidence"].partition(";")[0]) == (name, "lvm vg-data")
        program, *words = told["step"].partition(";")[0].split()
        assert program == "lvchange"
        self.lvm(program, *words)
        self.lvm("vgremove", "-f", "vg")
        self.lvm("pvremove", f"/dev/{name}")
        assert "used-past-the-map" not in surgery.ids(1)


@pytest.mark.kernel(on="newest", memory=608, timeout=180)
class TestAMapOfMultipathd:
    TEXT = "defaults {\n find_multipaths greedy\n user_friendly_names yes\n no_path_retry 12\n}\n"

    def test_that_is_well_has_nothing_wrong(self, host: Host, capsys: Capture) -> None:
        """By the machine's own files, and the daemon that answers."""
        with running("newest", self.TEXT):
            main(["doctor", "-o", "json"])
            found = json.loads(capsys.readouterr().out)["findings"]

        assert {each["id"] for each in found} <= _OF_GUESTS, found

    def test_whose_daemon_hangs_is_told(self, host: Host, capsys: Capture) -> None:
        """The daemon is stopped in its tracks: then it hangs, and nobody brings the path back."""
        with running("newest", self.TEXT) as (daemon, _):
            (found,) = host.maps()
            daemon.process.send_signal(signal.SIGSTOP)
            try:
                dmsetup("message", found.name, "0", f"fail_path {found.table().devices[0]}")
                assert main(["doctor", "-o", "json"]) == 1
            finally:
                daemon.process.send_signal(signal.SIGCONT)
            told = {each["id"] for each in json.loads(capsys.readouterr().out)["findings"]}

        assert told >= {"multipathd-stuck", "path-not-reinstated"}
