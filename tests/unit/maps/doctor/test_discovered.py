"""Units that have several paths and no map."""

from dataclasses import replace

from multipath.config.reader import read_configuration
from multipath.maps.doctor.facts import Facts
from multipath.paths.native_path import NativePath

from .patient import Patient, configured, found, ids

HIDDEN = NativePath("nvme0c1n1", "nvme:tcp", "connecting", None, None)


class TestAUnitWithSeveralPaths:
    def test_that_nobody_made_a_map_of_is_told(self, patient: Patient) -> None:
        """It is allowed, and wanted."""
        array = patient.world.add_array(paths=4)

        (diagnosis,) = found(patient.facts(), "no-map")
        assert (diagnosis.object, diagnosis.evidence) == (array.wwid, "sda sdb sdc sdd, all allowed")

    def test_that_is_blacklisted_is_told_with_the_rule(self, patient: Patient) -> None:
        """And its place, for whoever wants to take it out."""
        patient.world.add_array(paths=4)
        patient.config = configured("", 'blacklist {\n devnode "^sd"\n}\n')

        (diagnosis,) = found(patient.facts(), "blacklisted")
        assert "multipath.conf:7" in diagnosis.evidence
        assert ids(patient.facts()) == ["blacklisted"]

    def test_that_is_blacklisted_in_part_is_told(self, patient: Patient) -> None:
        """One of its paths stays behind."""
        patient.config = configured("", 'blacklist {\n devnode "^sda$"\n}\n')
        patient.mapped()

        assert ids(patient.facts())[0] == "partly-blacklisted"

    def test_that_find_multipaths_keeps_back_is_told(self, patient: Patient) -> None:
        """Strict waits for the wwids file."""
        array = patient.world.add_array(paths=4)
        patient.config = read_configuration([("multipath.conf", "defaults {\n find_multipaths strict\n}\n")])

        (diagnosis,) = found(patient.facts(), "hidden-by-find-multipaths")
        assert diagnosis.step.startswith(f"multipath -a {array.wwid}, ")


class TestADisk:
    def test_without_an_identity_is_told(self, patient: Patient) -> None:
        """It joins no map, however many paths there are."""
        patient.world.add_array(paths=1)

        facts = patient.facts(told={})
        (verdict,) = facts.plan.paths
        verdict = replace(verdict, code="no-wwid", wwid=None, allowed=False)
        assert ids(replace(facts, plan=replace(facts.plan, paths=(verdict,)))) == ["no-wwid"]


class TestANamespace:
    @staticmethod
    def native(patient: Patient) -> Facts:
        """Return facts with one namespace that the driver multipaths, one of whose paths is not live."""
        patient.world.add_array(paths=1)
        facts = patient.facts()
        (verdict,) = facts.plan.paths
        path = replace(verdict.path, bus="nvme", native=True, native_paths=(HIDDEN,), nvme_wwid="eui.01")
        plan = replace(facts.plan, paths=(replace(verdict, path=path),))
        return replace(facts, plan=plan, inputs=replace(facts.inputs, native_nvme=True))

    def test_whose_path_is_down_is_told(self, patient: Patient) -> None:
        """The driver says it of the controller."""
        assert ids(self.native(patient)) == ["nvme-path-down"]

    def test_that_the_configuration_wants_as_a_map_is_told(self, patient: Patient) -> None:
        """The driver keeps it for itself."""
        patient.config = configured("", "multipaths {\n multipath {\n wwid eui.01\n alias data\n }\n}\n")

        assert ids(self.native(patient)) == ["nvme-native", "nvme-path-down"]

    def test_that_exceptions_let_pass_is_told(self, patient: Patient) -> None:
        """Likewise."""
        patient.config = configured("", 'blacklist_exceptions {\n devnode "^nvme"\n}\n')

        assert "nvme-native" in ids(self.native(patient))
