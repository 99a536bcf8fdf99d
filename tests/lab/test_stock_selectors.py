"""The two selectors that no distribution ships, as modules that were built for a stock kernel."""

from pathlib import Path

import pytest

from multipath import Control, MultipathStatus, MultipathTable, Target
from multipath.units import Sectors

from .reads import Reads

pytestmark = pytest.mark.kernel(
    stock=True, on="6.1", udev=False, modules=("dm-historical-service-time", "dm-io-affinity")
)


def made(dm: Control, paths: list[str], group: str) -> tuple[str, MultipathTable]:
    """Make a map of one group of the four paths; return its node and its table as it was written."""
    table = MultipathTable.parse(f"2 queue_mode bio 0 1 1 {group.format(*paths)}")
    size = Sectors(int(Path(f"/sys/dev/block/{paths[0]}/size").read_text()))
    info = dm.create("chosen")
    dm.load(info, [Target(Sectors(0), size, "multipath", str(table))])
    dm.resume(info)
    return f"/dev/{info.node}", table


class TestIoAffinity:
    GROUP = "io-affinity 0 4 1 {0} 1 {1} 2 {2} 4 {3} 8"

    def test_sends_reads_down_the_path_of_their_processor(self, dm: Control, paths: list[str]) -> None:
        """A path has the processors of its mask; there is one here, and places for three more."""
        node, _ = made(dm, paths, self.GROUP)

        with Reads(node, paths) as reads:
            assert reads.taken(8) == [0] * 8

    def test_goes_elsewhere_when_that_path_fails(self, dm: Control, paths: list[str]) -> None:
        """Another path serves the processor until its own is back."""
        node, _ = made(dm, paths, self.GROUP)

        with Reads(node, paths) as reads:
            dm.message("chosen", f"fail_path {paths[0]}")
            assert 0 not in reads.taken(4)
            dm.message("chosen", f"reinstate_path {paths[0]}")
            assert reads.taken(4) == [0] * 4

    def test_reports_a_table_that_the_library_reads(self, dm: Control, paths: list[str]) -> None:
        """The masks are those of the table, in the kernel's own form, and the status has one number for a path."""
        _, table = made(dm, paths, self.GROUP)

        loaded = MultipathTable.parse(dm.table("chosen")[0].params)
        shown = MultipathStatus.parse(dm.status("chosen")[0].params, loaded).groups[0]

        assert loaded.groups[0] == table.groups[0]
        assert [path.device for path in shown.paths] == paths


class TestHistoricalServiceTime:
    GROUP = "historical-service-time 2 512 1 4 1 {0} 1 {1} 1 {2} 1 {3} 1"

    def test_uses_the_paths_that_are_up(self, dm: Control, paths: list[str]) -> None:
        """Whatever the times were, a failed path gets nothing."""
        node, _ = made(dm, paths, self.GROUP)

        with Reads(node, paths) as reads:
            assert set(reads.taken(16)) <= {0, 1, 2, 3}
            for path in paths[:3]:
                dm.message("chosen", f"fail_path {path}")
            assert reads.taken(4) == [3] * 4

    def test_counts_the_time_of_each_path(self, dm: Control, paths: list[str]) -> None:
        """A path that was used has a service time, in nanoseconds, and nothing outstanding."""
        node, table = made(dm, paths, self.GROUP)
        with Reads(node, paths) as reads:
            used = set(reads.taken(16))

        shown = MultipathStatus.parse(dm.status("chosen")[0].params, table).groups[0]

        times = [tuple(map(int, path.selector_words())) for path in shown.paths]
        assert {number for number, (average, _, _) in enumerate(times) if average} == used
        assert {outstanding for _, outstanding, _ in times} == {0}

    def test_reports_a_table_that_the_library_reads(self, dm: Control, paths: list[str]) -> None:
        """The kernel prints the base weight and the threshold that it was given."""
        _, table = made(dm, paths, self.GROUP)

        loaded = MultipathTable.parse(dm.table("chosen")[0].params)

        assert loaded.groups[0].selector == table.groups[0].selector
