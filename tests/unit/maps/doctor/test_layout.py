"""Maps whose paths do not go different ways, or not all the ways that there are."""

from multipath import MultipathTable

from .patient import Patient, found, ids


class TestAMap:
    def test_with_one_path_is_told(self, patient: Patient) -> None:
        """Whatever made it."""
        array = patient.world.add_array(paths=1)
        table = MultipathTable.build([[array.paths[0].name]])
        patient.host.create("mpatha", table, uuid=f"mpath-{array.wwid}")

        assert "single-path" in ids(patient.facts())

    def test_that_lacks_a_way_of_another_is_told(self, patient: Patient) -> None:
        """The LUN is not mapped to a port, as the other is."""
        array = patient.world.add_array(paths=4, units=2, groups=("active/optimized", "active/non-optimized"))
        lost = array.paths_to(array.units[1])[0]
        patient.world.delete(lost)
        patient.treat()

        (diagnosis,) = found(patient.facts(), "missing-paths")
        assert diagnosis.evidence.startswith("3 of 4 ways to the array; missing: host")
        assert "uneven-adapters" in ids(patient.facts())

    def test_of_one_adapter_is_told(self, patient: Patient) -> None:
        """Two ports of the array do not help then."""
        patient.mapped(paths=2)

        (diagnosis,) = found(patient.facts(), "one-adapter")
        assert diagnosis.evidence.startswith("all 2 paths go over ")
        assert ids(patient.facts()) == ["one-adapter"]

    def test_of_one_port_is_told(self, patient: Patient) -> None:
        """Two adapters do not help then."""
        patient.mapped(paths=2, ports=1, groups=("active/optimized",))

        assert ids(patient.facts()) == ["one-target-port"]


class TestADisk:
    def test_alone_is_noted_where_its_array_gives_others_several_paths(self, patient: Patient) -> None:
        """It is masked or zoned for one port, most likely."""
        array = patient.world.add_array(paths=4, units=2, groups=("active/optimized", "active/non-optimized"))
        first, *others = array.paths_to(array.units[1])
        for path in others:
            patient.world.delete(path)
        patient.treat()

        assert [each.object for each in found(patient.facts(), "single-path-disk")] == [first.name]

    def test_alone_is_noted_where_its_array_is_known(self, patient: Patient) -> None:
        """It stands in the hardware table: it would have another port."""
        patient.world.add_array(paths=1)

        assert ids(patient.facts()) == ["single-path-disk"]

    def test_alone_is_well_where_it_is_no_array(self, patient: Patient) -> None:
        """A disk in the machine is no path."""
        patient.world.add_array(paths=1)
        patient.write(f"{patient.world.arrays[0].paths[0].folder}/vendor", "ATA")

        assert ids(patient.facts()) == []
