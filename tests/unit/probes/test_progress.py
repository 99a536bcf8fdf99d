"""Whether anything comes back, from what the kernel counts."""

import os
from pathlib import Path as Folder

import pytest

from multipath.probes.progress import Counters, Gate, Progress, gates_of, read_counters
from multipath.units import DevT, devt

from ..paths.timeout_tree import timeout_tree

PATIENCE = 0.25
SDA, SDB = devt(8, 0), devt(8, 16)
# Of Linux 6.1, and the first fields alone, as before 4.18.
LINES = """\
   8       0 sda 307 0 10560 259976 12 0 96 7 3 152740 259976 2 0 16 0 4 0
   8      16 sdb 148 0 10560 20 0 0 0 0 0 20 8
  254       0 dm-0 49 0 0 0 0 0 0 0 3 500 0 0 0 0 0 0 0
  garbage
"""


def seen(progress: Progress, now: float, **counters: tuple[int, int]) -> list[DevT]:
    """Return who is quiet."""
    numbers = {"sda": SDA, "sdb": SDB}
    return [
        quiet.devt
        for quiet in progress.see({numbers[name]: Counters(*each) for name, each in counters.items()}, now, PATIENCE)
    ]


class TestTheCountersOfDisks:
    def test_are_those_of_the_disks_that_were_asked_for(self, tmp_path: Folder) -> None:
        """Reads, writes, discards and flushes that have come back; and how many are out."""
        (tmp_path / "diskstats").write_text(LINES)

        found = read_counters([SDA, SDB, devt(8, 32)], str(tmp_path / "diskstats"))

        assert found == {SDA: Counters(3, 307 + 12 + 2 + 4), SDB: Counters(0, 148)}

    def test_are_none_in_a_world_that_counts_nothing(self, tmp_path: Folder) -> None:
        """A world in memory has no such file."""
        assert read_counters([SDA], str(tmp_path / "diskstats")) == {}


class TestAPath:
    def test_is_quiet_when_nothing_came_back_for_long(self) -> None:
        """From the first look on that found something in flight."""
        progress = Progress()

        assert [seen(progress, now, sda=(3, 100)) for now in (0.0, 0.2, 0.3)] == [[], [], [SDA]]

    def test_is_not_quiet_while_anything_comes_back(self) -> None:
        """However much is in flight."""
        progress = Progress()

        assert [seen(progress, now, sda=(300, done)) for now, done in ((0.0, 1), (0.3, 2), (0.6, 3))] == [[], [], []]

    def test_is_not_quiet_when_it_has_nothing_to_do(self) -> None:
        """And the time begins anew with the next request."""
        progress = Progress()
        seen(progress, 0.0, sda=(1, 1))
        seen(progress, 0.2, sda=(0, 1))

        assert seen(progress, 0.4, sda=(1, 1)) == []
        assert seen(progress, 0.7, sda=(1, 1)) == [SDA]

    def test_that_went_away_is_forgotten(self) -> None:
        """What comes at its number later is another."""
        progress = Progress()
        seen(progress, 0.0, sda=(1, 1))
        seen(progress, 0.2, sdb=(1, 1))

        assert seen(progress, 0.4, sda=(1, 1), sdb=(1, 1)) == []


class TestWhatStandsAboveAPath:
    @pytest.mark.parametrize(
        ("name", "file", "shut"),
        [
            ("fc", "rport-2:0-1/fc_remote_ports/rport-2:0-1/port_state", "Blocked"),
            ("fc", "host2/scsi_host/host2/state", "recovery"),
            ("iscsi", "session2/iscsi_session/session2/state", "FAILED"),
            ("nvme", "nvme1/state", "connecting"),
        ],
    )
    def test_makes_it_quiet_when_it_takes_no_commands(self, tmp_path: Folder, name: str, file: str, shut: str) -> None:
        """As the kernel says it; for longer than one may wait."""
        path = timeout_tree(name, tmp_path)
        gates, progress = {path.devt: gates_of(path, sysfs=tmp_path)}, Progress()
        assert list(progress.see_gates(gates, 0.0, PATIENCE)) == []
        state = next(gate.file for gate in gates[path.devt] if gate.file.endswith(file))

        Folder(state).write_text(f"{shut}\n")

        assert list(progress.see_gates(gates, 1.0, PATIENCE)) == []
        quiet = list(progress.see_gates(gates, 1.5, PATIENCE))
        assert [each.devt for each in quiet] == [path.devt]
        assert shut in quiet[0].evidence

    def test_may_go_away(self, tmp_path: Folder) -> None:
        """A file that is gone says nothing."""
        gate = Gate(os.fspath(tmp_path / "a/b/state"), frozenset({"running"}))

        assert list(Progress().see_gates({SDA: (gate,)}, 0.0, PATIENCE)) == []
