"""Waits and resizes beside multipathd, an old release and the newest: it makes the maps, and it resizes them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import pytest

from multipath import Host, errors
from multipath.multipathd.client import Multipathd
from multipath.units import Sectors

from .oracle import dmsetup
from .running_daemon import RunningDaemon, running

LONG = 60.0  # seconds
GIB: Sectors = Sectors((1 << 30) // 512)
VIRTUAL_GB = Path("/sys/bus/pseudo/drivers/scsi_debug/virtual_gb")
ADD_HOST = VIRTUAL_GB.with_name("add_host")
TEXT = "defaults {\n find_multipaths greedy\n user_friendly_names yes\n polling_interval 600\n no_path_retry 12\n}\n"


@pytest.fixture
def daemon(request: pytest.FixtureRequest) -> Iterator[RunningDaemon]:
    """Give the daemon of the class's release; `client` speaks to it."""
    with running(request.cls.RELEASE, TEXT) as (daemon, request.cls.client):
        yield daemon


@pytest.fixture
def grown(host: Host) -> Iterator[None]:
    """Let the unit have a whole GiB; no path knows of it."""
    VIRTUAL_GB.write_text("1\n")
    yield
    VIRTUAL_GB.write_text("0\n")
    for path in host.paths():
        Path(f"/sys/block/{path.name}/device/rescan").write_text("1\n")


class BesideTheDaemon:
    """What holds for every release."""

    RELEASE: ClassVar[str]
    client: ClassVar[Multipathd]

    def test_a_map_of_its_is_waited_for(self, host: Host, daemon: RunningDaemon) -> None:
        """Until all of its paths are in; then nothing is left to do."""
        (path, *_) = host.paths()
        found = host.map_of(path.devt)
        assert found is not None

        assert host.wait_map(found.uuid, paths=4, usable=True, read_write=True, timeout=LONG).devt == found.devt
        host.settle(quiet_for=0.5, timeout=LONG)
        assert not self.client.status().busy

    def test_a_map_is_whole_when_discovery_is_quiet(self, host: Host, daemon: RunningDaemon) -> None:
        """A path that a scan finds is in the map then: udev has had it, and the daemon too."""
        ADD_HOST.write_text("1\n")
        try:
            host.settle(quiet_for=1, timeout=LONG)

            (found,) = host.maps()
            assert found.snapshot.status.paths_total == len(host.paths()) > 4
            assert host.orphans() == ()
        finally:
            ADD_HOST.write_text("-1\n")
            host.settle(quiet_for=1, timeout=LONG)
            (found,) = host.maps()
            assert found.snapshot.status.paths_total == 4

    def test_the_end_of_a_map_is_that_with_the_daemon_too(self, host: Host, daemon: RunningDaemon) -> None:
        """It removes the map, and only then forgets it."""
        (found,) = host.maps()
        with pytest.raises(errors.WaitTimeout):
            host.wait_gone(found.uuid, timeout=0)

        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(lambda: host.wait_gone(found.uuid, timeout=LONG))
            self.client.remove_map(found.name)
            waiting.result()

        assert self.client.listed_maps() == ()

    def test_its_map_grows_by_the_daemon(self, host: Host, daemon: RunningDaemon, grown: None) -> None:
        """The kernel scans, we verify, it resizes; and a second time nobody does anything."""
        (found,) = host.maps()

        assert found.resize(timeout=LONG) == GIB

        assert dmsetup("table", found.name).split()[:2] == ["0", str(GIB)]
        (known,) = self.client.listed_maps()
        assert known.size in ("1.0G", "1G")
        assert found.resize(GIB, timeout=LONG) == GIB

    def test_its_map_stays_as_it_is_where_a_path_is_down(self, host: Host, daemon: RunningDaemon, grown: None) -> None:
        """We refuse before it is asked."""
        (found,) = host.maps()
        found.fail_path(host.paths()[2].devt)

        with pytest.raises(errors.PathsDiffer, match="not every path is up"):
            found.resize(timeout=LONG)

        assert found.read().size < GIB

    def test_its_map_gets_no_other_table_from_us(self, host: Host, daemon: RunningDaemon) -> None:
        """That would be undone."""
        (found,) = host.maps()

        with pytest.raises(errors.DaemonOwnsMap):
            found.resize(table=found.table())


@pytest.mark.kernel(on="6.1", memory=608, timeout=180)  # a guest of its own: disks get other names here
class TestAnOldRelease(BesideTheDaemon):
    """Debian 12's."""

    RELEASE = "0.9.4"


@pytest.mark.kernel(on="newest", memory=608, timeout=180)
class TestTheNewestRelease(BesideTheDaemon):
    """Debian unstable's."""

    RELEASE = "newest"
