"""Which table a disk has, and what it is when it has none."""

import pytest

from multipath.errors import PartitionTableError
from multipath.units import Bytes, Sectors
from multipath.wire.partition import TableKind
from multipath.wire.partition_table import read_partition_table

from .partition_images import Image, rows


class TestADiskWithoutATable:
    @pytest.mark.parametrize("blocks", [0, 1, 2, 4096])
    def test_has_one_of_no_kind(self, blocks: int) -> None:
        """However small it is."""
        table = Image(blocks).table()

        assert (table.kind, table.partitions, table.remarks) == (TableKind.NONE, (), ())

    def test_may_have_the_boot_sector_of_a_file_system(self) -> None:
        """Its text is not taken for entries."""
        table = Image().record((0x65, 0x20746F4E, 0x20612061), active=0x42).table()

        assert table.kind is TableKind.NONE
        assert "boot sector" in table.remarks[0]

    def test_may_have_a_gpt_that_does_not_count(self) -> None:
        """Its first block was wiped: neither the kernel nor kpartx sees the rest."""
        image = Image().gpt((40, 79, "a"))
        image.put(0, bytes(512))

        assert image.table().kind is TableKind.NONE
        assert "no protective record" in image.table().remarks[0]


class TestAGptThatCannotBeUsed:
    def test_is_an_error_and_no_empty_disk(self) -> None:
        """With what is wrong about each header."""
        image = Image().record((0xEE, 1, 4095))

        with pytest.raises(PartitionTableError, match="block 1: no header; block 4095: no header"):
            image.table()

    @pytest.mark.parametrize(("made_for", "seen_as"), [(512, 4096), (4096, 512)])
    def test_says_that_it_was_made_for_other_blocks(self, made_for: int, seen_as: int) -> None:
        """As a copy of a disk onto another kind of disk is."""
        image = Image(block_size=made_for).gpt((40, 79, "a"))
        image.block_size = seen_as

        with pytest.raises(PartitionTableError, match=f"one for blocks of {made_for} bytes"):
            image.table()


class TestAReader:
    @pytest.mark.parametrize("block_size", [0, 1, 511, 513, 1 << 17])
    def test_of_impossible_blocks_is_refused(self, block_size: int) -> None:
        """With the typed error."""
        with pytest.raises(PartitionTableError, match="no disk has blocks"):
            read_partition_table(Image().read, Sectors(8), block_size=block_size)

    def test_that_returns_less_is_not_believed(self) -> None:
        """Half a block is none."""
        with pytest.raises(PartitionTableError, match="only 256 could be read"):
            read_partition_table(lambda _, length: bytes(length // 2), Sectors(8))

    def test_that_fails_is_heard(self) -> None:
        """What it raises goes through."""

        def broken(*_: Bytes) -> bytes:
            raise BlockingIOError

        with pytest.raises(BlockingIOError):
            read_partition_table(broken, Sectors(8))


class TestAHybrid:
    def test_is_a_gpt(self) -> None:
        """A record with other entries beside the protective one."""
        image = Image().gpt((40, 79, "a"))
        image.record((0xEE, 1, 39), (0x83, 200, 8))

        assert rows(image.table()) == [(1, 40, 40)]
