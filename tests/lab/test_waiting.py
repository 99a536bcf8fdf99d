"""Waiting beside udev: links, paths that go, devices that refuse writes; other programs do what is waited for."""

import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from multipath import Host, Map, MultipathTable, RoleKind, errors
from multipath.lab import guest

from .conftest import UUID
from .oracle import dmsetup

pytestmark = pytest.mark.kernel(memory=608)  # a guest of their own: disks get other names here
LONG = 60.0  # seconds
DRIVER = Path("/sys/bus/pseudo/drivers/scsi_debug")


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """Give a thread that waits."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


def made_by_dmsetup(table: MultipathTable, size: int) -> None:
    """Let another program make the map."""
    line = f"0 {size} multipath {table}"
    subprocess.run(["dmsetup", "create", "mpatha", "-u", UUID, "--table", line], check=True)


class TestAMapThatAnotherProgramMakes:
    @pytest.mark.parametrize(
        "ref", ["mpatha", UUID, UUID.removeprefix("mpath-"), "/dev/mapper/mpatha", f"/dev/disk/by-id/dm-uuid-{UUID}"]
    )
    def test_is_there_with_its_link(
        self, host: Host, table: MultipathTable, thread: ThreadPoolExecutor, ref: str
    ) -> None:
        """Who gets it can open it."""

        def wait() -> tuple[Map, int]:
            found = host.wait_map(ref, paths=4, usable=True, read_write=True, timeout=LONG)
            return found, os.stat("/dev/mapper/mpatha").st_rdev

        waiting = thread.submit(wait)
        made_by_dmsetup(table, host.paths()[0].size)

        found, behind = waiting.result()
        assert found.devt == behind
        assert [host.map_of(path.name) is not None for path in host.paths()] == [True] * 4

    def test_is_gone_with_its_links(self, host: Host, table: MultipathTable, thread: ThreadPoolExecutor) -> None:
        """When dmsetup has removed it, and udev what led there."""
        made_by_dmsetup(table, host.paths()[0].size)
        waiting = thread.submit(lambda: host.wait_gone(UUID, timeout=LONG))

        dmsetup("remove", "--noudevsync", "mpatha")

        waiting.result()
        assert not os.path.lexists("/dev/mapper/mpatha")
        assert not os.path.lexists(f"/dev/disk/by-id/dm-uuid-{UUID}")


class TestALinkThatStays:
    @pytest.mark.parametrize("ref", ["mpatha", UUID, UUID.removeprefix("mpath-"), f"/dev/disk/by-id/dm-uuid-{UUID}"])
    def test_is_told_although_the_map_is_gone(self, host: Host, ref: str) -> None:
        """Whoever opens it would get another device, or none."""
        link = Path("/dev/mapper/mpatha" if ref == "mpatha" else f"/dev/disk/by-id/dm-uuid-{UUID}")
        link.parent.mkdir(exist_ok=True)
        link.symlink_to("../../dm-99")
        try:
            with pytest.raises(errors.WaitTimeout) as late:
                host.wait_gone(ref, timeout=0)
        finally:
            link.unlink()

        assert late.value.missing == (f"{link} is there",)
        host.wait_gone(ref, timeout=0)


class TestAMapThatStays:
    def test_is_told_with_who_holds_it(self, host: Host, mpath: Map) -> None:
        """The evidence is in the error."""
        with open("/dev/mapper/mpatha", "rb"), pytest.raises(errors.WaitTimeout) as late:
            host.wait_gone("mpatha", timeout=0)

        assert "open 1 times" in late.value.missing[0]
        assert [line for line in late.value.missing if f"process {os.getpid()}" in line]


class TestAPathThatIsDeleted:
    def test_is_gone_from_the_kernel(self, host: Host, thread: ThreadPoolExecutor) -> None:
        """Its device, not only its map."""
        name = host.paths()[0].name
        waiting = thread.submit(lambda: host.wait_gone(UUID, paths=[name], timeout=LONG))
        try:
            Path(f"/sys/block/{name}/device/delete").write_text("1\n")

            waiting.result()
            assert not Path(f"/sys/block/{name}").exists()
        finally:
            for scan in Path("/sys/class/scsi_host").glob("host*/scan"):
                scan.write_text("- - -\n")


class TestAPath:
    def test_that_refuses_writes_is_waited_for(self, mpath: Map, host: Host, thread: ThreadPoolExecutor) -> None:
        """The map is there, and cannot be written yet."""
        node = f"/dev/{host.paths()[1].name}"
        subprocess.run(["blockdev", "--setro", node], check=True)
        with pytest.raises(errors.WaitTimeout, match="paths refuse writes: "):
            mpath.wait(read_write=True, timeout=0)

        waiting = thread.submit(lambda: mpath.wait(read_write=True, timeout=LONG))
        subprocess.run(["blockdev", "--setrw", node], check=True)

        waiting.result()

    def test_that_answers_makes_a_usable_map(self, mpath: Map, host: Host, thread: ThreadPoolExecutor) -> None:
        """The kernel calls paths active that it has not used since they broke."""
        names = [path.name for path in host.paths()]
        for name in names:
            guest.set_state(name, "offline")
        assert mpath.status().paths_active == 4
        with pytest.raises(errors.WaitTimeout, match="no path answers: "):
            mpath.wait(usable=True, timeout=0)

        waiting = thread.submit(lambda: mpath.wait(usable=True, timeout=LONG))
        for name in names:
            guest.set_state(name, "running")

        waiting.result()


class TestDiscovery:
    def test_is_quiet_when_udev_has_nothing_left_to_do(self, host: Host) -> None:
        """A host that comes brings paths one by one; then all of them are there, as udevadm says too."""
        before = len(host.paths())
        (DRIVER / "add_host").write_text("1\n")
        try:
            host.settle(quiet_for=1, timeout=LONG)

            assert len(host.paths()) > before
            assert {host.classify(path.devt).kind for path in host.paths()} == {RoleKind.PATH}
            subprocess.run(["udevadm", "settle", "--timeout=0"], check=True)
        finally:
            (DRIVER / "add_host").write_text("-1\n")
            host.settle(quiet_for=0.5, timeout=LONG)
            assert len(host.paths()) == before
