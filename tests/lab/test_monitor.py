"""A monitor on a real kernel: real uevents, real device-mapper events, real checks."""

import asyncio
import gc
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from multipath import Control, Host
from multipath.lab import guest
from multipath.paths.uevents import KernelUevents, Uevent

from .monitored import Watched, configuration, told

pytestmark = pytest.mark.kernel(memory=640)  # a guest of their own: disks get other names here

DRIVER = Path("/sys/bus/pseudo/drivers/scsi_debug")
SCRIPT = """
import asyncio, sys
from pathlib import Path
from multipath import Host, Monitor
from multipath.maps.state_file import StateFolder
from tests.lab.monitored import configuration

async def main():
    with Host() as host:
        async with Monitor(host, config=configuration(), state=StateFolder(Path(sys.argv[1]))) as monitor:
            await monitor.settled()
            print("settled", flush=True)
            await monitor.run()

asyncio.run(main())
"""


def started(folder: Path) -> subprocess.Popen[str]:
    """Start a monitor in a process of its own."""
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(folder)], stdout=subprocess.PIPE, text=True)


def held() -> tuple[int, int]:
    """Return how many threads and descriptors this process has, when threads that were to end have done so."""
    gc.collect()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(10)
    return threading.active_count(), len(os.listdir("/proc/self/fd"))


@contextmanager
def wall_clock_ahead(seconds: float) -> Iterator[None]:
    """Let the clock of the day jump by so many seconds, and back."""
    time.clock_settime(time.CLOCK_REALTIME, time.time() + seconds)
    try:
        yield
    finally:
        time.clock_settime(time.CLOCK_REALTIME, time.time() - seconds)


def resize(host: Host, gibibytes: int) -> None:
    """Let the array's units have another size, and have the host look at each path; 0 is what they had."""
    (DRIVER / "virtual_gb").write_text(f"{gibibytes}\n")
    for path in host.paths():
        Path(f"/sys/block/{path.name}/device/rescan").write_text("1\n")


def delete(path: str) -> None:
    """Delete a path's device."""
    Path(f"/sys/block/{path}/device/delete").write_text("1\n")


def rescan() -> None:
    """Look for units on every host."""
    for scan in Path("/sys/class/scsi_host").glob("host*/scan"):
        scan.write_text("- - -\n")


class TestAMonitor:
    def test_makes_the_map_and_follows_a_path_down_and_up(self, host: Host, tmp_path: Path) -> None:
        """A path that goes offline is failed by its checker and by the kernel; online, it is used again."""

        async def story(watched: Watched) -> None:
            await watched.checked()
            name = host.paths()[0].name
            guest.set_state(name, "offline")
            await watched.until(lambda: watched.paths() == 3)
            guest.set_state(name, "running")
            await watched.until(lambda: watched.paths() == 4)

        told(host, tmp_path, story)

    def test_follows_a_path_that_is_deleted_and_found_again(self, host: Host, tmp_path: Path) -> None:
        """The table is reloaded without it, and with its new device."""

        async def story(watched: Watched) -> None:
            await watched.checked()
            old = watched.the_map().table().devices
            delete(host.paths()[0].name)
            await watched.until(lambda: len(watched.the_map().table().devices) == 3)
            rescan()
            await watched.until(lambda: watched.paths() == 4)
            assert set(old) & set(watched.the_map().table().devices)

        told(host, tmp_path, story)

    def test_follows_hosts_that_come_and_go(self, host: Host, tmp_path: Path) -> None:
        """A new host brings another path; where it goes, the path leaves the table."""

        async def story(watched: Watched) -> None:
            await watched.checked()
            (DRIVER / "add_host").write_text("1\n")
            await watched.until(lambda: watched.paths() == 5)
            (DRIVER / "add_host").write_text("-1\n")
            await watched.until(lambda: len(watched.the_map().table().devices) == 4 and watched.paths() == 4)

        told(host, tmp_path, story)

    def test_grows_a_map_with_its_paths(self, host: Host, tmp_path: Path) -> None:
        """With ``auto_resize grow_only``, when all of them show the new size."""

        async def story(watched: Watched) -> None:
            await watched.checked()
            size = watched.the_map().snapshot.size
            resize(host, 1)
            await watched.until(lambda: watched.the_map().snapshot.size > size)
            assert watched.paths() == 4

        try:
            told(host, tmp_path, story, config=configuration(overrides="auto_resize grow_only"))
        finally:
            host.maps()[0].remove()
            resize(host, 0)

    def test_queues_while_all_paths_are_lost_and_fails_when_the_time_is_over(self, host: Host, tmp_path: Path) -> None:
        """And queues again when a path is back."""

        async def story(watched: Watched) -> None:
            await watched.checked()
            names = [path.name for path in host.paths()]
            for name in names:
                guest.set_state(name, "offline")
            await watched.until(lambda: watched.paths() == 0)
            assert watched.queueing()
            await watched.until(lambda: not watched.queueing())
            for name in names:
                guest.set_state(name, "running")
            await watched.until(lambda: watched.paths() == 4 and watched.queueing())

        told(host, tmp_path, story)

    @pytest.mark.parametrize("years", [1, -1])
    def test_counts_no_time_by_the_wall_clock(self, host: Host, tmp_path: Path, years: int) -> None:
        """It jumps while all paths are lost: the map queues on, for as long as it may."""

        async def story(watched: Watched) -> None:
            await watched.checked()
            names = [path.name for path in host.paths()]
            for name in names:
                guest.set_state(name, "offline")
            await watched.until(lambda: watched.paths() == 0)
            lost = time.monotonic()
            with wall_clock_ahead(years * 31_536_000):
                await watched.until(lambda: not watched.queueing())
                assert time.monotonic() - lost > 1.0
                guest.set_state(names[0], "running")
                await watched.until(lambda: watched.paths() == 1)
            for name in names:
                guest.set_state(name, "running")
            await watched.until(lambda: watched.paths() == 4 and watched.queueing())

        told(host, tmp_path, story)

    def test_makes_few_plans_of_a_burst_of_uevents(self, host: Host, tmp_path: Path) -> None:
        """1,000 of the kernel's own, on paths that are what they were; udev would take its time to send as many."""

        async def story(watched: Watched) -> None:
            await watched.checked()
            await watched.monitor.settled()
            before = watched.monitor.status().counts
            names = [path.name for path in host.paths()]
            for number in range(1000):
                Path(f"/sys/block/{names[number % 4]}/uevent").write_text("change\n")
                if number % 20 == 0:
                    await asyncio.sleep(0)
            await watched.until(lambda: watched.monitor.status().counts["uevents"] >= before["uevents"] + 1000, 60)
            await asyncio.sleep(1)

            counts = watched.monitor.status().counts
            assert counts["plans"] - before["plans"] <= 10
            assert watched.paths() == 4

        with KernelUevents("kernel") as uevents:
            told(host, tmp_path, story, uevents=uevents)

    @pytest.mark.kernel(memory=640)
    def test_keeps_no_descriptor_or_thread(self, dm: Control, tmp_path: Path) -> None:
        """Begun and ended over and over, with a path that comes and goes each time."""

        async def story(watched: Watched) -> None:
            await watched.checked()
            watched.the_map().fail_path(watched.host.paths()[0].devt)
            await watched.until(lambda: watched.paths() == 4)

        def once() -> tuple[int, int]:
            with Host(control=dm) as host:
                told(host, tmp_path, story)
            return held()

        before = once()
        assert [once() for _ in range(5)] == [before] * 5


class TestAMonitorThatWasKilled:
    def test_takes_over_without_touching_what_is_right(self, host: Host, tmp_path: Path) -> None:
        """Event number, table and fail counts stay; the path that failed meanwhile is found."""
        first = started(tmp_path)
        while not (found := host.maps()) or found[0].status().paths_active < 4:
            assert first.poll() is None
        assert first.stdout is not None
        assert first.stdout.readline() == "settled\n"
        os.kill(first.pid, signal.SIGKILL)
        first.communicate()
        before = host.maps()[0].read()

        async def story(watched: Watched) -> None:
            await watched.checked()
            await watched.monitor.settled()
            now = watched.the_map().read()
            assert (now.table_line, now.status_line) == (before.table_line, before.status_line)
            assert now.info.event_nr == before.info.event_nr
            watched.the_map().fail_path(host.paths()[0].devt)
            await watched.until(lambda: watched.paths() == 4)

        told(host, tmp_path, story)


class TestUevents:
    @pytest.mark.parametrize("group", ["kernel", "udev"])
    def test_come_from_the_kernel_and_from_udev(self, host: Host, group: Literal["kernel", "udev"]) -> None:
        """Each with its properties and number, in order."""
        disk = host.paths()[0]
        with KernelUevents(group) as uevents:
            for _ in range(3):
                Path(f"/sys/block/{disk.name}/uevent").write_text("change\n")
            found: list[Uevent] = []
            while len(found) < 3:
                assert select.select([uevents], [], [], 20)[0]
                found += [uevent for uevent in uevents.read() if uevent.name == disk.name]

        assert [uevent.action for uevent in found] == ["change"] * 3
        assert [uevent.devt for uevent in found] == [disk.devt] * 3
        assert sorted(uevent.seqnum for uevent in found) == [uevent.seqnum for uevent in found]

    def test_that_were_lost_are_counted(self, host: Host) -> None:
        """What the socket's buffer cannot hold is said to be lost."""
        disk = host.paths()[0]
        with KernelUevents("kernel") as uevents:
            small = socket.socket(fileno=os.dup(uevents.fileno()))
            small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            small.close()
            for _ in range(100):
                Path(f"/sys/block/{disk.name}/uevent").write_text("change\n")

            assert uevents.read()
            assert uevents.lost > 0

    def test_of_strangers_are_none(self, host: Host) -> None:
        """A process that is not udevd cannot feed this one with words of the kernel."""
        disk = host.paths()[0]
        with KernelUevents("kernel") as uevents, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 15) as stranger:
            stranger.sendto(b"add@/x\0ACTION=add\0DEVPATH=/x\0SUBSYSTEM=block\0", (os.getpid(), 1))
            Path(f"/sys/block/{disk.name}/uevent").write_text("change\n")
            found: list[Uevent] = []
            while not any(uevent.name == disk.name for uevent in found):
                assert select.select([uevents], [], [], 20)[0]
                found += uevents.read()

        assert [uevent for uevent in found if uevent.devpath == "/x"] == []
