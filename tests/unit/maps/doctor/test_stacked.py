"""Who uses a path past its map, and what lets them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from multipath import MultipathTable
from multipath.dm.holders import Holder
from multipath.maps.doctor.facts import Facts
from multipath.maps.doctor.machine import Machine
from multipath.units import DevT, devt

from .patient import Patient, configured, found, ids

VOLUME = Holder("lvm", "data-mysql", device=devt(253, 9))


def used(facts: Facts, users: Mapping[DevT, Sequence[Holder]]) -> Facts:
    """Return facts with other users of paths."""
    return replace(facts, inputs=replace(facts.inputs, users={**facts.inputs.users, **users}))


class TestAPath:
    @pytest.mark.parametrize(
        ("holder", "ends"),
        [
            (VOLUME, "lvchange -an data/mysql"),
            (Holder("mount", "/srv"), "umount /srv"),
            (Holder("swap", "/dev/sda2"), "swapoff /dev/sda2"),
            (Holder("md", "md0", device=devt(9, 0)), "mdadm --stop /dev/md0"),
            (Holder("partition", "sda-part1", device=devt(253, 8)), "remove sda-part1"),
        ],
    )
    def test_of_a_map_that_is_used_by_itself_is_told(self, patient: Patient, holder: Holder, ends: str) -> None:
        """By whom, and how that ends."""
        array, _ = patient.mapped()
        facts = patient.facts()

        (diagnosis,) = found(used(facts, {array.paths[0].devt: (*facts.inputs.users[array.paths[0].devt], holder)}),
                             "used-past-the-map")  # fmt: skip
        assert str(holder) in diagnosis.evidence
        assert diagnosis.step == f"{ends}; then use /dev/mapper/mpatha"

    def test_of_a_unit_without_a_map_likewise(self, patient: Patient) -> None:
        """It has other paths, that its user knows nothing of."""
        array = patient.world.add_array(paths=4)

        assert "used-past-the-map" in ids(used(patient.facts(), {array.paths[1].devt: [VOLUME]}))

    def test_that_is_alone_may_be_used(self, patient: Patient) -> None:
        """It is a disk as any other."""
        array = patient.world.add_array(paths=1)

        assert "used-past-the-map" not in ids(used(patient.facts(), {array.paths[0].devt: [VOLUME]}))

    def test_that_the_system_runs_from_is_told_apart(self, patient: Patient) -> None:
        """For then it is the initramfs that lacks something."""
        array = patient.world.add_array(paths=4)

        facts = used(patient.facts(), {array.paths[1].devt: [Holder("mount", "/")]})
        assert "boot-past-the-map" in ids(facts)
        assert "used-past-the-map" not in ids(facts)

    def test_in_two_maps_is_told(self, patient: Patient) -> None:
        """The kernel allows it."""
        array, _ = patient.mapped()
        table = MultipathTable.build([[path.name for path in array.paths]])
        with pytest.raises(Exception, match="held by"):
            patient.host.create("other", table, uuid="MINE-1")
        patient.host.create("other", table, uuid="MINE-1", verify=False)

        (first, *_) = found(patient.facts(), "path-in-two-maps")
        assert (first.object, first.evidence) == ("sda", "it is in mpatha and other")


class TestTheFilesOfOthers:
    def test_of_lvm_that_let_it_look_at_paths_are_told(self, patient: Patient) -> None:
        """Unless it is in a comment."""
        patient.mapped()
        line = "\tmultipath_component_detection = 0\n"

        assert ids(patient.on(Machine(udev=False, lvm=f"devices {{\n{line}}}"))) == ["lvm-sees-paths"]
        assert ids(patient.on(Machine(udev=False, lvm=f"devices {{\n#{line}}}"))) == []

    def test_of_lvm_that_list_a_path_are_told(self, patient: Patient) -> None:
        """A map is listed by its uuid."""
        patient.mapped()
        path = "IDTYPE=sys_wwid IDNAME=naa.6001 DEVNAME=/dev/sda PVID=x"
        through = "IDTYPE=mpath_uuid IDNAME=mpath-36001 DEVNAME=/dev/mapper/mpatha PVID=x"
        other = "IDTYPE=sys_wwid IDNAME=naa.7 DEVNAME=/dev/sdz PVID=y"

        (diagnosis,) = found(patient.on(Machine(udev=False, lvm_devices=f"# x\n{other}\n{path}")), "lvm-lists-path")
        assert diagnosis.object == "/dev/sda"
        assert ids(patient.on(Machine(udev=False, lvm_devices=f"{other}\n{through}"))) == []

    def test_of_mounts_that_name_a_path_are_told(self, patient: Patient) -> None:
        """Its partitions too; other disks may be named so."""
        patient.mapped()
        text = "# /dev/sda1 / ext4\n/dev/sdb1 /srv xfs defaults 0 0\n/dev/sdz1 /x xfs\n/dev/mapper/mpatha /y xfs\n"

        (diagnosis,) = found(patient.on(Machine(udev=False, fstab=text)), "fstab-names-path")
        assert diagnosis.evidence.startswith("/dev/sdb1 ")
        assert ids(patient.on(Machine(udev=False, fstab="UUID=1 / ext4\n"))) == []

    @pytest.mark.parametrize("device", ["/dev/nvme0n1", "/dev/nvme0n1p2", "/dev/disk/by-path/pci-1-part2"])
    def test_of_mounts_know_all_names_of_a_path(self, patient: Patient, device: str) -> None:
        """And none that goes over to its map."""
        patient.mapped()
        facts = patient.on(Machine(udev=False, fstab=f"{device} /srv xfs\n/dev/disk/by-id/wwn-1 /x xfs\n"))
        links = {"DEVLINKS": "/dev/disk/by-id/wwn-1 /dev/disk/by-path/pci-1"}
        first, *others = facts.plan.paths
        path = replace(first.path, name="nvme0n1", udev=links)
        facts = replace(facts, plan=replace(facts.plan, paths=(replace(first, path=path), *others)))

        assert [each.evidence.split()[0] for each in found(facts, "fstab-names-path")] == [device]


def test_a_configuration_changes_nothing_here(patient: Patient) -> None:
    """A unit that is blacklisted is used path by path all the same."""
    array = patient.world.add_array(paths=4)
    patient.config = configured("", 'blacklist {\n devnode "^sd"\n}\n')

    assert "used-past-the-map" in ids(used(patient.facts(), {array.paths[0].devt: [VOLUME]}))
