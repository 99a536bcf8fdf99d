"""The generic node of a disk."""

from pathlib import Path as Folder

import pytest

from multipath.paths.generic import generic_node
from multipath.units import devt

SDA = devt(8, 0)


@pytest.fixture
def sysfs(tmp_path: Folder) -> Folder:
    """Give a disk with a generic node."""
    (tmp_path / "dev/block/8:0/device/scsi_generic/sg4").mkdir(parents=True)
    (tmp_path / "dev/block/8:0/diskseq").write_text("7\n")
    (tmp_path / "dev/block/8:16").mkdir()
    return tmp_path


class TestTheGenericNode:
    def test_is_that_of_the_disk_that_is_meant(self, sysfs: Folder) -> None:
        """By its number, and by that of the disk where it is given."""
        assert generic_node(SDA, 7, sysfs=sysfs) == "/dev/sg4"
        assert generic_node(SDA, sysfs=sysfs) == "/dev/sg4"

    def test_is_none_for_another_disk_of_that_number(self, sysfs: Folder) -> None:
        """It came after the one that is meant."""
        assert generic_node(SDA, 6, sysfs=sysfs) is None

    @pytest.mark.parametrize("number", [devt(8, 16), devt(8, 32)])
    def test_is_none_where_there_is_none(self, sysfs: Folder, number: int) -> None:
        """For what is no SCSI disk, and what is not there."""
        assert generic_node(devt(8, number & 0xFF), sysfs=sysfs) is None
