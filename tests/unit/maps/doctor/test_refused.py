"""What no map may be made of."""

from dataclasses import replace

import pytest

from multipath.maps.doctor.refused import CHECKS
from multipath.maps.planned_map import Action, Reason

from .patient import Patient, found, ids

# All of them, for the page and the catalogue.
CODES = [
    "zero-size", "unequal-sizes", "duplicate-wwid", "stale-identity", "unreadable-identification", "mixed-read-only",
    "several-wwids", "unusable-wwid", "unusable-option", "uuid-taken",
]  # fmt: skip


class TestAUnit:
    @pytest.mark.parametrize("code", CODES)
    def test_that_the_planner_refuses_is_told(self, patient: Patient, code: str) -> None:
        """With the planner's own sentence."""
        patient.mapped()
        facts = patient.facts()
        planned = replace(facts.plan.maps[0], actions=(Action.REFUSE,), reasons=(Reason(code, "evidence of it"),))

        (diagnosis,) = found(replace(facts, plan=replace(facts.plan, maps=(planned,))), code)
        assert (diagnosis.object, diagnosis.evidence) == ("mpatha", "evidence of it")

    def test_of_two_sizes_is_told_with_both(self, patient: Patient) -> None:
        """As the planner finds it on a host: one path was not scanned since the unit grew."""
        array, _ = patient.mapped()
        patient.write(f"block/{array.paths[0].name}/size", "262144")

        (diagnosis,) = found(patient.facts(), "unequal-sizes")
        assert "sda: 262144 sectors; sdb: 131072 sectors" in diagnosis.evidence

    def test_has_no_other_refusals_that_are_looked_for(self) -> None:
        """Else one would have no test."""
        assert [check.id for check in CHECKS] == CODES


def test_a_path_without_a_size_is_told(patient: Patient) -> None:
    """As sysfs has it of a unit that is gone."""
    array, _ = patient.mapped()
    for path in array.paths:
        patient.write(f"block/{path.name}/size", "0")

    assert "zero-size" in ids(patient.facts())
