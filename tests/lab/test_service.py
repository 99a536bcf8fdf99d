"""``mpath run`` on a real kernel: it makes maps and keeps them, and may be killed at any moment."""

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host, Map
from multipath.frontends.cli.exit_code import ExitCode
from multipath.frontends.manager.status_socket import SOCKET
from multipath.lab import guest, multipath_tools
from multipath.lab.faults import injected
from multipath.lab.load import Load
from multipath.multipathd.socket import daemon_is_running

from . import stalled
from .managing import Manager, managed, until

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("dm")]


def the_map(host: Host) -> Map:
    """Return the one map."""
    (found,) = host.maps()
    return found


def used(host: Host) -> int:
    """Return how many paths of the one map the kernel uses."""
    return the_map(host).status().paths_active


def a_path() -> tuple[str, str]:
    """Return the kernel's name and number of one path, whatever they are by now."""
    name = guest.luns()[0][0]
    return name, Path(f"/sys/block/{name}/dev").read_text().strip()


def memory(manager: Manager) -> int:
    """Return how much of it is in memory, in KiB."""
    lines = Path(f"/proc/{manager.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def traces(each: Map) -> tuple[object, ...]:
    """Return what a change of a map would change: its number, its table, its event number, the counts of failures."""
    info, status = each.info(), each.status()
    paths = tuple((path.device, path.active, path.fail_count) for group in status.groups for path in group.paths)
    return each.devt, str(each.table()), info.event_nr, info.suspended, paths


class TestAManager:
    @pytest.mark.kernel
    def test_makes_the_maps_before_it_is_ready_and_leaves_them(self, host: Host, tmp_path: Path) -> None:
        """SIGTERM ends it with code 0 and without its socket; systemd was told, and the watchdog kept quiet."""
        with managed(tmp_path) as manager:
            assert used(host) == 4
            assert len(manager.ask("paths")) == 4
            until(lambda: bool(manager.ask("health")["healthy"]), "all is well")
            manager.wait_notified("WATCHDOG=1")

            assert manager.stop() == ExitCode.OK
            assert not (tmp_path / SOCKET).exists()
            assert used(host) == 4
            assert "notice: stopped" in manager.log

    @pytest.mark.kernel
    def test_follows_a_path_down_and_up_with_a_line_for_each(self, host: Host, tmp_path: Path) -> None:
        """Also where no I/O meets it."""
        name, devt = a_path()
        with managed(tmp_path) as manager:
            guest.set_state(name, "offline")
            until(lambda: used(host) == 3, "the path is failed")
            until(lambda: "1 of 4" in str(manager.ask("health")["problems"]), "who asks is told")
            guest.set_state(name, "running")
            until(lambda: used(host) == 4, "the path is used again")

            for line in (f": fail path {devt}", f": reinstate path {devt}"):
                until(lambda line=line: line in manager.log, f"the log has {line!r}")  # type: ignore[misc]

    @pytest.mark.kernel
    def test_applies_another_configuration_on_sighup(self, host: Host, tmp_path: Path) -> None:
        """And keeps the one it has where the new one is worse."""
        with managed(tmp_path) as manager:
            assert len(the_map(host).table().groups) == 1
            manager.configure("failover")
            manager.process.send_signal(signal.SIGHUP)
            until(lambda: len(the_map(host).table().groups) == 4, "the other policy holds")
            manager.configure("nonsense")
            manager.process.send_signal(signal.SIGHUP)
            until(lambda: "the former one holds" in manager.log, "the log says that it is not taken")

            assert len(the_map(host).table().groups) == 4
            assert used(host) == 4

    @pytest.mark.kernel
    def test_is_the_only_one(self, tmp_path: Path) -> None:
        """A second one is code 4, and changes nothing."""
        with managed(tmp_path):
            second = Manager(tmp_path)

            assert second.wait_ended() == ExitCode.BUSY
            assert "a manager runs already" in second.log

    @pytest.mark.kernel
    def test_does_not_grow(self, host: Host, tmp_path: Path) -> None:
        """Sixty failures and returns of a path more cost it less than half a megabyte."""
        _, devt = a_path()
        with managed(tmp_path) as manager:
            disk, control = the_map(host), host.control
            sizes = []
            for _ in range(2):
                for _ in range(60):
                    control.message(disk.info(), f"fail_path {devt}")
                    control.message(disk.info(), f"reinstate_path {devt}")
                until(lambda: bool(manager.ask("health")["healthy"]), "all is well")
                subprocess.run(["udevadm", "settle"], check=True)
                sizes.append(memory(manager))

            assert sizes[1] - sizes[0] < 512, sizes


@pytest.fixture
def daemon() -> Iterator[None]:
    """Let multipathd run, which looks after nothing."""
    configuration, plugins = Path("/etc/multipath.conf"), Path("/usr/lib/multipath")
    configuration.write_text("blacklist {\n devnode .*\n}\n")
    plugins.unlink(missing_ok=True)
    plugins.symlink_to(next(multipath_tools.tree("0.9.4").rglob("lib/multipath")))
    words = [*multipath_tools.program("0.9.4", "multipathd"), "-d"]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until(daemon_is_running, "multipathd runs")
        yield
    finally:
        process.terminate()
        process.wait()
        configuration.unlink()
        plugins.unlink()


class TestAManagerBesideMultipathd:
    @pytest.mark.kernel(on="6.12")
    @pytest.mark.usefixtures("daemon")
    def test_refuses_or_only_watches(self, host: Host, tmp_path: Path) -> None:
        """Code 4, and with ``--watch-only`` it runs and does nothing."""
        refused = Manager(tmp_path)
        assert refused.wait_ended() == ExitCode.BUSY
        assert "multipathd runs" in refused.log
        with managed(tmp_path, "--watch-only") as manager:
            assert manager.ask("status")["acting"] is False
            assert "not done" in manager.log
            assert host.maps() == []


class TestAManagerThatIsKilled:
    @pytest.mark.kernel
    def test_leaves_io_alone_however_often(self, host: Host, tmp_path: Path) -> None:
        """Under I/O, at random moments of its life: number, table, event number and fail counts stay as they are."""
        manager = Manager(tmp_path)
        manager.wait_notified("READY=1")
        disk = the_map(host)
        until(lambda: bool(manager.ask("health")["healthy"]), "all is well")
        before = traces(disk)
        try:
            with Load(f"/dev/mapper/{disk.name}", writers=1, readers=1, pause=0.002) as load:
                for _ in range(12):
                    manager.kill()
                    manager = Manager(tmp_path)
                    time.sleep(random.uniform(0.0, 1.5))  # any moment of its life, its start above all
                manager.wait_notified("READY=1")
                until(lambda: bool(manager.ask("health")["healthy"]), "all is well")
                report = load.wait_verified(50)

                assert traces(disk) == before
                assert report.is_good, report
                load.finish()
        finally:
            manager.kill()
            disk.remove()

    @pytest.mark.kernel
    def test_is_made_up_for_by_the_next(self, host: Host, tmp_path: Path) -> None:
        """What changed while there was none is seen to: a path that is down is failed, one that is up is used."""
        with managed(tmp_path) as manager:
            manager.kill()
            name, devt = a_path()
            other = next(path.device for path in the_map(host).status().paths if path.device != devt)
            guest.set_state(name, "offline")
            host.control.message(the_map(host).info(), f"fail_path {other}")
            second = Manager(tmp_path)
            try:
                until(
                    lambda: list(the_map(host).status().failed_paths) == [devt],
                    "the states are those of the devices",
                )
            finally:
                second.kill()
                guest.set_state(name, "running")


class TestAStallBudget:
    @pytest.mark.kernel
    def test_is_given_back_though_one_was_killed(self, host: Host, tmp_path: Path) -> None:
        """The values of before are in a journal: the next one ends with them."""
        before = timeouts()
        with managed(tmp_path, "--max-stall", "5") as manager:
            until(lambda: timeouts() != before, "the timeouts are shorter")
            manager.kill()
            second = Manager(tmp_path, "--max-stall", "5")
            second.wait_notified("READY=1")

            assert timeouts() != before
            assert second.stop() == ExitCode.OK
            assert timeouts() == before

    @pytest.mark.kernel
    def test_that_is_not_wanted_any_more_is_given_back_by_the_next(self, host: Host, tmp_path: Path) -> None:
        """It adopts the paths without one, and restores what no path needs."""
        before = timeouts()
        with managed(tmp_path, "--max-stall", "5") as manager:
            until(lambda: timeouts() != before, "the timeouts are shorter")
            manager.kill()
            second = Manager(tmp_path)
            second.wait_notified("READY=1")

            until(lambda: timeouts() == before, "they are as before")
            assert second.stop() == ExitCode.OK

    # In a guest of its own, as those of test_stall.py.
    @pytest.mark.kernel(backend="scsi_debug_per_path", paths=2, memory=576, timeout=90)
    def test_bounds_the_wait_for_a_path_that_goes_silent(self, host: Host, tmp_path: Path) -> None:
        """No read fails, none waits for longer than the budget, and the log says once what was seen and done."""
        with managed(tmp_path, "--max-stall", "5") as manager:
            disk = the_map(host)
            until(lambda: bool(manager.ask("health")["healthy"]), "all is well")
            load = stalled.Load(f"/dev/mapper/{disk.name}")
            with injected("lost", "sda"):
                fault = time.monotonic()
                until(lambda: used(host) == 1, "the path is failed")
                until(lambda: not load.stuck(fault), "what was caught has come back")
            until(lambda: used(host) == 2, "the path is used again")
            stall = load.stall(fault)
            load.close()

            assert stall.errors == 0
            assert 0.5 < stall.caught < 5.0, f"{stall}\n{manager.log}"
            assert manager.log.count(": silent 8:0") == 1


def timeouts() -> dict[str, str]:
    """Return the attributes of all disks that say how long a command may take."""
    files = [file for name in ("queue/io_timeout", "device/timeout") for file in Path("/sys/block").glob(f"sd*/{name}")]
    return {str(file): file.read_text() for file in files}
