"""Paths that lead elsewhere."""

from multipath import MultipathTable

from .patient import BOTH_GROUPS, Patient, found, ids


class TestALun:
    def test_that_was_given_to_another_unit_is_told(self, patient: Patient) -> None:
        """Every path says so when it is asked; what the kernel remembers says nothing."""
        array, _ = patient.mapped(units=2)
        before, other = array.units
        array.remap(0, other)

        diagnoses = found(patient.facts(), "remapped")
        assert len(diagnoses) == 4
        assert f"it was NAA.{before.naa.hex()}".lower() in diagnoses[0].evidence.lower()
        assert other.naa.hex() in diagnoses[0].evidence

    def test_that_was_taken_away_is_told(self, patient: Patient) -> None:
        """The target answers that there is none; its disks were left behind."""
        array, _ = patient.mapped()
        array.remap(0, None)

        assert {"unit-gone"} <= {*ids(patient.facts())} <= {"unit-gone", "path-failed"}
        assert len(found(patient.facts(), "unit-gone")) == 4


class TestAMap:
    def test_with_paths_to_another_unit_is_told(self, patient: Patient) -> None:
        """Its uuid says which it is of."""
        array = patient.world.add_array(paths=4, groups=BOTH_GROUPS)
        table = MultipathTable.build([[path.name for path in array.paths]])
        patient.host.create("mpatha", table, uuid="mpath-360014050000000000000000000000bad")

        diagnoses = found(patient.facts(), "wrong-unit")
        assert len(diagnoses) == 4
        assert diagnoses[0].evidence.endswith(f"and the path leads to {array.wwid}")

    def test_with_a_uuid_of_somebodys_own_is_left_alone(self, patient: Patient) -> None:
        """It is no WWID that a page could have."""
        array = patient.world.add_array(paths=4, groups=BOTH_GROUPS)
        table = MultipathTable.build([[path.name for path in array.paths]])
        patient.host.create("mpatha", table, uuid="mpath-lab-a")

        assert "wrong-unit" not in ids(patient.facts())
