"""A host that is well, and the catalogue as a whole."""

import re
from pathlib import Path

import pytest

from multipath.config.configuration import Configuration
from multipath.frontends.cli.main import VERBS
from multipath.maps.doctor.catalogue import CHECKS, examine
from multipath.maps.doctor.check import Check
from multipath.maps.doctor.machine import Machine

from .patient import Patient

RULES = {"55-dm.rules": True, "11-dm-mpath.rules": True, "60-multipath.rules": True, "66-kpartx.rules": True}
WELL = Machine(frozenset({"dm-service-time"}), udev=False, rules=RULES)


class TestAHostThatIsWell:
    def test_has_no_findings(self, patient: Patient) -> None:
        """Two units over two adapters, to four ports: no check has anything to say."""
        patient.mapped(units=2)

        assert examine(patient.facts()) == ()
        assert examine(patient.on(WELL)) == ()

    def test_is_examined_by_its_own_method(self, patient: Patient) -> None:
        """Without a word about a machine that is not this world's."""
        patient.mapped()
        assert isinstance(patient.config, Configuration)

        assert patient.host.doctor(patient.config, state=patient.state) == ()
        assert patient.host.doctor(patient.config, state=patient.state, ask=False) == ()

    def test_is_not_changed(self, patient: Patient) -> None:
        """No table, no file, no event."""
        _, mpath = patient.mapped()
        before = mpath.snapshot, sorted(patient.folder.rglob("*"))

        patient.facts()
        assert (patient.host.map("mpatha").snapshot, sorted(patient.folder.rglob("*"))) == before

    def test_without_disks_has_no_findings(self, patient: Patient) -> None:
        """Nothing is there that could be wrong."""
        assert examine(patient.facts()) == ()


class TestTheCatalogue:
    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
    def test_says_of_each_check_what_it_means(self, check: Check) -> None:
        """A title and a cause that fit into a line; and a step, here or by the rule itself."""
        assert re.fullmatch(r"[a-z][a-z-]+[a-z]", check.id)
        assert 10 < len(check.title) < 110
        assert 10 < len(check.cause) < 160

    @pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
    def test_names_no_verb_that_is_none(self, check: Check) -> None:
        """Who is in trouble is not to be sent astray."""
        assert {*re.findall(r"\bmpath (?!run\b|load the|apply,)([a-z]+)", check.step)} <= VERBS.keys()

    def test_names_no_check_twice(self) -> None:
        """For programs know them by their names."""
        assert len({check.id for check in CHECKS}) == len(CHECKS)

    def test_is_sick_once_in_these_tests(self) -> None:
        """Each check has a test in which it finds something."""
        texts = "".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))

        assert [check.id for check in CHECKS if f'"{check.id}"' not in texts] == []
