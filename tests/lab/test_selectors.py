"""Path selectors beside the kernel's at work: which path each read of a real map took, and what its status counts."""

from pathlib import Path

import pytest

from multipath import Control, MultipathStatus, MultipathTable, Target, path_selector
from multipath.units import Sectors

from .reads import Reads

pytestmark = pytest.mark.kernel(udev=False)

_BLOCK = 4096


class TestAMapThatIsRead:
    @pytest.mark.parametrize(
        "group",
        [
            "round-robin 0 4 1 {0} 1 {1} 1 {2} 1 {3} 1",
            "queue-length 0 4 1 {0} 1 {1} 1 {2} 1 {3} 1",
            "service-time 0 4 2 {0} 1 1 {1} 1 1 {2} 1 1 {3} 1 1",
            "service-time 0 4 2 {0} 1 1 {1} 1 7 {2} 1 7 {3} 1 0",
        ],
    )
    def test_goes_down_the_paths_that_the_selector_chooses(self, dm: Control, paths: list[str], group: str) -> None:
        """Read after read, with a path that fails on the way and comes back."""
        table = MultipathTable.parse(f"2 queue_mode bio 0 1 1 {group.format(*paths)}")
        selector = path_selector(table.groups[0])
        size = Sectors(int(Path(f"/sys/dev/block/{paths[0]}/size").read_text()))
        info = dm.create("chosen")
        dm.load(info, [Target(Sectors(0), size, "multipath", str(table))])
        dm.resume(info)

        with Reads(f"/dev/{info.node}", paths) as reads:
            assert reads.taken(8) == [selector.select(_BLOCK) for _ in range(8)]
            dm.message(info, f"fail_path {paths[1]}")
            selector.fail(1)
            assert reads.taken(8) == [selector.select(_BLOCK) for _ in range(8)]
            dm.message(info, f"reinstate_path {paths[1]}")
            selector.reinstate(1)
            assert reads.taken(8) == [selector.select(_BLOCK) for _ in range(8)]

        shown = MultipathStatus.parse(dm.status(info)[0].params, table).groups[0]
        assert [path.selector_words() for path in shown.paths] == [tuple(map(str, row)) for row in selector.status()]
