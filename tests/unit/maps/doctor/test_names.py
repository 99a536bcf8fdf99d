"""Names of maps, here and in the initramfs."""

from dataclasses import replace

from multipath.dm.holders import Holder
from multipath.maps.doctor.facts import Facts
from multipath.maps.doctor.machine import Machine
from multipath.units import devt

from .patient import Patient, configured, found, ids

IMAGE = "/boot/initrd.img-6.1"


def booted(facts: Facts) -> Facts:
    """Return facts of a system that runs from its first map, with a volume in between."""
    volume = devt(253, 9)
    above = {facts.maps[0].snapshot.devt: [Holder("lvm", "vg-root", device=volume)], volume: [Holder("mount", "/")]}
    return replace(facts, above=above)


class TestAMap:
    def test_that_has_another_name_than_its_binding_is_told(self, patient: Patient) -> None:
        """The initramfs had other bindings, most likely."""
        _, mpath = patient.mapped()
        mpath.rename("mpathz")

        (diagnosis,) = found(patient.facts(), "name-differs")
        assert (diagnosis.object, diagnosis.evidence[:31]) == ("mpathz", "it should be called mpatha: its")

    def test_whose_alias_is_another_units_is_told(self, patient: Patient) -> None:
        """By multipath.conf it is one's, by the bindings another's."""
        array, _ = patient.mapped()
        patient.config = configured("", "multipaths {\n multipath {\n wwid 3600f\n alias mpatha\n }\n}\n")

        (diagnosis,) = found(patient.facts(), "alias-twice")
        assert diagnosis.evidence == f"it is the alias of {array.wwid} and 3600f"

    def test_whose_alias_stands_twice_in_the_configuration_is_told(self, patient: Patient) -> None:
        """The second is not used."""
        one = " multipath {\n wwid %s\n alias data\n }\n"
        patient.config = configured("", f"multipaths {{\n{one % '36001'}{one % '36002'}}}\n")

        assert ids(patient.facts()) == ["alias-twice"]

    def test_without_its_node_is_told(self, patient: Patient) -> None:
        """Or whose node is another's."""
        patient.mapped()
        facts = patient.facts()
        gone, other = Machine(udev=False), Machine(udev=False, nodes={"mpatha": 7})

        assert ids(replace(facts, machine=gone)) == ["no-node"]
        assert found(replace(facts, machine=other), "no-node")[0].evidence.endswith("leads elsewhere than to dm-0")


class TestTheInitramfs:
    def test_that_is_older_than_the_bindings_is_told(self, patient: Patient) -> None:
        """Where the system runs from a map; else nothing there matters."""
        patient.mapped()
        machine = Machine(udev=False, image=IMAGE, stale=("/etc/multipath/bindings",), builds=True)

        (diagnosis,) = found(booted(patient.on(machine)), "initramfs-stale")
        assert diagnosis.object == IMAGE
        assert ids(patient.on(machine)) == []

    def test_that_is_built_without_multipath_is_told(self, patient: Patient) -> None:
        """The next one would not find the disk's other paths."""
        patient.mapped()

        assert ids(booted(patient.on(Machine(udev=False, image=IMAGE)))) == ["initramfs-without"]
        assert ids(booted(patient.on(Machine(udev=False, image=IMAGE, builds=True)))) == []
