"""What the configuration and the state files say, and do not do."""

from dataclasses import replace

from multipath.config.finding import Severity
from multipath.maps.doctor.machine import Machine

from .patient import Patient, configured, found, ids


class TestAConfiguration:
    def test_that_cannot_be_used_is_told_line_by_line(self, patient: Patient) -> None:
        """The built-in one stands for it, and the rest of the host is examined all the same."""
        patient.mapped()
        patient.config = configured("", 'blacklist {\n devnode "*"\n}\n')

        (refusal,) = found(patient.facts(), "config-refused")
        assert refusal.object == "multipath.conf"
        assert refusal.evidence.startswith("multipath.conf:7")

    def test_that_says_something_else_than_it_seems_is_told(self, patient: Patient) -> None:
        """Errors as errors, warnings as warnings, notes not at all."""
        patient.config = configured("no_path_retyr 5\n no_path_retry -1")
        patient.mapped()

        severities = {each.severity for each in found(patient.facts(), "config")}
        assert severities == {Severity.ERROR, Severity.WARNING}

    def test_below_the_root_is_read(self, patient: Patient) -> None:
        """Where none is given."""
        patient.config = None
        (patient.folder / "etc").mkdir()
        (patient.folder / "etc/multipath.conf").write_text("defaults {\n colour red\n}\n")

        assert patient.host.doctor(root=patient.folder)[0].id == "config"

    def test_that_cannot_be_read_is_told(self, patient: Patient) -> None:
        """A folder stands where the file should be."""
        (patient.folder / "etc/multipath.conf").mkdir(parents=True)

        assert [each.id for each in patient.host.doctor(root=patient.folder)][:1] == ["config-refused"]

    def test_whose_checks_outlast_their_interval_is_told(self, patient: Patient) -> None:
        """What is built in does so too, but nobody chose that."""
        patient.config = configured("checker_timeout 60\n polling_interval 5")
        patient.mapped()

        (diagnosis,) = found(patient.facts(), "checker-timeout")
        assert diagnosis.step == "mpath config edit set defaults checker_timeout 20"
        assert ids(patient.facts()) == ["checker-timeout"]

    def test_that_leaves_new_units_alone_unasked_is_told(self, patient: Patient) -> None:
        """Strict is built in: a map is made of what is in the wwids file."""
        patient.config = replace(patient.facts().inputs.configuration, defaults={})
        patient.world.add_array(paths=4)

        assert ids(patient.facts()) == ["hidden-by-find-multipaths", "find-multipaths-unset"]


class TestTheStateFiles:
    def test_that_cannot_be_read_are_told(self, patient: Patient) -> None:
        """A folder stands where the file should be."""
        patient.mapped()
        (patient.folder / "multipath/bindings").unlink()
        (patient.folder / "multipath/bindings").mkdir()

        assert "state-unreadable" in ids(patient.facts())

    def test_that_have_no_folder_are_told(self, patient: Patient) -> None:
        """Where friendly names are wanted."""
        patient.mapped()

        assert ids(patient.on(Machine(udev=False, state_missing=True))) == ["state-missing"]

    def test_that_have_lines_of_no_use_are_told(self, patient: Patient) -> None:
        """With what is wrong with each."""
        patient.mapped()
        with (patient.folder / "multipath/wwids").open("a") as wwids:
            wwids.write("36001\n")

        (diagnosis,) = found(patient.facts(), "state-lines")
        assert "'36001' is no /wwid/" in diagnosis.evidence
