"""The paths of a table as numbers, on a sysfs of a few files."""

from pathlib import Path

import pytest

from multipath import MultipathTable, errors
from multipath.maps.numbered import numbered
from multipath.units import devt

TEXT = "1 queue_if_no_path 0 2 2 service-time 0 2 1 {} 7 {} 1 round-robin 0 1 0 {}"


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    """A host with ``sda`` as 8:0."""
    (tmp_path / "class/block/sda").mkdir(parents=True)
    (tmp_path / "class/block/sda/dev").write_text("8:0\n")
    return tmp_path


class TestATable:
    def test_keeps_all_but_the_names(self, sysfs: Path) -> None:
        """Arguments, groups and features stay; one device under three names is one number."""
        table, numbers = numbered(MultipathTable.parse(TEXT.format("sda", "/dev/sda", "08:00")), sysfs)

        assert table == MultipathTable.parse(TEXT.format("8:0", "8:0", "8:0"))
        assert numbers == [devt(8, 0)]

    def test_of_numbers_is_left_as_it_is(self, sysfs: Path) -> None:
        """To the letter; whether there is such a device is the kernel's to say."""
        given = MultipathTable.parse("  " + TEXT.format("8:16", "8:0", "8:16"))

        table, numbers = numbered(given, sysfs)

        assert table is given
        assert numbers == [devt(8, 16), devt(8, 0)]

    def test_with_a_name_of_nothing_is_refused(self, sysfs: Path) -> None:
        """Every such name is told."""
        with pytest.raises(errors.NotFound, match="'sdx', '/dev/null'"):
            numbered(MultipathTable.parse(TEXT.format("sda", "sdx", "/dev/null")), sysfs)
