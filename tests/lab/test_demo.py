"""The demonstration on the real kernel: it tells the truth, and leaves nothing, however it ends."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from multipath import Control, EventKind, Host, MultipathTable
from multipath.blocks import BLOCK_SIZE
from multipath.errors import WaitTimeout
from multipath.frontends.cli.journal import Journal
from multipath.frontends.cli.main import main
from multipath.frontends.cli.rehearsal import NAME, UUID_PREFIX
from multipath.frontends.cli.stage import KernelStage, find_array
from multipath.lab.load import Load

from .conftest import UUID

pytestmark = [pytest.mark.kernel, pytest.mark.slow]

DEMO = [sys.executable, "-m", "multipath.frontends.cli.main", "demo", "--here"]


def states() -> set[str]:
    """Return the states of all paths."""
    return {path.read_text().strip() for path in Path("/sys/block").glob("sd*/device/state")}


def stopped_at(line: str, number: signal.Signals) -> tuple[int, str]:
    """Run the demonstration, send it a signal when it has printed ``line``; return its exit code and its errors."""
    with subprocess.Popen(DEMO, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        assert demo.stderr
        next(text for text in demo.stdout if line in text)
        demo.send_signal(number)
        demo.stdout.read()
        return demo.wait(), demo.stderr.read()


class TestTheDemonstration:
    def test_tells_its_story_and_leaves_nothing(self, dm: Control, capsys: pytest.CaptureFixture[str]) -> None:
        """Every event in its place, every byte right."""
        assert main(["demo"]) == 0

        out, err = capsys.readouterr()
        told = [line.split(f"{NAME}: ")[1].split(" (")[0] for line in out.splitlines() if "  event " in line]
        told = [each for each in told if each != "resumed"]  # whoever looks in the middle of that sees it twice
        assert told[:3] == ["added", "path failed 8:0", "path reinstated 8:0"]
        assert sorted(told[3:6]) in (
            ["group switched group 2", "path failed 8:0", "path failed 8:16"],
            ["path failed 8:0", "path failed 8:16", "path reinstated 8:0"],
        )
        assert told[-3:] == ["path reinstated 8:16", "group switched group 1", "removed"]
        assert "0 blocks differ" in out
        assert "left behind: nothing" in out
        assert err == ""
        assert states() == {"running"}

    def test_can_be_told_again(self, dm: Control, capsys: pytest.CaptureFixture[str]) -> None:
        """One run is no burden to the next."""
        assert [main(["demo", "--here"]), main(["demo", "--here"])] == [0, 0]
        assert capsys.readouterr().out.count("* verified\n") == 2

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    @pytest.mark.parametrize("line", ["four paths", "event  0", "sda goes offline", "all of group 1"])
    def test_that_is_interrupted_leaves_nothing(self, dm: Control, line: str, number: signal.Signals) -> None:
        """At any place of the story: the paths run, the map is gone, and nothing is said."""
        line = "4 paths lead" if line == "four paths" else line

        assert stopped_at(line, number) == (130, "")
        assert dm.devices() == []
        assert states() == {"running"}

    def test_that_was_killed_is_cleaned_up_by_the_next(self, dm: Control, capsys: pytest.CaptureFixture[str]) -> None:
        """Its map is known by the uuid, and its paths run again."""
        assert stopped_at("event  1", signal.SIGKILL)[0] == -signal.SIGKILL
        assert [entry.name for entry in dm.devices()] == [NAME]
        assert states() == {"running", "offline"}

        assert main(["demo", "--here"]) == 0
        assert f"A killed run had left the map {NAME}: removed.\n" in capsys.readouterr().out
        assert states() == {"running"}

    def test_knows_a_leftover_that_never_had_a_table(self, dm: Control) -> None:
        """Killed between the first command and the second."""
        dm.create("half", uuid=f"{UUID_PREFIX}half")

        assert main(["demo", "--here"]) == 0

    def test_leaves_a_map_of_that_name_alone_that_is_not_its_own(
        self, host: Host, table: MultipathTable, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Code 4: the name is taken, and the map stays."""
        mpath = host.create(NAME, table, uuid=UUID)

        assert main(["demo", "--here"]) == 4
        assert mpath.info().uuid == UUID


class TestLoadOnAMap:
    def test_sees_no_difference_while_paths_come_and_go(
        self, host: Host, table: MultipathTable, paths: list[str]
    ) -> None:
        """Each path in its turn, under I/O."""
        mpath = host.create("mpatha", table, uuid=UUID)
        with Load("/dev/mapper/mpatha", blocks=64) as io:
            for path in paths:
                mpath.fail_path(path)
                io.wait_verified(50)
                mpath.reinstate_path(path)
            report = io.finish()

        assert report.is_good
        assert report.bytes_compared == report.blocks_read * BLOCK_SIZE

    def test_finds_a_byte_that_somebody_else_wrote(self, host: Host, table: MultipathTable) -> None:
        """Behind the back of the map, through another one on the same unit."""
        first, other = table.groups[0].paths[0].device, table.groups[1].paths[0].device
        host.create("mpatha", MultipathTable.build([[first]]), uuid=UUID)
        host.create("mpathb", MultipathTable.build([[other]]), uuid=f"{UUID}b")
        with Load("/dev/mapper/mpatha", blocks=64) as io, Load("/dev/mapper/mpathb", blocks=64) as rival:
            rival.wait_verified(1)
            io.wait_verified(300)
            report = io.finish()

        assert not report.is_good
        assert "of another run" in report.evidence[0]

    def test_says_that_it_hangs(self, host: Host, table: MultipathTable, paths: list[str]) -> None:
        """A map that queues holds the I/O until a path is back; then not a byte is lost."""
        mpath = host.create("mpatha", table, uuid=UUID)
        mpath.queue_if_no_path(True)
        with Load("/dev/mapper/mpatha", blocks=64) as io:
            io.wait_verified(50)
            for path in paths:
                mpath.fail_path(path)
            with pytest.raises(WaitTimeout, match="hangs"):
                io.wait_verified(1000, timeout=0.3)
            mpath.reinstate_path(paths[0])
            io.wait_verified(50)
            report = io.finish()

        assert report.is_good
        assert report.longest > 100_000_000


class TestTheJournal:
    def test_waits_for_the_event_and_ticks_it_off(self, host: Host, table: MultipathTable, paths: list[str]) -> None:
        """What nobody expected stays on the list."""
        told: list[EventKind] = []
        with Journal(host.control, UUID, lambda event: told.append(event.kind)) as journal:
            mpath = host.create("mpatha", table, uuid=UUID)
            mpath.fail_path(paths[1])
            event = journal.expect(EventKind.PATH_FAILED, path=paths[1])

        assert (event.path, event.group) == (paths[1], 1)
        assert [event.kind for event in journal.unexpected] == [EventKind.ADDED]
        # The kernel wakes a poller when it swaps the tables, and resumes the map afterwards: either may be seen.
        assert [kind for kind in told if kind is not EventKind.RESUMED] == [EventKind.ADDED, EventKind.PATH_FAILED]

    def test_says_what_came_instead(self, host: Host, table: MultipathTable, paths: list[str]) -> None:
        """An event that did not come is told with those that did."""
        with Journal(host.control, UUID, lambda _: None) as journal:
            mpath = host.create("mpatha", table, uuid=UUID)
            mpath.fail_path(paths[1])
            with pytest.raises(WaitTimeout, match=f"others that came: .*path failed {paths[1]}"):
                journal.expect(EventKind.PATH_FAILED, path=paths[0], timeout=0.2)


def test_the_array_is_found(host: Host) -> None:
    """The lab's array is one that may be written to."""
    stage, found = KernelStage(host), find_array(host)

    stage.set_state(found[0], "offline")
    assert states() == {"running", "offline"}
    stage.set_state(found[0], "running")
    assert [path.name for path in found] == ["sda", "sdb", "sdc", "sdd"]
