"""What multipath.conf asks of a manager beyond failing and reinstating paths: on real kernels, arrays and I/O."""

import mmap
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from multipath import Host
from multipath.lab import guest, place
from multipath.lab.faults import alua_state, injected, remapped

from .monitored import Watched, configuration, told

BLOCK = 4096
ALUA = "prio alua\ndetect_prio no\npath_grouping_policy group_by_prio\n"
CHECKS = 6  # that come and change nothing: what has not happened by then does not


def serves(watched: Watched) -> str:
    """Read through the map; return the path of the group that the kernel uses then: each has one."""
    fd = os.open(f"/dev/mapper/{watched.the_map().name}", os.O_RDONLY | os.O_DIRECT)
    try:
        with mmap.mmap(-1, BLOCK) as buffer:
            for number in range(8):
                assert os.preadv(fd, [buffer], number * BLOCK) == BLOCK
    finally:
        os.close(fd)
    status = watched.the_map().status()
    (path,) = status.groups[status.current_group - 1].paths
    return Path(f"/sys/dev/block/{path.device}").resolve().name


def write_through(watched: Watched, data: bytes) -> None:
    """Write a block through the map, often enough for each path."""
    with mmap.mmap(-1, BLOCK) as buffer:
        buffer[:] = data
        fd = os.open(f"/dev/mapper/{watched.the_map().name}", os.O_WRONLY | os.O_DIRECT)
        try:
            for _ in range(8):
                assert os.pwrite(fd, buffer, 0) == BLOCK
        finally:
            os.close(fd)


def _reads(name: str) -> int:
    return int(Path(f"/sys/block/{name}/stat").read_text().split()[0])


async def made(watched: Watched) -> None:
    """Wait until the map is there, and both paths were checked and are used."""
    await watched.until(lambda: watched.paths() == 2 and len(of_kind(watched, "path_state")) >= 2)
    await watched.monitor.settled()


async def checked_more(watched: Watched, times: int = CHECKS) -> None:
    """Wait for so many checks of each path."""
    wanted = watched.monitor.status().counts["checks"] + 2 * times
    await watched.until(lambda: watched.monitor.status().counts["checks"] >= wanted, 60)


def of_kind(watched: Watched, kind: str) -> list[str]:
    """Return what was told of a kind."""
    return [str(event) for event in watched.events if event.kind == kind]


@contextmanager
def offline(name: str) -> Iterator[None]:
    """Take a path offline while the context lasts."""
    guest.set_state(name, "offline")
    try:
        yield
    finally:
        guest.set_state(name, "running")


async def fails_once(watched: Watched, name: str) -> None:
    """Let a path fail, and its checker see it; afterwards it works."""
    with offline(name):
        await watched.until(lambda: watched.paths() == 1)


async def fails_too_often(watched: Watched, name: str) -> float:
    """Let a path fail twice, which is forgiven, and once more, which is not; return when that was."""
    for _ in range(2):
        await fails_once(watched, name)
        await watched.until(lambda: watched.paths() == 2)
    assert not any("delayed" in each for each in of_kind(watched, "path_state"))
    await fails_once(watched, name)
    fell = time.monotonic()
    await watched.until(lambda: any("delayed" in each for each in of_kind(watched, "path_state")))
    return fell


@pytest.mark.kernel(backend="tcm_loop", paths=2)
class TestFailback:
    def test_is_immediate(self, host: Host, tmp_path: Path) -> None:
        """I/O goes to the other controller, and back as soon as the best one is best again."""

        async def story(watched: Watched) -> None:
            best, other = guest.luns()[0]
            await made(watched)
            assert serves(watched) == best
            with injected("alua_state", best):
                await watched.until(lambda: serves(watched) == other)
            await watched.until(lambda: serves(watched) == best)

        told(host, tmp_path, story, config=configuration(f"{ALUA}failback immediate"))

    def test_is_for_an_administrator_where_it_is_manual(self, host: Host, tmp_path: Path) -> None:
        """I/O stays where it went; a switch by hand is left alone."""

        async def story(watched: Watched) -> None:
            best, other = guest.luns()[0]
            await made(watched)
            with injected("alua_state", best):
                await watched.until(lambda: serves(watched) == other)
            await checked_more(watched)
            assert (serves(watched), watched.paths()) == (other, 2)
            watched.the_map().switch_group(1)
            await checked_more(watched, 2)
            assert serves(watched) == best

        told(host, tmp_path, story, config=configuration(f"{ALUA}failback manual"))

    def test_waits_where_it_is_a_number(self, host: Host, tmp_path: Path) -> None:
        """So many seconds from when the group is the best again."""

        async def story(watched: Watched) -> None:
            best, other = guest.luns()[0]
            await made(watched)
            with injected("alua_state", best):
                await watched.until(lambda: serves(watched) == other)
                began = time.monotonic()
            await watched.until(lambda: serves(watched) == best)
            assert time.monotonic() - began >= 5

        told(host, tmp_path, story, config=configuration(f"{ALUA}failback 5"))


@pytest.mark.kernel(backend="tcm_loop", paths=2)
class TestAPathThatComesAndGoes:
    OPTIONS = "san_path_err_threshold 2\nsan_path_err_forget_rate 100\nsan_path_err_recovery_time 6\n"

    def test_is_withheld_until_it_has_been_good_for_long(self, host: Host, tmp_path: Path) -> None:
        """``san_path_err_*``: twice is forgiven, and I/O has another path meanwhile."""

        async def story(watched: Watched) -> None:
            flapping, other = guest.luns()[0]
            await made(watched)
            began = await fails_too_often(watched, flapping)
            assert (watched.paths(), serves(watched)) == (1, other)
            await watched.until(lambda: watched.paths() == 2)
            assert time.monotonic() - began >= 5

        told(host, tmp_path, story, config=configuration(self.OPTIONS))

    def test_is_used_all_the_same_where_it_is_the_last(self, host: Host, tmp_path: Path) -> None:
        """Better one that comes and goes than none."""

        async def story(watched: Watched) -> None:
            flapping, other = guest.luns()[0]
            await made(watched)
            await fails_too_often(watched, flapping)
            with offline(other):
                await watched.until(lambda: watched.the_map().status().failed_paths == {_number(other)})
                assert serves(watched) == flapping
            await watched.until(lambda: watched.paths() == 2)

        told(host, tmp_path, story, config=configuration(self.OPTIONS.replace("time 6", "time 600")))

    def test_is_read_from_where_it_is_marginal(self, host: Host, tmp_path: Path) -> None:
        """``marginal_path_*``: twice within the time, and it is sampled before it is used; that takes minutes."""
        options = (
            "marginal_path_double_failed_time 60\nmarginal_path_err_sample_time 120\n"
            "marginal_path_err_rate_threshold 10\nmarginal_path_err_recheck_gap_time 60\n"
        )

        async def story(watched: Watched) -> None:
            flapping, other = guest.luns()[0]
            await made(watched)
            await fails_once(watched, flapping)
            await watched.until(lambda: watched.paths() == 2)
            await fails_once(watched, flapping)
            await watched.until(lambda: bool(of_kind(watched, "sample")))
            before = _reads(flapping)
            await watched.until(lambda: _reads(flapping) >= before + 30)
            assert (watched.paths(), serves(watched)) == (1, other)

        told(host, tmp_path, story, config=configuration(options))


@pytest.mark.kernel(backend="tcm_loop", paths=2)
class TestAMapOfGhosts:
    def test_is_announced_after_its_delay(self, host: Host, tmp_path: Path) -> None:
        """``ghost_delay``: no path is optimized, and udev's rules are not to read it before somebody had a chance."""

        async def story(watched: Watched) -> None:
            await watched.until(lambda: len(host.maps()) == 1)
            made = time.monotonic()
            await watched.until(lambda: bool(of_kind(watched, "announce")))
            assert 3 <= time.monotonic() - made <= 20

        names = guest.luns()[0]
        for name in names:
            alua_state.inject(name, "standby")
        try:
            told(host, tmp_path, story, config=configuration(f"{ALUA}ghost_delay 4"))
        finally:
            for name in names:
                alua_state.heal(name)


@pytest.mark.kernel(backend="iscsi", paths=2)
class TestAnArrayThatIsReconfigured:
    def test_is_not_written_to_by_a_path_to_another_unit(self, host: Host, tmp_path: Path) -> None:
        """``recheck_wwid``: a path that failed comes back, and answers well; but the unit behind it is another one."""

        async def story(watched: Watched) -> None:
            astray, other = guest.luns()[0]
            await made(watched)
            guest.set_state(astray, "offline")
            await watched.until(lambda: watched.paths() == 1)
            remapped.inject(astray)
            try:
                guest.set_state(astray, "running")
                await watched.until(lambda: bool(of_kind(watched, "recheck_wwid")))
                await watched.until(lambda: watched.the_map().table().devices == (_number(other),))
                await checked_more(watched)
                assert watched.paths() == 1
                write_through(watched, b"x" * BLOCK)
                assert not any(Path("/run/multipath-lab-array/spare").read_bytes())
            finally:
                remapped.heal(astray)
            place.write(place.device(astray) / "rescan", "1")
            await watched.until(lambda: watched.paths() == 2)

        told(host, tmp_path, story, config=configuration("recheck_wwid yes"))


@pytest.mark.kernel(backend="iscsi", paths=2, luns=2)
class TestAnArrayThatMapsAUnitNoMore:
    def test_loses_its_disks(self, host: Host, tmp_path: Path) -> None:
        """``purge_disconnected``: the array says so, and the disk goes; a unit that is mapped again is found."""

        async def story(watched: Watched) -> None:
            gone, other = guest.luns()[1]
            await watched.until(lambda: len(of_kind(watched, "path_state")) >= 4)
            await watched.monitor.settled()
            kept = host.map_of(other)
            assert kept is not None
            scan, lun = place.host(gone) / "scan", place.lun(gone)
            unit, group = (lun / "unit").resolve(strict=True), alua_state.group(gone)
            (lun / "unit").unlink()
            try:
                await watched.until(lambda: not Path(f"/sys/block/{gone}").exists())
                await watched.until(lambda: kept.table().devices == (_number(other),))
                assert [len(each.table().devices) for each in host.maps() if each.name != kept.name] == [2]
            finally:
                (lun / "unit").symlink_to(unit)
                place.write(lun / "alua_tg_pt_gp", group)
            place.write(scan, "- - -")
            await watched.until(lambda: kept.status().paths_active == 2)

        told(host, tmp_path, story, config=configuration("purge_disconnected yes"))


def _number(name: str) -> str:
    return Path(f"/sys/block/{name}/dev").read_text().strip()
