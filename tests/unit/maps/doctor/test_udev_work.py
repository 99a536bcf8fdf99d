"""What udev should do, and does not."""

from dataclasses import replace

from multipath.maps.doctor.facts import Facts
from multipath.maps.doctor.machine import Cookie, Machine

from .patient import Patient, found, ids

RULES = {"55-dm.rules": True, "11-dm-mpath.rules": True, "60-multipath.rules": True, "66-kpartx.rules": True}


def known(facts: Facts) -> Facts:
    """Return facts whose paths udev knows."""
    maps = tuple(replace(each, paths=tuple(replace(path, udev={}) for path in each.paths)) for each in facts.maps)
    return replace(facts, maps=maps)


class TestUdev:
    def test_with_its_rules_is_well(self, patient: Patient) -> None:
        """Whatever numbers a distribution gives them."""
        patient.mapped()
        other = {"10-dm.rules": True, "56-dm-mpath.rules": True, "56-multipath.rules": True, "68-dm-parts.rules": True}

        assert ids(known(patient.on(Machine(rules=RULES)))) == []
        assert ids(known(patient.on(Machine(rules=other)))) == []

    def test_that_lacks_some_is_told(self, patient: Patient) -> None:
        """Each kind, with what it is for; one that is masked is lacking too."""
        patient.mapped()
        masked = {**RULES, "60-multipath.rules": False}

        assert len(found(patient.on(Machine()), "udev-rules")) == 4
        (diagnosis,) = found(known(patient.on(Machine(rules=masked))), "udev-rules")
        assert diagnosis.evidence.endswith("claiming the disks that are paths; 60-multipath.rules is masked")

    def test_whose_events_somebody_waits_for_in_vain_is_told(self, patient: Patient) -> None:
        """A minute is long; a moment is nothing."""
        old, new = Cookie("0xd4d1234", 4000.0), Cookie("0xd4d5678", 0.5)

        (diagnosis,) = found(patient.on(Machine(udev=False, cookies=(new, old))), "udev-cookies")
        assert diagnosis.evidence == "1 cookies: 0xd4d1234 for 4000 s"
        assert ids(patient.on(Machine(udev=False, cookies=(new,)))) == []

    def test_that_is_told_not_to_claim_is_told(self, patient: Patient) -> None:
        """On the kernel's command line, as a word of its own."""
        assert ids(patient.on(Machine(command_line="quiet nompath ro"))) == ["claims-off"]
        assert ids(patient.on(Machine(command_line="root=/dev/nompath"))) == []

    def test_that_does_not_know_a_path_is_told(self, patient: Patient) -> None:
        """In a world in memory it knows none."""
        patient.mapped()

        assert ids(patient.on(Machine(rules=RULES))) == ["udev-database"]
        assert ids(patient.on(Machine(rules=RULES, udev=False))) == []
