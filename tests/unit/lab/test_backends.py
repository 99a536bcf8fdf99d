"""The arrays of the lab, as the shell text that makes them."""

import json
import subprocess
from pathlib import Path

import pytest

from multipath.errors import LabError
from multipath.lab import Machine, backends
from multipath.lab.lio import group_of, serial


@pytest.mark.parametrize("name", backends.names())
class TestEveryBackend:
    def test_is_text_that_the_shell_reads(self, name: str) -> None:
        """No quoting has gone astray."""
        text = backends.script(Machine(backend=name, stock=True, paths=3, luns=2, size=8))

        assert subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0

    def test_needs_no_paths(self, name: str) -> None:
        """A guest without an array is a guest all the same."""
        text = backends.script(Machine(backend=name, stock=True, paths=0))

        assert subprocess.run(["sh", "-n"], input=text, text=True, check=False).returncode == 0


class TestALoopbackTarget:
    def test_has_a_host_for_each_path(self) -> None:
        """Each shows every unit."""
        text = backends.script(Machine(backend="tcm_loop", paths=3, luns=2))

        assert text.count("/nexus\n") == 3
        assert text.count("ln -s ") == 6

    @pytest.mark.parametrize(("paths", "optimized"), [(1, 1), (2, 1), (3, 2), (4, 2)])
    def test_has_the_first_half_of_its_paths_optimized(self, paths: int, optimized: int) -> None:
        """A single path is."""
        assert [group_of(path, paths) for path in range(paths)].count("optimized") == optimized

    def test_has_serial_numbers_of_hexadecimal_digits(self) -> None:
        """The kernel leaves all others out of the identifier."""
        assert [int(serial(lun), 16) & 0xFFFF for lun in range(3)] == [0, 1, 2]


class TestAnArrayThatGetsStuck:
    def test_has_one_store_for_each_unit_and_a_device_for_each_path(self) -> None:
        """So all paths lead to the same bytes, and one can be stuck alone."""
        text = backends.script(Machine(backend="stuck", paths=3, luns=2))

        assert text.count("losetup") == 2
        assert text.count("dmsetup create") == 6


class TestAScsiDebugForEachPath:
    def test_is_a_copy_of_the_module_under_another_name(self) -> None:
        """Of equal length, as a name in a binary must be."""
        text = backends.script(Machine(backend="scsi_debug_per_path", paths=2))

        assert "s/scsi_debug/scsi_debuA/g" in text
        assert "s/pseudo/pseudB/g" in text

    def test_refuses_more_paths_than_there_are_letters(self) -> None:
        """The limit is told."""
        with pytest.raises(LabError, match="up to 26 paths, not 27"):
            backends.script(Machine(backend="scsi_debug_per_path", paths=27))


class TestAnIscsiArray:
    def test_has_a_portal_for_each_path(self) -> None:
        """None of them is the address that the initiator sends from."""
        text = backends.script(Machine(backend="iscsi", paths=2))

        assert "np/127.0.0.2:3260" in text
        assert "np/127.0.0.3:3260" in text
        assert "127.0.0.1" not in text

    def test_is_the_only_one_that_is_fetched(self) -> None:
        """Guests with other arrays do without the initiator's programs."""
        assert {name for name in backends.names() if backends.packages(name)} == {"iscsi"}


class TestAnNvmeArray:
    def test_has_a_port_and_a_controller_for_each_path(self) -> None:
        """With the driver's own multipathing off, each controller is a disk."""
        text = backends.script(Machine(backend="nvme_tcp", stock=True, paths=2, luns=3))

        assert "multipath=N" in text
        assert text.count("/dev/nvme-fabrics") == 2
        assert text.count("device_uuid") == 3

    def test_is_refused_where_there_is_no_nvme(self) -> None:
        """User-mode Linux is built without."""
        with pytest.raises(LabError, match="needs a stock kernel"):
            backends.script(Machine(backend="nvme_tcp"))


class TestAFibreChannelArray:
    def test_has_a_cable_for_each_path(self) -> None:
        """With a host at each end, a target port that shows every unit, and an initiator that may see them."""
        text = backends.script(Machine(backend="fcoe", stock=True, paths=2, luns=3))

        assert text.count("ip link add") == 2
        assert text.count("create_vn2vn") == 4
        assert text.count("/acls/20:00:0a:00:00:00:01:01/lun_") == 6

    def test_plugs_no_cable_in_before_all_hosts_are_made(self) -> None:
        """The kernel would die of what comes in too early."""
        text = backends.script(Machine(backend="fcoe", stock=True, paths=2))

        assert text.rindex("create_vn2vn") < text.index("ip link set hba0 up")

    def test_is_refused_where_there_is_no_fcoe(self) -> None:
        """User-mode Linux is built without."""
        with pytest.raises(LabError, match="needs a stock kernel"):
            backends.script(Machine(backend="fcoe"))


class TestEmulatedHosts:
    def test_are_for_stock_kernels(self) -> None:
        """User-mode Linux has no bus that they could be on."""
        with pytest.raises(LabError, match=r"two_hbas needs a stock kernel .*: it is emulated hardware"):
            backends.script(Machine(backend="two_hbas"))

    def test_share_one_image_for_each_unit(self, tmp_path: Path) -> None:
        """A host for each path, in a slot of its own; every unit behind all of them, by the same name."""
        words = backends.hardware(Machine(backend="two_hbas", stock=True, paths=2, luns=3, size=8), tmp_path)

        assert [path.stat().st_size for path in sorted(tmp_path.iterdir())] == [8 << 20] * 3
        devices = [json.loads(word) for word in words if word.startswith("{")]
        assert [device["addr"] for device in devices if device["driver"] == "virtio-scsi-pci"] == ["0x10", "0x11"]
        units = [device for device in devices if device["driver"] == "scsi-hd"]
        assert len({device["wwn"] for device in units}) == 3
        assert len({device["id"] for device in units}) == 6

    def test_are_no_more_than_the_bus_has_slots(self, tmp_path: Path) -> None:
        """The limit is told."""
        with pytest.raises(LabError, match="up to 16 paths, not 17"):
            backends.hardware(Machine(backend="two_hbas", stock=True, paths=17), tmp_path)

    def test_are_nothing_to_other_arrays(self, tmp_path: Path) -> None:
        """These are made by the guest's own kernel."""
        assert backends.hardware(Machine(stock=True), tmp_path) == []
