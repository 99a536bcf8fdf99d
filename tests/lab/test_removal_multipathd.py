"""Taking maps away beside a running multipathd: through it, and nothing of what it leaves behind stays."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Final

import pytest

from multipath import Control, Host, Map, errors
from multipath.maps.state_file import StateFolder
from multipath.multipathd.client import Multipathd

from .oracle import dmsetup
from .running_daemon import RunningDaemon, running, until
from .test_removal import HOLD, WRITE, bring_back, partition, program, state

TEXT: Final = (
    "defaults {\n find_multipaths greedy\n user_friendly_names yes\n polling_interval 600\n max_polling_interval 600\n"
    " no_path_retry queue\n uxsock_timeout 60000\n}\n"
)


class Beside:
    """What holds for every release."""

    RELEASE: ClassVar[str]
    client: ClassVar[Multipathd]

    @pytest.fixture
    def daemon(self) -> Iterator[RunningDaemon]:
        """Give the daemon; `client` speaks to it."""
        with running(self.RELEASE, TEXT) as (daemon, type(self).client):
            yield daemon

    @pytest.fixture
    def mpath(self, host: Host, daemon: RunningDaemon) -> Map:
        """Give the map that it made."""
        (found,) = host.maps()
        assert found.name == "mpatha"
        assert found.table().features.queue_if_no_path
        return found

    def test_it_removes_the_map_and_forgets_its_paths(self, host: Host, mpath: Map) -> None:
        """Partitions and disks too; nobody makes the map again, and nothing of it is left with the daemon."""
        wwid = mpath.uuid.removeprefix("mpath-")
        partition(1)
        plan = host.detach_plan("mpatha", paths=True, forget=True)
        assert "remove map mpatha" in str(plan)
        assert "by multipathd" in str(plan)

        try:
            assert plan.run(patience=30).is_clean

            assert (dmsetup("ls"), host.paths()) == ("No devices found\n", ())
            until(lambda: not self.client.paths() and not self.client.maps())
            assert wwid not in StateFolder().wwids()
        finally:
            bring_back()

    def test_a_map_in_use_is_as_it_was(self, host: Host, mpath: Map) -> None:
        """Multipathd is not asked: it would turn queueing off for good."""
        partition(1)
        before = state()
        with program(HOLD, "/dev/mapper/mpatha") as child:
            with pytest.raises(errors.DetachFailed, match=f"process {child.pid}"):
                host.detach_plan("mpatha").run(patience=0.2)
            assert state() == before
            child.communicate("")
        assert host.detach_plan("mpatha").run(patience=30).is_clean

    def test_a_map_that_it_finds_in_use_is_as_it_was_too(
        self, host: Host, mpath: Map, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody opened it after we had looked: what multipathd turned off and removed is put back."""
        partition(1)
        before = state()
        monkeypatch.setattr("multipath.maps.daemon_removal.wait_for_users", lambda *_: None)
        with program(HOLD, "/dev/mapper/mpatha") as child:
            with pytest.raises(errors.DetachFailed) as failed:
                host.detach_plan("mpatha").run(patience=0.2)
            assert isinstance(failed.value.errors[0], errors.DeviceBusy | errors.DaemonRefused)
            assert state() == before
            child.communicate("")
        monkeypatch.undo()
        assert host.detach_plan("mpatha").run(patience=30).is_clean

    def test_the_writer_of_a_map_without_a_path_fails_where_that_is_allowed(self, host: Host, mpath: Map) -> None:
        """Multipathd would have it wait for ever, and is told not to; then the map goes."""
        names = [path.name for path in host.paths()]
        for name in names:
            Path(f"/sys/block/{name}/device/state").write_text("offline\n")
            mpath.fail_path(name)
        try:
            with program(WRITE, "/dev/mapper/mpatha") as writer:
                assert writer.stdout
                with pytest.raises(errors.DetachFailed, match="fail_io=True"):
                    host.detach_plan("mpatha", ghosts=True).run()
                assert mpath.table().features.queue_if_no_path

                report = host.detach_plan("mpatha", ghosts=True, fail_io=True).run(patience=60)

                assert writer.stdout.readline() == "5\n"
            assert report.is_clean
        finally:
            for name in names:
                Path(f"/sys/block/{name}/device/state").write_text("running\n")

    def test_a_map_without_a_path_queues_again_where_its_user_stays(self, host: Host, mpath: Map) -> None:
        """With the kernel, and with multipathd, whose own listing says so."""
        for path in host.paths():
            mpath.fail_path(path.name)
        before = state()
        with program(HOLD, "/dev/mapper/mpatha") as child:
            with pytest.raises(errors.DetachFailed, match=f"process {child.pid}"):
                host.detach_plan("mpatha", ghosts=True, fail_io=True).run(patience=0.2)

            assert state() == before
            assert [found.queueing for found in self.client.maps()] == ["on"]
            child.communicate("")
        assert host.detach_plan("mpatha", ghosts=True, fail_io=True).run(patience=30).is_clean

    def test_a_single_command_of_the_map_still_refuses(self, mpath: Map, dm: Control) -> None:
        """Who does not say that multipathd is to be asked is told that it has to be."""
        with pytest.raises(errors.DaemonOwnsMap):
            mpath.remove(partitions=True)

        assert dm.info("mpatha").live_table
        assert subprocess.run(["dmsetup", "info", "mpatha"], capture_output=True, check=True)


@pytest.mark.slow
@pytest.mark.kernel(timeout=300)
class TestBesideTheOldest(Beside):
    RELEASE = "0.9.4"


@pytest.mark.slow
@pytest.mark.kernel(timeout=300)
class TestBesideTheNewest(Beside):
    RELEASE = "newest"
