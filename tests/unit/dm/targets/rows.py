"""Objects and their texts, for use both ways; texts that say the same otherwise; texts that are wrong, and where."""

from typing import Final

from multipath.dm.targets import (
    CorruptBioByte,
    DelayClass,
    DelayStatus,
    DelayTarget,
    DustStatus,
    DustTarget,
    ErrorTarget,
    Extent,
    FlakeyFeatures,
    FlakeyTarget,
    KnownTarget,
    LinearTarget,
    MirrorStatus,
    MirrorTarget,
    SnapshotMergeTarget,
    SnapshotOriginTarget,
    SnapshotStatus,
    SnapshotTarget,
    StripedStatus,
    StripedTarget,
    TargetStatus,
    ZeroTarget,
)
from multipath.units import Sectors

PAIR: Final = (Extent("8:0"), Extent("8:16", Sectors(8)))
READS: Final = DelayClass("8:0", Sectors(0), 5)
WRITES: Final = DelayClass("8:16", Sectors(8), 10)
FLUSHES: Final = DelayClass("8:32", Sectors(16), 0)
CORRUPT: Final = CorruptBioByte(32, "r", 1, 0)


def _flakey(features: FlakeyFeatures) -> FlakeyTarget:
    return FlakeyTarget("8:0", Sectors(0), 5, 1, features)


def _snapshot(persistent: str, *features: str) -> SnapshotTarget:
    return SnapshotTarget("254:0", "8:16", persistent, Sectors(16), features)


TABLES: Final[list[tuple[KnownTarget, str]]] = [
    (LinearTarget("8:16", Sectors(2048)), "8:16 2048"),
    (LinearTarget("/dev/disk/by-id/a b", Sectors(0)), r"/dev/disk/by-id/a\ b 0"),
    (LinearTarget("8:16", Sectors(2**64 - 1)), "8:16 18446744073709551615"),
    (StripedTarget(Sectors(128), PAIR), "2 128 8:0 0 8:16 8"),
    (MirrorTarget("core", ("1024",), PAIR), "core 1 1024 2 8:0 0 8:16 8"),
    (
        MirrorTarget("core", ("1024", "sync"), PAIR, ("handle_errors",)),
        "core 2 1024 sync 2 8:0 0 8:16 8 1 handle_errors",
    ),
    (MirrorTarget("disk", ("8:32", "1024"), PAIR), "disk 2 8:32 1024 2 8:0 0 8:16 8"),
    (
        MirrorTarget("disk", ("8:32", "1024", "nosync"), PAIR, ("handle_errors", "keep_log")),
        "disk 3 8:32 1024 nosync 2 8:0 0 8:16 8 2 handle_errors keep_log",
    ),
    (
        MirrorTarget("userspace", ("LVM-x", "clustered-disk", "8:32", "1024"), PAIR),
        "userspace 4 LVM-x clustered-disk 8:32 1024 2 8:0 0 8:16 8",
    ),
    (MirrorTarget("newer", (), PAIR, ("new_word",)), "newer 0 2 8:0 0 8:16 8 1 new_word"),
    (_snapshot("P"), "254:0 8:16 P 16"),
    (_snapshot("PO", "discard_zeroes_cow"), "254:0 8:16 PO 16 1 discard_zeroes_cow"),
    (_snapshot("N", "discard_zeroes_cow", "new_word"), "254:0 8:16 N 16 2 discard_zeroes_cow new_word"),
    (SnapshotMergeTarget("254:0", "8:16", "P", Sectors(16)), "254:0 8:16 P 16"),
    (SnapshotOriginTarget("254:0"), "254:0"),
    (ErrorTarget(), ""),
    (ErrorTarget(("8:0", "8")), "8:0 8"),
    (ZeroTarget(), ""),
    (DelayTarget(READS), "8:0 0 5"),
    (DelayTarget(READS, WRITES), "8:0 0 5 8:16 8 10"),
    (DelayTarget(READS, WRITES, FLUSHES), "8:0 0 5 8:16 8 10 8:32 16 0"),
    (_flakey(FlakeyFeatures()), "8:0 0 5 1 0"),
    (_flakey(FlakeyFeatures(drop_writes=True)), "8:0 0 5 1 1 drop_writes"),
    (_flakey(FlakeyFeatures(error_reads=True, error_writes=True)), "8:0 0 5 1 2 error_reads error_writes"),
    (_flakey(FlakeyFeatures(corrupt_bio_byte=CORRUPT)), "8:0 0 5 1 5 corrupt_bio_byte 32 r 1 0"),
    (
        _flakey(FlakeyFeatures(random_read_corrupt=100, random_write_corrupt=7)),
        "8:0 0 5 1 4 random_read_corrupt 100 random_write_corrupt 7",
    ),
    (
        _flakey(FlakeyFeatures(error_writes=True, unknown=("New_Word", "3", "error_reads"))),
        "8:0 0 5 1 4 error_writes New_Word 3 error_reads",
    ),
    (DustTarget("8:0", Sectors(8), 4096), "8:0 8 4096"),
]

STATUSES: Final[list[tuple[TargetStatus, str]]] = [
    (StripedStatus(("8:0", "8:16"), "AD"), "2 8:0 8:16 1 AD"),
    (MirrorStatus(("8:0", "8:16"), 64, 64, "AA", ("1", "core")), "2 8:0 8:16 64/64 1 AA 1 core"),
    (MirrorStatus(("8:0", "254:2"), 0, 64, "AS", ("3", "disk", "8:32", "F")), "2 8:0 254:2 0/64 1 AS 3 disk 8:32 F"),
    (
        MirrorStatus(("8:0", "8:16"), 0, 64, "FU", ("userspace", "1", "COM_FAILURE")),
        "2 8:0 8:16 0/64 1 FU userspace 1 COM_FAILURE",
    ),
    (SnapshotStatus(Sectors(397896), Sectors(2097152), Sectors(1560)), "397896/2097152 1560"),
    (SnapshotStatus(fault="Invalid"), "Invalid"),
    (SnapshotStatus(fault="Merge failed"), "Merge failed"),
    (SnapshotStatus(fault="Overflow"), "Overflow"),
    (SnapshotStatus(fault="Unknown"), "Unknown"),
    (DelayStatus(3, 0), "3 0"),
    (DelayStatus(3, 0, 1), "3 0 1"),
    (DustStatus("8:0"), "8:0 bypass verbose"),
    (DustStatus("8:0", fail_read_on_bad_block=True, quiet=True), "8:0 fail_read_on_bad_block quiet"),
]

OTHERWISE: Final[list[tuple[type[KnownTarget] | type[TargetStatus], str, str]]] = [
    (LinearTarget, " 8:16\t007 ", "8:16 7"),
    (StripedTarget, "+2 +00128 8:0 0 8:16 8", "2 128 8:0 0 8:16 8"),
    (MirrorTarget, "core 1 1024 2 8:0 0 8:16 8 0", "core 1 1024 2 8:0 0 8:16 8"),
    (SnapshotTarget, "254:0 8:16 p 16 0", "254:0 8:16 P 16"),
    (SnapshotTarget, "254:0 8:16 poxyz +16", "254:0 8:16 PO 16"),
    (SnapshotTarget, "254:0 8:16 nx 16 1 DISCARD_zeroes_cow", "254:0 8:16 N 16 1 discard_zeroes_cow"),
    (DelayTarget, "8:0 0 4294967301", "8:0 0 5"),
    (FlakeyTarget, "8:0 0 5 1", "8:0 0 5 1 0"),
    (
        FlakeyTarget,
        "8:0 0 5 1 6 corrupt_bio_byte 32 R 1 0 ERROR_writes",
        "8:0 0 5 1 6 error_writes corrupt_bio_byte 32 r 1 0",
    ),
    (DustTarget, "8:0 0 +512", "8:0 0 512"),
    (DustStatus, "8:0 bypass", "8:0 bypass verbose"),
]

WRONG: Final[list[tuple[type[KnownTarget] | type[TargetStatus], str, int]]] = [
    (LinearTarget, "", 0),
    (LinearTarget, "8:0", 1),
    (LinearTarget, "8:0 -1", 1),
    (LinearTarget, "8:0 +7", 1),
    (LinearTarget, "8:0 0x10", 1),
    (LinearTarget, "8:0 18446744073709551616", 1),
    (LinearTarget, "8:0 " + "9" * 5000, 1),
    (LinearTarget, "8:0 0 x", 2),
    (LinearTarget, "8:0\0 0", 0),
    (LinearTarget, "8:0 ß", 1),
    (StripedTarget, "0 128", 0),
    (StripedTarget, "4294967298 128 8:0 0 8:16 8", 0),
    (StripedTarget, "2 0 8:0 0 8:16 8", 1),
    (StripedTarget, "2 + 8:0 0 8:16 8", 1),
    (StripedTarget, "2 128 8:0 0 8:16", 5),
    (StripedTarget, "1 128 8:0 0 8:16 8", 4),
    (MirrorTarget, "core", 1),
    (MirrorTarget, "core 0 2 8:0 0 8:16 8", 1),
    (MirrorTarget, "core 1 x 2 8:0 0 8:16 8", 2),
    (MirrorTarget, "core 2 1024 maybe 2 8:0 0 8:16 8", 3),
    (MirrorTarget, "core 1 1024 1 8:0 0", 3),
    (MirrorTarget, "core 1 1024 2 8:0 0 8:16", 7),
    (MirrorTarget, "core 1 1024 2 8:0 0 8:16 8 2 handle_errors", 10),
    (MirrorTarget, "core 1 1024 2 8:0 0 8:16 8 0 handle_errors", 9),
    (MirrorTarget, "userspace 9 x", 3),
    (SnapshotTarget, "254:0 8:16 Q 16", 2),
    (SnapshotTarget, "254:0 8:16 PX 16", 2),
    (SnapshotTarget, "254:0 8:16 P 4294967312", 3),
    (SnapshotTarget, "254:0 8:16 P 16 0 junk", 5),
    (SnapshotOriginTarget, "", 0),
    (SnapshotOriginTarget, "254:0 8:16", 1),
    (ZeroTarget, "x", 0),
    (DelayTarget, "8:0 0 5 8:16", 4),
    (DelayTarget, "8:0 0 +5", 2),
    (DelayTarget, "8:0 0 5 8:0 0 5 8:0 0 5 8:0", 9),
    (FlakeyTarget, "8:0 0 0 0", 3),
    (FlakeyTarget, "8:0 0 1 4294967295", 3),
    (FlakeyTarget, "8:0 0 5 1 1", 5),
    (FlakeyTarget, "8:0 0 5 1 2 drop_writes drop_writes", 6),
    (FlakeyTarget, "8:0 0 5 1 4 corrupt_bio_byte 32 r 1 0", 9),
    (FlakeyTarget, "8:0 0 5 1 5 corrupt_bio_byte 0 r 1 0", 6),
    (FlakeyTarget, "8:0 0 5 1 5 corrupt_bio_byte 32 x 1 0", 7),
    (FlakeyTarget, "8:0 0 5 1 5 corrupt_bio_byte 32 r 256 0", 8),
    (FlakeyTarget, "8:0 0 5 1 2 random_read_corrupt 1000000001", 6),
    (FlakeyTarget, "8:0 0 5 1 4 new_word 1", 7),
    (FlakeyTarget, "8:0 0 5 1 0 junk", 5),
    (DustTarget, "8:0 0 511", 2),
    (DustTarget, "8:0 0 4294967808", 2),
    (StripedStatus, "2 8:0 8:16 1 A", 4),
    (StripedStatus, "2 8:0 8:16 2 AA", 3),
    (StripedStatus, "3 8:0 8:16", 3),
    (MirrorStatus, "2 8:0 8:16 64 1 AA 1 core", 3),
    (MirrorStatus, "2 8:0 8:16 64/x 1 AA 1 core", 3),
    (MirrorStatus, "2 8:0 8:16 64/64 1 AAA 1 core", 5),
    (SnapshotStatus, "Merge succeeded", 1),
    (SnapshotStatus, "16/64", 1),
    (SnapshotStatus, "Invalid 1", 1),
    (DelayStatus, "1", 1),
    (DelayStatus, "1 2 3 4", 3),
    (DustStatus, "8:0 fail", 1),
    (DustStatus, "8:0 bypass loud", 2),
]
