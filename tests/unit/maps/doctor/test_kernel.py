"""What the kernel lacks, and its known defects."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from multipath import Control, Host, MultipathTable
from multipath.dm.target import Target
from multipath.errors import DeviceMapperError, DeviceMapperMissing
from multipath.maps.doctor.facts import ExaminedMap, Facts
from multipath.maps.doctor.gathering import Examination, gather_facts
from multipath.maps.doctor.machine import Machine
from multipath.maps.snapshot import MapSnapshot
from multipath.units import Sectors
from multipath.virtual import VirtualHost
from multipath.wire.features import Features

from .patient import Patient, configured, found, ids

BIO = Features(queue_if_no_path=True, queue_mode="bio")


class Without(Host):
    """A host whose kernel has no device-mapper."""

    @property
    def control(self) -> Control:
        """Not there."""
        raise DeviceMapperMissing(errno.ENOENT, "open", "/dev/mapper/control", "No such file or directory")


class TestAKernel:
    def test_without_device_mapper_is_said_to_lack_it(self, tmp_path: Path) -> None:
        """And what can be examined without it is: the paths are read from sysfs."""
        with VirtualHost() as world, Without(**world.seams()) as host:
            world.add_array(paths=4)
            facts = gather_facts(host, Examination(configured("", "colour {\n}\n"), None, None, tmp_path))

            assert ids(facts) == ["no-device-mapper", "config", "no-map"]

    def test_without_the_target_is_said_to_lack_it(self, patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
        """A kernel with device-mapper need not have the module."""

        def missing(_: object, target: str) -> None:
            raise DeviceMapperError(errno.EINVAL, "DM_GET_TARGET_VERSION", target)

        monkeypatch.setattr(type(patient.host.control), "target_version", missing)

        assert ids(patient.facts()) == ["no-multipath-target"]

    def test_without_device_handlers_is_said_to_lack_them(self, patient: Patient) -> None:
        """Where the array has access states; one finding for the unit."""
        array, _ = patient.mapped()
        for path in array.paths:
            patient.write(f"{path.folder}/dh_state", "detached")

        (diagnosis,) = found(patient.facts(), "no-device-handler")
        assert (diagnosis.object, diagnosis.step[:22]) == (array.wwid, "modprobe scsi_dh_alua,")

    def test_without_the_selector_is_said_to_lack_it(self, patient: Patient) -> None:
        """Of modules it is known where their list is there."""
        patient.mapped()

        assert ids(patient.on(Machine(frozenset({"dm-round-robin"}), udev=False))) == ["no-path-selector"]


class TestAMapOfBios:
    def test_that_queues_without_a_path_spins(self, patient: Patient) -> None:
        """And hangs, as any map would."""
        patient.config = configured('features "2 queue_mode bio"\n no_path_retry 5')
        _, mpath = patient.mapped()
        for path in mpath.snapshot.table.devices:
            mpath.fail_path(path)

        assert {"bio-queue-spins", "map-hangs"} <= {*ids(patient.facts())}

    def test_that_is_empty_is_told(self, patient: Patient) -> None:
        """Its removal can hang."""
        patient.host.create("mpatha", MultipathTable((), BIO), uuid="mpath-3600", size=Sectors(8))

        assert "bio-map-empty" in ids(patient.facts())

    def test_whose_selector_counts_below_zero_is_told(self, patient: Patient) -> None:
        """By the status that the kernel prints then."""
        patient.config = configured('features "2 queue_mode bio"')
        patient.mapped()
        facts = patient.facts()
        (each,) = facts.maps

        assert ids(replace(facts, maps=(self.wrong(each),))) == ["selector-count"]

    @staticmethod
    def wrong(each: ExaminedMap) -> ExaminedMap:
        """Return the map, with a path of which more came back than went out."""
        line = each.snapshot.status_line
        text = line.params.replace("A 0 0 1", "A 0 -4096 1", 1)
        assert text != line.params
        snapshot = each.snapshot
        status = Target(line.start, line.length, line.type, text)
        return replace(each, snapshot=MapSnapshot(snapshot.info, snapshot.table_line, status))


def test_the_facts_of_a_world_have_no_machine(patient: Patient) -> None:
    """Else this machine's files would be held against a world in memory."""
    facts: Facts = gather_facts(patient.host, Examination())

    assert (facts.machine, facts.managers) == (None, None)
