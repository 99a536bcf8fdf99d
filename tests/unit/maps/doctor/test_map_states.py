"""Maps that do not do what a map is for."""

from dataclasses import replace

from multipath import Map
from multipath.dm.target import Target
from multipath.maps.doctor.managers import Managers
from multipath.maps.snapshot import MapSnapshot
from multipath.units import Sectors

from .patient import Patient, configured, found, ids


def fail_all(mpath: Map) -> None:
    """Fail every path."""
    for device in mpath.snapshot.table.devices:
        mpath.fail_path(device)


class TestAMap:
    def test_that_is_suspended_is_told(self, patient: Patient) -> None:
        """With the command that ends it, and loses nothing."""
        _, mpath = patient.mapped()
        patient.host.control.suspend(mpath.snapshot.info)

        (diagnosis,) = found(patient.facts(), "suspended")
        assert diagnosis.step == "dmsetup resume --noflush --nolockfs mpatha"
        patient.host.control.resume(mpath.snapshot.info)

    def test_without_a_table_is_told(self, patient: Patient) -> None:
        """As a program leaves it that is killed between making and loading."""
        patient.host.control.create("mpatha", uuid="mpath-36001")

        assert ids(patient.facts()) == ["no-table"]

    def test_with_a_second_table_is_told(self, patient: Patient) -> None:
        """As one leaves it that is killed between loading and resuming."""
        _, mpath = patient.mapped()
        patient.host.control.load(mpath.snapshot.info, [mpath.snapshot.table_line])

        assert ids(patient.facts()) == ["second-table"]

    def test_that_no_one_can_read_is_told(self, patient: Patient) -> None:
        """And the others are examined all the same."""
        patient.mapped()
        facts = patient.facts()
        line = Target(Sectors(0), Sectors(8), "multipath", "7 words of the future")
        strange = MapSnapshot(facts.inputs.maps[0].info, line, line)

        assert ids(replace(facts, unreadable={strange.name: "word 1"})) == ["map-unreadable"]

    def test_of_another_devices_kind_is_not_looked_at(self, patient: Patient) -> None:
        """Who suspends devices of his own knows why."""
        patient.host.control.create("mine", uuid="MINE-1")

        assert ids(patient.facts()) == []


class TestAMapWithoutAPath:
    def test_hangs_where_it_queues(self, patient: Patient) -> None:
        """With who says so, and how it is given up."""
        _, mpath = patient.mapped()
        fail_all(mpath)

        (diagnosis,) = found(patient.facts(), "map-hangs")
        assert diagnosis.evidence.startswith("0 of 4 paths are active, and it queues: no_path_retry is ")
        assert diagnosis.step.endswith("dmsetup message mpatha 0 fail_if_no_path")

    def test_is_dead_where_it_does_not(self, patient: Patient) -> None:
        """Its I/O fails."""
        _, mpath = patient.mapped()
        mpath.queue_if_no_path(False)
        fail_all(mpath)

        assert "map-dead" in ids(patient.facts())
        assert "map-hangs" not in ids(patient.facts())


class TestAMapThatQueues:
    def test_for_ever_is_noted(self, patient: Patient) -> None:
        """Where the configuration says so."""
        patient.config = configured("", "overrides {\n no_path_retry queue\n}\n")
        patient.mapped()

        assert ids(patient.facts()) == ["queues-for-ever"]

    def test_with_nobody_who_ends_it_is_noted_too(self, patient: Patient) -> None:
        """A number counts the checks of a manager."""
        patient.mapped()

        assert "queues-for-ever" in ids(patient.facts(managers=Managers()))


class TestAMapThatDiffers:
    def test_from_the_configuration_is_told(self, patient: Patient) -> None:
        """With what the plan would do about it."""
        patient.mapped()
        patient.config = configured("", "overrides {\n detect_pgpolicy no\n path_grouping_policy multibus\n}\n")

        (diagnosis,) = found(patient.facts(), "not-as-planned")
        assert (diagnosis.object, diagnosis.step) == ("mpatha", "mpath plan mpatha")
        assert diagnosis.evidence.startswith("mpath plan would reload: ")

    def test_from_the_size_of_its_paths_is_told(self, patient: Patient) -> None:
        """All of them see the new size."""
        array, _ = patient.mapped()
        for path in array.paths:
            patient.write(f"block/{path.name}/size", "262144")

        (diagnosis,) = found(patient.facts(), "map-size")
        assert diagnosis.evidence == "it has 131072 sectors, its paths have 262144"

    def test_from_the_best_group_is_told(self, patient: Patient) -> None:
        """It was switched away, and nobody switched it back."""
        patient.config = configured("", "overrides {\n failback immediate\n}\n")
        _, mpath = patient.mapped()
        mpath.switch_group(2)
        with patient.world.open("mpatha") as disk:
            disk.read(0, 512)

        (diagnosis,) = found(patient.facts(), "not-the-best-group")
        assert diagnosis.step == "mpath switch mpatha 1"
