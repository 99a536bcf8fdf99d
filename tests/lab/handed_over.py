"""
In the system that was installed: udev and a manager take over the map that the first root made, under its load.

Run as a command in a guest that booted ``minimal_root``: the manager is ``mpath``, or a release of multipath-tools.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from multipath import Host, Map, Multipathd
from multipath.lab import guest, multipath_tools

from .installer_init import LOAD
from .managing import Manager
from .running_daemon import CONF, PATIENCE, PLUGINS, STATE, RunningDaemon
from .running_daemon import until as until_daemon

NAMES = ("mpatha", "mpatha-part1", "mpatha-part2")
DISK = "/mnt/installed"


def load(order: str) -> dict[str, Any]:
    """Ask the load that was started in the first root."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2 * PATIENCE)
        client.connect(LOAD)
        client.sendall(order.encode())
        return dict(json.loads(client.makefile("rb").read()))


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"it did not come true that {what}"
        time.sleep(0.02)


def identity(found: Map) -> tuple[object, ...]:
    """Return what must not change: number, name, uuid, table."""
    return found.devt, found.name, found.uuid, str(found.table())


def enter() -> None:
    """Mount what was installed, by the name of its map, and let its files be those of this root."""
    Path(DISK).mkdir(parents=True)
    subprocess.run(["mount", "/dev/mapper/mpatha-part1", DISK], check=True)
    CONF.write_bytes(Path(f"{DISK}{CONF}").read_bytes())
    shutil.copytree(f"{DISK}{STATE}", STATE)
    for file, mode in ((CONF, 0o644), (STATE, 0o700), *((each, 0o600) for each in STATE.iterdir())):
        origin = Path(f"{DISK}{file}").stat()
        assert (origin.st_mode & 0o7777, origin.st_uid, origin.st_gid) == (mode, 0, 0), file


def start_udev() -> None:
    """Let udevd, which was started after all this was made, look at it."""
    subprocess.run(["udevadm", "trigger", "--action=add", "--type=devices"], check=True)
    subprocess.run(["udevadm", "settle"], check=True)


def see_links(host: Host) -> None:
    """See that each device has the links that its name and its uuid promise, that systemd may use it, and no other."""
    subprocess.run(["udevadm", "settle"], check=True)
    assert {path.name for path in Path("/dev/mapper").iterdir()} == {*NAMES, "control"}
    for name in NAMES:
        words = ["udevadm", "info", "--query=property", f"/dev/mapper/{name}"]
        known = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        device = host.control.info(name)
        for link in (f"dm-name-{name}", f"dm-uuid-{device.uuid}"):
            assert Path(f"/dev/disk/by-id/{link}").stat().st_rdev == device.devt, known
        assert "SYSTEMD_READY=0" not in known, known


def lose_a_path(host: Host) -> None:
    """Take a path down and up again, and see it followed."""
    name = next(iter(guest.logical_units())).paths[0]
    guest.set_state(name, "offline")
    until(lambda: host.map("mpatha").status().paths_active == 3, "the path is failed")
    assert load("verify")["good"]
    guest.set_state(name, "running")
    until(lambda: host.map("mpatha").status().paths_active == 4, "the path is used again")


def under_multipathd(release: str, host: Host) -> None:
    """Let multipathd take over, with what was exported alone."""
    if PLUGINS.is_dir():  # of Debian's package; a link to those of the release takes their place
        shutil.rmtree(PLUGINS)
    daemon = RunningDaemon(release, CONF.read_text())
    try:
        with Multipathd(timeout=2 * PATIENCE) as client:
            until_daemon(lambda: daemon_is_up(client))
            until_daemon(lambda: [path.dm_state for path in client.paths() if path.map == "mpatha"] == ["active"] * 4)
            (found,) = client.maps()
            assert (found.name, f"mpath-{found.wwid}") == ("mpatha", host.map("mpatha").uuid)
            lose_a_path(host)
        shown = subprocess.run(
            [*multipath_tools.program(release), "-ll"], check=True, capture_output=True, text=True, timeout=PATIENCE
        ).stdout
        assert f"mpatha ({host.map('mpatha').uuid.removeprefix('mpath-')})" in shown, shown
    finally:
        daemon.process.terminate()
        daemon.process.wait(PATIENCE)


def daemon_is_up(client: Multipathd) -> bool:
    """Tell whether it answers."""
    try:
        return client.daemon().state == "idle"
    except Exception:  # noqa: BLE001
        return False


def under_mpath(host: Host, folder: Path) -> None:
    """Let the library's own manager take over, with what was exported alone."""
    (folder / "multipath.conf").write_bytes(CONF.read_bytes())
    manager = Manager(folder, "--state", str(STATE))
    try:
        manager.wait_notified("READY=1")
        lose_a_path(host)
        assert manager.stop() == 0
    finally:
        if manager.process.poll() is None:
            manager.kill()


def main(manager: str) -> None:
    """See it taken over, and nothing lost."""
    with Host() as host:
        before = identity(host.map("mpatha"))
        assert load("report")["good"]
        enter()
        told = json.loads(Path(f"{DISK}/etc/installed").read_text())
        assert told["map"] == before[0]
        assert "group 2: priority 10" in told["plan"], told["plan"]
        assert told["root"] == "Read-only file system"
        assert "find_multipaths strict: the wwids file lacks its WWID" in told["strict"]
        assert "(EROFS); keep the state files in a folder that can be written to: --state DIR" in told["refused"]
        assert told["left"] == ""
        assert told["programs"] == ["init", Path(sys.executable).resolve().name]
        start_udev()
        announced = host.announce()
        # Where kpartx comes with udev's rules, it may be the quicker one to tell of a partition.
        assert announced[0].name == NAMES[0]
        assert {device.name for device in announced} <= {*NAMES}
        subprocess.run(["udevadm", "settle"], check=True)
        assert host.announce() == ()
        see_links(host)
        assert host.plan().changes == ()
        if manager == "mpath":
            folder = Path("/run/handed-over")
            folder.mkdir()
            under_mpath(host, folder)
        else:
            under_multipathd(manager, host)
        see_links(host)
        assert identity(host.map("mpatha"))[:3] == before[:3]
        report = load("finish")
        assert report["good"], report
        print("handed over:", before[1], "with", report["read"], "blocks read")


if __name__ == "__main__":
    main(sys.argv[1])
