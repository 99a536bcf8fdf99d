"""Maps on the real machine: nodes, links, holders, with dmsetup as the oracle; the rest is in ``tests/contract``."""

import os
import stat
from pathlib import Path

import pytest

from multipath import Host, Map, MultipathTable, errors
from multipath.units import format_devt

from .conftest import UUID
from .oracle import dmsetup

pytestmark = pytest.mark.kernel


class TestANewMap:
    def test_is_the_table_that_was_asked_for(self, mpath: Map, table: MultipathTable) -> None:
        """dmsetup prints the same table, and the library calls it the same."""
        assert dmsetup("table", "mpatha") == f"0 {mpath.snapshot.size} multipath {mpath.table()}\n"
        assert table.same_as(mpath.table())

    def test_has_the_status_that_dmsetup_prints(self, mpath: Map) -> None:
        """Four active paths in two groups."""
        status = mpath.status()

        assert dmsetup("status", "mpatha") == f"0 {mpath.snapshot.size} multipath {status}\n"
        assert (status.paths_active, status.paths_total, len(status.groups)) == (4, 4, 2)

    def test_has_its_link_when_create_returns(self, mpath: Map) -> None:
        """No wait is needed before the node is opened."""
        assert os.stat("/dev/mapper/mpatha").st_rdev == mpath.devt

    @pytest.mark.parametrize(
        "ref", ["mpatha", UUID, UUID.removeprefix("mpath-"), "dm-N", "M:N", "/dev/mapper/mpatha", "/dev/dm-N"]
    )
    def test_answers_to_every_exact_reference(self, host: Host, mpath: Map, ref: str) -> None:
        """Name, uuid, WWID, number, kernel name and nodes."""
        ref = ref.replace("dm-N", f"dm-{os.minor(mpath.devt)}").replace("M:N", format_devt(mpath.devt))

        assert host.map(ref).devt == mpath.devt

    @pytest.mark.parametrize("ref", ["mpath", "mpathaa", "mpath-3600", "/dev/null", "254:99", "", "/dev/mapper/a\0"])
    def test_answers_to_nothing_less(self, host: Host, mpath: Map, ref: str) -> None:
        """A prefix, another number or another node is not found."""
        with pytest.raises(errors.NotFound):
            host.map(ref)

    def test_does_not_answer_to_another_kind_of_node(self, host: Host, mpath: Map, tmp_path: Path) -> None:
        """A character device of the same number is another device."""
        os.mknod(tmp_path / "node", stat.S_IFCHR | 0o600, mpath.devt)

        with pytest.raises(errors.NotFound):
            host.map(str(tmp_path / "node"))


class TestARename:
    def test_moves_name_and_link_and_keeps_the_identity(self, host: Host, mpath: Map) -> None:
        """The handle follows, the old name is gone."""
        mpath.rename("oracle")

        assert (mpath.name, host.map("oracle").uuid) == ("oracle", UUID)
        assert not Path("/dev/mapper/mpatha").exists()
        assert Path("/dev/mapper/oracle").exists()


class TestACreationThatTheKernelRefuses:
    def test_for_a_path_in_use_names_its_holder(self, host: Host, mpath: Map, paths: list[str]) -> None:
        """A path that is mounted: the mount point stands in the error."""
        mpath.reload(MultipathTable.build([paths[:2]]))
        held = os.open(f"/dev/block/{paths[2]}", os.O_RDONLY | os.O_EXCL)

        with pytest.raises(errors.TableLoadError) as refused:
            host.create("second", MultipathTable.build([paths[2:]]))

        os.close(held)
        assert f"process {os.getpid()}" in str(refused.value)
        assert [entry.name for entry in host.control.devices()] == ["mpatha"]


class TestAMapThatGoesAway:
    def test_that_is_open_is_refused_with_the_opener(self, mpath: Map) -> None:
        """The process that has it open stands in the error."""
        with open("/dev/mapper/mpatha", "rb"), pytest.raises(errors.DeviceBusy, match=f"process {os.getpid()}"):
            mpath.remove(timeout=0)
