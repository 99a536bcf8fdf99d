"""Paths that do not work, work for nobody, or come and go."""

from dataclasses import replace

import pytest

from multipath.maps.doctor.inquiry import Told

from .patient import Patient, found, ids


class TestADisk:
    @pytest.mark.parametrize(
        ("state", "name"),
        [("offline", "path-offline"), ("transport-offline", "path-offline"), ("blocked", "path-blocked")],
    )
    def test_that_does_not_run_is_told(self, patient: Patient, state: str, name: str) -> None:
        """With the map that it is in."""
        array, _ = patient.mapped()
        patient.write(f"{array.paths[0].folder}/state", state)

        (diagnosis,) = found(patient.facts(), name)
        assert (diagnosis.object, diagnosis.evidence) == ("sda", f"its state is {state}; it is in map mpatha")

    def test_that_was_deleted_under_its_map_is_told(self, patient: Patient) -> None:
        """The table still names its number."""
        array, _ = patient.mapped()
        patient.world.delete(array.paths[0])

        (diagnosis,) = found(patient.facts(), "path-gone")
        assert (diagnosis.object, diagnosis.evidence[:20]) == ("mpatha", "its table names 8:0,")

    def test_whose_port_is_marginal_is_told(self, patient: Patient) -> None:
        """The fabric said so."""
        array, _ = patient.mapped()
        port = array.paths[0].remote_port.name
        patient.write(f"class/fc_remote_ports/{port}/port_state", "Marginal")

        assert ids(patient.facts()) == ["path-marginal"]


class TestAPath:
    def test_that_works_and_has_failed_is_told(self, patient: Patient) -> None:
        """Nobody reinstated it."""
        _, mpath = patient.mapped()
        mpath.fail_path("8:0")

        assert ids(patient.facts()) == ["path-not-reinstated"]
        assert found(patient.facts(), "path-not-reinstated")[0].step.startswith("mpath reinstate mpatha sda, ")

    def test_that_has_failed_is_told_where_it_was_not_asked(self, patient: Patient) -> None:
        """Then nobody knows more."""
        _, mpath = patient.mapped()
        mpath.fail_path("8:0")

        assert ids(patient.facts(told={})) == ["path-failed"]

    def test_that_does_not_answer_is_told(self, patient: Patient) -> None:
        """In which map it is, and for how long it was waited for."""
        array, _ = patient.mapped()
        facts = patient.facts()
        silent = Told(ready=False, silent=True, why="no answer within 3 s (deadline)")

        facts = replace(facts, told={**facts.told, array.paths[0].devt: silent})
        (diagnosis,) = found(facts, "path-silent")
        assert diagnosis.evidence == "no answer within 3 s (deadline); it is in map mpatha"
        assert ids(facts) == ["path-silent"]

    def test_whose_attributes_do_not_read_is_silent_too(self, patient: Patient) -> None:
        """Its driver has them in its lock."""
        array, _ = patient.mapped()

        assert ids(patient.facts(silent=frozenset({array.paths[0].devt}))) == ["path-silent"]

    def test_that_is_used_and_not_ready_is_told(self, patient: Patient) -> None:
        """The port says so, in sense data."""
        array, _ = patient.mapped()
        facts = patient.facts()

        told = Told(ready=False, why="status 0x02, host byte 0x00, sense 2/04/03")
        assert ids(replace(facts, told={**facts.told, array.paths[0].devt: told})) == ["path-not-ready"]

    def test_that_came_and_went_is_told(self, patient: Patient) -> None:
        """Its fail count says how often."""
        _, mpath = patient.mapped()
        for _ in range(5):
            mpath.fail_path("8:0")
            mpath.reinstate_path("8:0")

        (diagnosis,) = found(patient.facts(), "path-flapping")
        assert diagnosis.evidence == "5 failures since map mpatha got its table"
        assert ids(patient.facts()) == ["path-flapping"]

    def test_that_fails_while_it_is_looked_at_is_told(self, patient: Patient) -> None:
        """Once is enough then."""
        _, mpath = patient.mapped()
        mpath.fail_path("8:0")
        mpath.reinstate_path("8:0")
        facts = patient.facts()
        (each,) = facts.maps
        assert ids(facts) == []

        facts = replace(facts, maps=(replace(each, earlier={**each.earlier, "8:0": 0}),))
        assert found(facts, "path-flapping")[0].evidence.endswith("1 of them while it was looked at")
