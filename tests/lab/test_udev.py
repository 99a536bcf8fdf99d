"""Nodes and links: with udev and its cookies, and in a world without udev."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from multipath import Control, Host, Map, MultipathTable, errors
from multipath.dm.nodes import UdevNodes
from multipath.dm.udev import UdevCookie
from multipath.dm.udev_flag import UdevFlag

from .conftest import UUID, cookies
from .oracle import dmsetup


@contextmanager
def stopped_udev() -> Iterator[None]:
    """Stop the daemon itself: told to stop its queue, it forgets now and then to go on with it."""
    daemon = min(map(int, udev_processes()))  # the others are its workers, which come and go
    os.kill(daemon, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(daemon, signal.SIGCONT)


def udev_processes() -> Iterator[str]:
    """Yield the processes of udev."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "comm").read_text("utf-8") == "systemd-udevd\n":
                yield process.name


@pytest.mark.kernel
class TestAChangeWithUdev:
    def test_waits_until_the_rules_have_run(self, dm: Control, mpath: Map) -> None:
        """While udev is stopped dmsetup shows the cookie, waited for; the change returns when udev goes on."""
        dm.arm_poll()
        change = threading.Thread(target=mpath.rename, args=("later",))
        with stopped_udev():
            change.start()
            assert dm.poll(10)
            assert "0xd4d" in dmsetup("udevcookies")
            assert change.is_alive()
        change.join(30)

        assert cookies() == []
        assert os.stat("/dev/mapper/later").st_rdev == mpath.devt

    def test_of_a_table_is_not_waited_for_longer_than_is_said(self, dm: Control, mpath: Map) -> None:
        """Who has to give a map paths cannot wait for udev, which reads it; the new table is live all the same."""
        table = MultipathTable.build([mpath.table().devices[:2]])
        with (
            stopped_udev(),
            dm.reloading_for(0.3),
            pytest.raises(errors.UdevError, match=r"did not finish within 0\.3 s"),
        ):
            mpath.reload(table)

        assert mpath.table().same_as(table)
        assert cookies() == []

    def test_that_udev_does_not_finish_says_so(self, dm: Control, mpath: Map) -> None:
        """The kernel's part is done, the error says what is missing, and no cookie is left."""
        dm._nodes = UdevNodes(timeout=0.3)
        with stopped_udev(), pytest.raises(errors.UdevError, match="udev did not finish within"):
            mpath.rename("stuck")
        subprocess.run(["udevadm", "settle"], check=True)
        dm._nodes = UdevNodes()

        assert dm.info(mpath.info()).name == "stuck"
        assert cookies() == []

    def test_that_causes_no_uevent_does_not_wait(self, dm: Control, mpath: Map) -> None:
        """A resume with nothing to do returns at once, and takes its count back."""
        dm._nodes = UdevNodes(timeout=5)

        mpath.resume()

        assert cookies() == []

    def test_that_fails_leaves_no_cookie(self, dm: Control, mpath: Map) -> None:
        """The count of a refused command is taken back."""
        with open("/dev/mapper/mpatha", "rb"), pytest.raises(errors.DeviceBusy):
            dm.remove(mpath.info(), timeout=0)
        assert cookies() == []

    def test_marks_the_map_for_the_rules(self, mpath: Map) -> None:
        """What udev's database holds is the map's name, uuid and the flags that were sent."""
        properties = subprocess.run(
            ["udevadm", "info", "--query=property", "/dev/mapper/mpatha"], check=True, capture_output=True, text=True
        ).stdout.splitlines()

        assert {f"DM_NAME={mpath.name}", f"DM_UUID={UUID}"} <= set(properties)
        assert "DM_UDEV_PRIMARY_SOURCE_FLAG=1" in properties


@pytest.mark.kernel
class TestACookie:
    def test_is_completed_by_dmsetup(self) -> None:
        """The oracle finds it by its key and takes one off."""
        with UdevCookie() as cookie:
            cookie.add()
            assert f"{cookie.key:#x}" in dmsetup("udevcookies")

            dmsetup("udevcomplete", str(cookie.kernel_value(UdevFlag.PRIMARY_SOURCE)))

            cookie.wait(1)


@pytest.mark.kernel(udev=False)
class TestAWorldWithoutUdev:
    def test_gets_its_links_from_us(self, paths: list[str]) -> None:
        """An installer's world: links made, moved and removed without a daemon."""
        assert not Path("/run/udev/control").exists()
        with Host() as host:
            made = host.create("install", MultipathTable.build([paths]), uuid=UUID)
            assert os.readlink("/dev/mapper/install") == f"../dm-{os.minor(made.devt)}"
            with open("/dev/mapper/install", "rb") as disk:
                assert len(disk.read(4096)) == 4096
            made.rename("target")
            assert os.stat("/dev/mapper/target").st_rdev == made.devt
            made.remove()
        assert [path.name for path in Path("/dev/mapper").iterdir()] == ["control"]

    def test_keeps_the_nodes_that_dmsetup_makes(self, dm: Control, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever a device is called, both programs call its node the same."""
        monkeypatch.setenv("DM_DISABLE_UDEV", "1")
        for name in ("plain", "with blank", r"with\x09tab", "caf\u00e9"):
            dmsetup("create", name, "--table", "0 8 zero")
        made = sorted(os.listdir("/dev/mapper"))
        assert len(made) == 5

        dm.make_nodes()

        assert sorted(os.listdir("/dev/mapper")) == made
        dmsetup("--manglename", "none", "create", "raw blank", "--table", "0 8 zero")
        dm.make_nodes()
        assert os.stat(r"/dev/mapper/raw\x20blank").st_rdev == dm.info("raw blank").devt

    def test_gets_the_control_node_from_us(self, dm: Control) -> None:
        """A missing control node is made from what the kernel tells of its minor number."""
        number = os.stat("/dev/mapper/control").st_rdev
        os.unlink("/dev/mapper/control")

        with Control() as control:
            assert control.version().major == 4
        assert os.stat("/dev/mapper/control").st_rdev == number
        assert dm.devices() == []
