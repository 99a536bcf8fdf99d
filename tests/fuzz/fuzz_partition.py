"""Fuzz the partition tables: only the typed error is raised, nothing beyond the disk is read, and all of it ends."""

import struct
import sys
import zlib

import atheris

with atheris.instrument_imports(include=["multipath.wire"]):
    from multipath.errors import PartitionTableError
    from multipath.units import Bytes, Sectors
    from multipath.wire.partition_table import read_partition_table

_BLOCKS = 64
_MOST_READS = 2000


def one(data: bytes) -> None:
    """Read bytes as a disk: as they are, behind a record, and as a GPT whose checksums hold."""
    for block_size in (512, 4096):
        for disk in (data, _with_record(data), _with_gpt(data, block_size)):
            _read(disk[: _BLOCKS * block_size].ljust(_BLOCKS * block_size, b"\0"), block_size)


def _read(disk: bytes, block_size: int) -> None:
    reads = 0

    def read(offset: Bytes, length: Bytes) -> bytes:
        nonlocal reads
        reads += 1
        assert 0 <= offset <= offset + length <= len(disk), (offset, length)
        assert offset % block_size == length % block_size == 0, (offset, length)
        return disk[offset : offset + length]

    try:
        table = read_partition_table(read, Sectors(len(disk) // 512), block_size=block_size)
    except PartitionTableError as error:
        if "\n" in str(error):
            raise AssertionError(str(error)) from None
    else:
        numbers = [partition.number for partition in table.partitions]
        assert numbers == sorted(set(numbers)), numbers
        assert all(partition.size > 0 and partition.start >= 0 for partition in table.partitions)
        assert all(0 < table.mapped_size(each) <= each.size for each in table.partitions)
    assert reads < _MOST_READS, reads


def _with_record(data: bytes) -> bytes:
    """Return a disk whose records have signatures, all of them."""
    disk = bytearray(data.ljust(_BLOCKS * 512, b"\0") if len(data) < _BLOCKS * 512 else data)
    for at in range(0, _BLOCKS * 512, 512):
        disk[at + 510 : at + 512] = b"\x55\xaa"
    for place in range(4):
        disk[446 + 16 * place] &= 0x80
    return bytes(disk)


def _with_gpt(data: bytes, block_size: int) -> bytes:
    """Return a disk with a header of which the fuzzer has the fields, and whose checksums hold where they can."""
    fields, entries = data[:60].ljust(60, b"\0"), data[60:]
    disk = bytearray(_BLOCKS * block_size)
    disk[450], disk[510:512] = 0xEE, b"\x55\xaa"
    disk[2 * block_size : 2 * block_size + len(entries)] = entries
    alternate, first, last, disk_id, place = struct.unpack("<QQQ16sQ", fields[:48])
    count, size = fields[48] % 8, 128 << fields[49] % 3
    place = place if fields[50] % 4 == 0 else 2
    whole = bytes(disk[2 * block_size : 2 * block_size + count * size])
    header = struct.pack("<QQQQ16sQIII", 1, alternate, first, last, disk_id, place, count, size, zlib.crc32(whole))
    plain = b"EFI PART" + struct.pack("<IIII", 0x10000, 92, 0, 0) + header
    disk[block_size : block_size + 92] = plain[:16] + struct.pack("<I", zlib.crc32(plain)) + plain[20:]
    return bytes(disk)


if __name__ == "__main__":
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
