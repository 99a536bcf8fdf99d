"""A path that leads to another unit, all of a sudden, under a disk that the kernel still takes for the old one."""

from pathlib import Path

import pytest

from multipath import Control, Host, MultipathTable
from multipath.errors import PathsDiffer
from multipath.lab import guest
from multipath.lab.disk import DirectDisk
from multipath.lab.faults import injected
from multipath.lab.load import fill

BLOCK = 4096


@pytest.mark.slow
@pytest.mark.kernel(backend="iscsi", paths=2)
class TestAPathThatLeadsElsewhere:
    def test_joins_no_map(self) -> None:
        """The kernel's own record of its identity is the old one; the library asks the path itself."""
        first, other = guest.luns()[0]
        designator = Path(f"/sys/block/{other}/device/wwid").read_text()
        with DirectDisk(f"/dev/{first}") as disk:
            fill(disk, 3, 1)
        with Control() as dm, Host(control=dm) as host:
            table = MultipathTable.build([[f"/dev/{first}"], [f"/dev/{other}"]])
            with injected("remapped", other):
                with DirectDisk(f"/dev/{other}") as disk:
                    assert disk.read(0, BLOCK) == bytes(BLOCK)
                assert Path(f"/sys/block/{other}/device/wwid").read_text() == designator
                with pytest.raises(PathsDiffer):
                    host.create("remapped", table, uuid="mpath-lab-remapped")
            assert dm.devices() == []
            host.create("remapped", table, uuid="mpath-lab-remapped").remove()
        with DirectDisk(f"/dev/{other}") as disk:
            assert disk.read(0, BLOCK) != bytes(BLOCK)
