import pytest

from multipath.dm.targets import DelayStatus, DelayTarget, MirrorStatus, MirrorTarget, SnapshotStatus, StripedStatus

from .rows import FLUSHES, READS


class TestAMirror:
    """What users ask of a mirror."""

    def test_is_in_sync_when_all_regions_are(self) -> None:
        """Only the last region makes the mirror whole."""
        assert MirrorStatus.parse("2 8:0 8:16 64/64 1 AA 1 core").in_sync
        assert not MirrorStatus.parse("2 8:0 8:16 63/64 1 AA 1 core").in_sync

    @pytest.mark.parametrize("character", "DFSRU")
    def test_names_the_devices_that_failed(self, character: str) -> None:
        """Every character but A is a failure of some kind."""
        assert MirrorStatus.parse(f"2 8:0 8:16 0/64 1 A{character} 1 core").failed == ("8:16",)

    @pytest.mark.parametrize(
        ("log", "size"),
        [
            ("core 1 1024", 1024),
            ("core 2 1024 sync", 1024),
            ("disk 2 8:32 512", 512),
            ("disk 3 8:32 512 nosync", 512),
            ("userspace 2 LVM-x 512", None),
        ],
    )
    def test_knows_the_region_size_of_the_logs_it_knows(self, log: str, size: int | None) -> None:
        """The region size stands first for core, second for disk, and anywhere for others."""
        assert MirrorTarget.parse(f"{log} 2 8:0 0 8:16 0").region_size == size


class TestASnapshot:
    """What users ask of a snapshot that is folded back."""

    def test_is_merged_when_only_metadata_is_left(self) -> None:
        """The kernel's own rule: allocated sectors equal metadata sectors."""
        assert SnapshotStatus.parse("16/2097152 16").merged
        assert not SnapshotStatus.parse("180480/2097152 712").merged

    @pytest.mark.parametrize("fault", ["Invalid", "Merge failed", "Overflow", "Unknown"])
    def test_is_not_merged_when_it_is_broken(self, fault: str) -> None:
        """A fault has no numbers, and zero equals zero."""
        assert not SnapshotStatus.parse(fault).merged


class TestAStripe:
    """What users ask of stripes."""

    def test_names_the_devices_that_failed(self) -> None:
        """D marks a device with an I/O error."""
        assert StripedStatus.parse("3 8:0 8:16 8:32 1 ADA").failed == ("8:16",)


class TestADelay:
    """What users ask of a delay."""

    def test_counts_all_that_waits(self) -> None:
        """Also where the kernel does not count flushes apart."""
        assert DelayStatus.parse("3 2").waiting == 5
        assert DelayStatus.parse("3 2 1").waiting == 6

    def test_gives_writes_the_class_of_reads_where_only_flushes_differ(self) -> None:
        """The table has no place for flushes without one for writes."""
        assert str(DelayTarget(READS, flush_class=FLUSHES)) == "8:0 0 5 8:0 0 5 8:32 16 0"
