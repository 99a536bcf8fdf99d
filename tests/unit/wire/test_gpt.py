"""GUID partition tables: both headers, their checksums, and headers that promise what cannot be."""

import struct
from collections.abc import Callable

import pytest

from multipath.errors import PartitionTableError
from multipath.wire.gpt import parse_header
from multipath.wire.partition import TableKind

from .partition_images import DISK, LINUX, Image, header, own_guid, rows, sealed

SLOTS = ((40, 79, "root"), (0, 0, ""), (80, 99, "swap"))


class TestAGpt:
    @pytest.mark.parametrize("block_size", [512, 4096])
    def test_has_partitions_in_their_slots(self, block_size: int) -> None:
        """An unused slot leaves a gap in the numbers."""
        table, per = Image(block_size=block_size).gpt(*SLOTS).table(), block_size // 512

        assert (table.kind, table.uuid, table.remarks) == (TableKind.GPT, DISK, ())
        assert rows(table) == [(1, 40 * per, 40 * per), (3, 80 * per, 20 * per)]
        first = table.partitions[0]
        assert (first.type, first.label, first.partuuid) == (LINUX, "root", own_guid(1))

    @pytest.mark.parametrize(("count", "entry_size"), [(4, 128), (128, 256), (0, 128), (8, 4096)])
    def test_may_have_entries_of_any_number_and_size(self, count: int, entry_size: int) -> None:
        """Its header says which."""
        slots = SLOTS if count else ()

        assert len(Image().gpt(*slots, count=count, entry_size=entry_size).table().partitions) == 2 * bool(count)

    def test_may_be_larger_than_what_is_read_at_once(self) -> None:
        """Piece by piece."""
        slots = *[(0, 0, "")] * 1000, (2100, 2199, "far")

        assert rows(Image(8192).gpt(*slots, count=1024).table()) == [(1001, 2100, 100)]

    def test_has_labels_as_they_stand(self) -> None:
        """Hostile ones too; whoever prints them escapes them."""
        assert Image().gpt((40, 79, "a\x1b[31m\n")).table().partitions[0].label == "a\x1b[31m\n"

    def test_leaves_out_what_ends_before_it_begins(self) -> None:
        """As the kernel does, with a remark."""
        table = Image().gpt((79, 40, "bad"), (80, 99, "good")).table()

        assert rows(table) == [(2, 80, 20)]
        assert table.remarks == ("partition 1 ends before it begins, and was left out",)

    def test_of_too_many_partitions_is_refused(self) -> None:
        """No program makes so many."""
        with pytest.raises(PartitionTableError, match="300 partitions; at most 256"):
            Image(8192).gpt(*[(2100, 2199, "x")] * 300, count=512).table()


class TestABackup:
    @pytest.mark.parametrize("block", [1, 2])
    def test_counts_where_the_first_was_altered(self, block: int) -> None:
        """The header, or its entries."""
        image = Image().gpt(*SLOTS)
        image.data[block * 512 + 60] ^= 1
        table = image.table()

        assert len(table.partitions) == 2
        assert "the backup at block 4095 was taken" in table.remarks[0]

    def test_counts_where_it_is_said_to_be(self) -> None:
        """The disk has grown since; its last block has none."""
        small = Image(2048).gpt(*SLOTS)
        image = Image(4096)
        image.put(0, bytes(small.data))
        image.data[2 * 512] ^= 1

        assert "the backup at block 2047" in image.table().remarks[0]

    def test_that_was_altered_too_is_told(self) -> None:
        """With the fault of each."""
        image = Image().gpt(*SLOTS)
        for block in (1, 4095):
            image.data[block * 512 + 60] ^= 1

        with pytest.raises(PartitionTableError, match=r"block 1: a header whose checksum .*; block 4095: a header"):
            image.table()

    def test_is_not_read_without_need(self) -> None:
        """Nothing beyond the entries."""
        image = Image().gpt(*SLOTS)
        image.table()

        assert image.reads == [(0, 512), (512, 512), (1024, 16384)]


class TestAHeader:
    @pytest.mark.parametrize(
        ("spoil", "fault"),
        [
            (lambda data: data[:4] + b"X" + data[5:], "no header"),
            (lambda data: data[:50], "was cut"),
            (lambda data: data[:90] + b"X" + data[91:], "checksum does not hold"),
            (lambda data: data[:12] + struct.pack("<I", 8) + data[16:], "a header of 8 bytes"),
            (lambda data: data[:12] + struct.pack("<I", 1 << 31) + data[16:], "a header of 2147483648 bytes"),
            (lambda data: sealed(data[:24] + struct.pack("<Q", 9) + data[32:]), "belongs into block 9"),
            (lambda data: sealed(data[:84] + struct.pack("<I", 0) + data[88:]), "entries of 0 bytes"),
            (lambda data: sealed(data[:84] + struct.pack("<I", 200) + data[88:]), "entries of 200 bytes"),
            (lambda data: sealed(data[:80] + b"\xff" * 4 + data[84:]), "with 4294967295 entries"),
        ],
    )
    def test_that_cannot_be_is_refused(self, spoil: Callable[[bytes], bytes], fault: str) -> None:
        """Before anything that it promises is read or made room for."""
        with pytest.raises(PartitionTableError, match=fault):
            parse_header(spoil(header(1, 4095, 2, bytes(512), 4, 128)), 1)

    def test_with_entries_beyond_the_end_is_refused(self) -> None:
        """Nothing is read there: the image would refuse it."""
        image = Image().gpt(*SLOTS)
        for own in (1, 4095):
            image.put(own, header(own, 4096 - own, 1 << 60, bytes(16384), 128, 128))

        with pytest.raises(PartitionTableError, match="lie beyond the end, 4096"):
            image.table()
