"""DOS tables: the first record, the chain of the logical partitions, and chains that lead nowhere."""

import pytest

from multipath.errors import PartitionTableError
from multipath.units import Sectors
from multipath.wire.partition import TableKind

from .partition_images import Image, rows


class TestADosTable:
    def test_has_partitions_in_their_places(self) -> None:
        """An empty place leaves a gap in the numbers."""
        table = Image().record((0x83, 64, 64), (0, 0, 0), (0x8E, 128, 32)).table()

        assert table.kind is TableKind.DOS
        assert table.uuid == "cafe0001"
        assert rows(table) == [(1, 64, 64), (3, 128, 32)]
        assert [(each.type, each.partuuid) for each in table.partitions] == [
            ("0x83", "cafe0001-01"),
            ("0x8e", "cafe0001-03"),
        ]

    def test_without_identity_gives_its_partitions_none(self) -> None:
        """As udev has it."""
        table = Image().record((0x83, 64, 64), disk_id=0).table()

        assert (table.uuid, table.partitions[0].partuuid) == ("", "")

    def test_counts_in_blocks_of_the_disk(self) -> None:
        """A block of 4096 bytes is eight sectors."""
        assert rows(Image(block_size=4096).record((0x83, 64, 64)).table()) == [(1, 512, 512)]

    def test_may_be_empty(self) -> None:
        """That is a table without partitions, not no table."""
        assert Image().record().table().kind is TableKind.DOS


class TestLogicalPartitions:
    @pytest.fixture
    def image(self) -> Image:
        """Give a disk with a primary partition and three logical ones, the second of them deleted."""
        image = Image().record((0x83, 64, 64), (0x0F, 1000, 900))
        image.record((0x83, 10, 90), (0x05, 100, 100), block=1000)
        image.record((0x00, 0, 0), (0x05, 200, 100), block=1100)
        image.record((0x8E, 10, 80), block=1200)
        return image

    def test_are_numbered_from_five_as_they_come(self, image: Image) -> None:
        """A record that has none takes no number, as in the kernel."""
        assert rows(image.table()) == [(1, 64, 64), (2, 1000, 900), (5, 1010, 90), (6, 1210, 80)]

    def test_know_what_they_lie_in(self, image: Image) -> None:
        """The extended partition has a map of two sectors alone."""
        table = image.table()
        extended = table.partitions[1]

        assert [each.container for each in table.partitions] == [0, 0, 2, 2]
        assert extended.is_extended
        assert [table.mapped_size(each) for each in table.partitions] == [64, 2, 90, 80]

    def test_of_large_blocks_count_in_them(self) -> None:
        """Records too."""
        image = Image(block_size=4096).record((0x05, 100, 100))
        image.record((0x83, 1, 9), block=100)
        table = image.table()

        assert rows(table) == [(1, 800, 800), (5, 808, 72)]
        assert table.mapped_size(table.partitions[0]) == Sectors(8)

    def test_may_be_none_yet(self) -> None:
        """An extended partition without a record in it."""
        table = Image().record((0x05, 1000, 900)).table()

        assert (rows(table), table.remarks) == ([(1, 1000, 900)], ())


class TestAChain:
    def test_that_breaks_off_counts_to_there(self) -> None:
        """With a remark that says where."""
        image = Image().record((0x05, 1000, 900))
        image.record((0x83, 10, 90), (0x05, 100, 100), block=1000)
        table = image.table()

        assert rows(table)[1:] == [(5, 1010, 90)]
        assert table.remarks == ("the chain of logical partitions breaks off: no record at block 1100",)

    def test_that_leads_beyond_the_end_is_not_followed(self) -> None:
        """Nothing is read there: the image would refuse it."""
        image = Image().record((0x05, 1000, 900))
        image.record((0x83, 10, 90), (0x05, 0xFFFFFFFF, 100), block=1000)

        assert "breaks off" in image.table().remarks[0]

    def test_that_comes_back_ends(self) -> None:
        """Each record is read once."""
        image = Image().record((0x05, 1000, 900))
        image.record((0x83, 10, 90), (0x05, 100, 100), block=1000)
        image.record((0x83, 10, 90), (0x05, 0, 100), block=1100)
        table = image.table()

        assert rows(table)[1:] == [(5, 1010, 90), (6, 1110, 90)]
        assert "comes back to block 1000" in table.remarks[0]
        assert len(image.reads) == 3

    def test_of_too_many_partitions_is_refused(self) -> None:
        """No program makes so many."""
        image = Image(1 << 14).record((0x05, 1000, 9000))
        for each in range(300):
            image.record((0x83, 1, 1), (0x05, 2 * each + 2, 2), block=1000 + 2 * each)

        with pytest.raises(PartitionTableError, match="more than 256 partitions"):
            image.table()
