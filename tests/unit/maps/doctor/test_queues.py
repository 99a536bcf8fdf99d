"""Queues of paths that do not take the same requests."""

import pytest

from multipath.virtual.array import VirtualArray

from .patient import Patient, found, ids


def limit(patient: Patient, array: VirtualArray, name: str, *values: str) -> None:
    """Let the queues of the paths have these values, in their order."""
    for path, value in zip(array.paths, values, strict=False):
        patient.write(f"block/{path.name}/queue/{name}", value)


class TestAMap:
    def test_that_sends_more_than_a_path_takes_is_told(self, patient: Patient) -> None:
        """The limit was lowered under it."""
        array, mpath = patient.mapped()
        limit(patient, array, "max_sectors_kb", "512", "512", "512", "128")
        patient.write(f"block/{mpath.snapshot.info.node}/queue/max_sectors_kb", "512")

        (diagnosis,) = found(patient.facts(), "max-sectors")
        assert diagnosis.evidence == "it takes requests of 512 KiB, and sdd of 128 KiB"
        assert ids(patient.facts()) == ["max-sectors", "queue-limits-differ"]

    @pytest.mark.parametrize(
        ("name", "values", "finds"),
        [
            ("logical_block_size", ("512", "4096"), "block-sizes-differ"),
            ("write_cache", ("write back", "write through"), "queue-limits-differ"),
            ("scheduler", ("[none] bfq", "none [bfq]"), "schedulers-differ"),
            ("nr_requests", ("32", "128"), "schedulers-differ"),
        ],
    )
    def test_whose_paths_differ_is_told(self, patient: Patient, name: str, values: tuple[str, str], finds: str) -> None:
        """Each value, with the paths that have it."""
        array, _ = patient.mapped()
        limit(patient, array, name, *values, *[values[0]] * 2)

        assert ids(patient.facts()) == [finds]

    def test_whose_paths_are_alike_is_well(self, patient: Patient) -> None:
        """Also where the kernel offers them other schedulers."""
        array, _ = patient.mapped()
        limit(patient, array, "scheduler", "[none] bfq", "[none]", "[none] mq-deadline", "[none]")

        assert ids(patient.facts()) == []
