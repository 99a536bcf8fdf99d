"""Times that do not fit together."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from multipath.maps.doctor.facts import Facts
from multipath.paths.knobs import FOREVER, Knob

from .patient import Patient, configured, found, ids


def waiting(facts: Facts, values: Mapping[Knob, float], protocol: str = "scsi:fcp") -> Facts:
    """Return facts in which the paths wait so."""
    maps = tuple(
        replace(each, paths=tuple(replace(path, protocol=protocol) for path in each.paths)) for each in facts.maps
    )
    return replace(facts, maps=maps, knobs={devt: {**known, **values} for devt, known in facts.knobs.items()})


class TestAPath:
    @pytest.mark.parametrize(
        ("name", "values", "protocol"),
        [
            ("fast-io-fail", {Knob.FAST_IO_FAIL: FOREVER, Knob.DEV_LOSS: 60.0}, "scsi:fcp"),
            ("dev-loss", {Knob.DEV_LOSS: 30.0}, "scsi:fcp"),
            ("eh-deadline", {Knob.EH_DEADLINE: 5.0}, "scsi:fcp"),
            ("iscsi-recovery", {Knob.RECOVERY: 120.0}, "scsi:iscsi"),
            ("iscsi-pings", {Knob.NOOP_INTERVAL: 0.0, Knob.NOOP_TIMEOUT: 5.0}, "scsi:iscsi"),
            ("tunable-not-set", {Knob.FAST_IO_FAIL: 20.0}, "scsi:fcp"),
        ],
    )
    def test_that_waits_as_it_should_not_is_told(
        self, patient: Patient, name: str, values: Mapping[Knob, float], protocol: str
    ) -> None:
        """Each of the four; and what was not changed is well."""
        patient.mapped()
        facts = patient.facts()

        assert len(found(waiting(facts, values, protocol), name)) == 4
        assert found(facts, name) == []

    def test_is_not_told_to_be_unset_where_nobody_would_set_it(self, patient: Patient) -> None:
        """That nobody is there is told, once."""
        patient.mapped()
        facts = waiting(patient.facts(managers=None), {Knob.FAST_IO_FAIL: 20.0, Knob.DEV_LOSS: 30.0})

        assert found(facts, "tunable-not-set") == found(facts, "dev-loss") == []


class TestABudget:
    def test_whose_timeouts_are_not_set_is_told(self, patient: Patient) -> None:
        """With what they are, and what they should be."""
        patient.config = configured("max_stall 8")
        patient.mapped()

        (diagnosis, *_) = found(patient.facts(), "stall-not-set")
        assert diagnosis.object == "mpatha"
        assert "timeout is 30 s, not " in diagnosis.evidence

    def test_that_cannot_be_kept_is_told(self, patient: Patient) -> None:
        """A second is less than any array can live with."""
        patient.config = configured("max_stall 1")
        patient.mapped()

        assert "stall-unmet" in ids(patient.facts())


class TestAMap:
    def test_that_gives_up_before_its_paths_are_told_to_be_lost_is_told(self, patient: Patient) -> None:
        """When all of them pause at once, its I/O fails."""
        patient.config = configured("", "overrides {\n no_path_retry 2\n}\n")
        patient.mapped()

        facts = waiting(patient.facts(), {Knob.FAST_IO_FAIL: 30.0})
        (diagnosis,) = found(facts, "queueing-short")
        assert diagnosis.evidence == "it queues for 10 s, and a path may be blocked for 30 s"
        assert found(patient.facts(), "queueing-short") == []
