"""Over which transport a path is reached, and by which ports: for each transport that the kernel has."""

import os
from collections.abc import Callable
from pathlib import Path as Folder

import pytest

from multipath.paths.discover import discover
from multipath.paths.path import Path
from multipath.paths.transport import mbit_per_second, remote_port
from multipath.virtual import VirtualHost

from .world import Sysfs, Unit


def only(sysfs: Sysfs) -> Path:
    """Return the one path that there is."""
    (path,) = discover(sysfs.root)
    return path


class TestAPathOverFibreChannel:
    def test_has_the_names_of_the_remote_port(self, sysfs: Sysfs) -> None:
        """The target is its node, the port its port."""
        sysfs.add_fc("sdb", "8:16", "3:0:2:7", port=0x500A0981A2B3C4D5)

        path = only(sysfs)

        assert (path.bus, path.protocol, path.hctl, path.host) == ("scsi", "scsi:fcp", "3:0:2:7", 3)
        assert (path.target_node, path.target_port) == ("0x500a0981a2b3c400", "0x500a0981a2b3c4d5")

    @pytest.mark.parametrize(("state", "marginal"), [("Online", False), ("Marginal", True), ("Blocked", False)])
    def test_knows_the_state_of_the_remote_port(self, sysfs: Sysfs, state: str, marginal: bool) -> None:
        """Marginal is what its fabric, or the administrator, says of it."""
        sysfs.add_fc("sda", "8:0")
        Folder(remote_port(f"{sysfs.root}/block/sda") or "", "port_state").write_text(f"{state}\n")

        assert (only(sysfs).port_state, only(sysfs).is_marginal) == (state, marginal)

    def test_knows_the_card_and_its_bridge(self, sysfs: Sysfs) -> None:
        """Two ports of one card have the bridge in common, and not the function."""
        sysfs.add_fc("sda", "8:0", "2:0:0:0", adapter="0000:05:00.0")
        sysfs.add_fc("sdb", "8:16", "3:0:0:0", adapter="0000:05:00.1")

        one, other = discover(sysfs.root)

        assert (one.pci, other.pci) == ("0000:05:00.0", "0000:05:00.1")
        assert one.adapter == other.adapter == "0000:00:05.0"

    @pytest.mark.parametrize(
        ("text", "speed"), [("16 Gbit", 16_000), ("Unknown", None), ("Not Negotiated", None), (b"\xff", None)]
    )
    def test_is_as_fast_as_the_link_of_its_host(self, sysfs: Sysfs, text: object, speed: int | None) -> None:
        """In Mbit/s; many drivers do not say."""
        sysfs.add_fc("sda", "8:0", speed=text)

        assert only(sysfs).link_speed == speed

    def test_may_lose_its_remote_port_while_it_is_read(self, sysfs: Sysfs) -> None:
        """Then its transport is unknown, as in multipath-tools."""
        sysfs.add_fc("sda", "8:0")
        next(sysfs.root.rglob("node_name")).unlink()

        assert (only(sysfs).protocol, only(sysfs).target_node) == ("scsi:unspec", None)

    def test_may_come_through_a_channel_of_a_mainframe(self, sysfs: Sysfs) -> None:
        """A zfcp adapter is no PCI function: its bus id stands for it."""
        above = "css0/0.0.0001/0.0.1900/host0/rport-0:0-3"
        sysfs.make(f"{above}/fc_remote_ports/rport-0:0-3", node_name="0x5001", port_name="0x5002")
        sysfs.add_scsi("sda", "8:0", "0:0:3:0", above=above)

        assert (only(sysfs).adapter, only(sysfs).pci) == ("0.0.1900", None)


class TestAPathOverISCSI:
    def test_has_no_remote_port(self, sysfs: Sysfs) -> None:
        """Only Fibre Channel has one with a state; what is not there at all has none either."""
        sysfs.add_iscsi("sda", "8:0")

        assert (only(sysfs).port_state, only(sysfs).is_marginal) == (None, False)
        assert remote_port(f"{sysfs.root}/block/sda") is remote_port(f"{sysfs.root}/block/sdz") is None

    @pytest.mark.parametrize(
        ("address", "portal"), [("192.0.2.1", "192.0.2.1:3260,1"), ("2001:db8::1", "[2001:db8::1]:3260,1")]
    )
    def test_has_the_name_and_the_portal_of_its_session(self, sysfs: Sysfs, address: str, portal: str) -> None:
        """Written as iscsiadm writes it."""
        sysfs.add_iscsi("sda", "8:0", address=address)

        path = only(sysfs)

        assert (path.protocol, path.target_node) == ("scsi:iscsi", "iqn.2003-01.org.example:array")
        assert path.target_port == portal

    def test_has_the_address_of_this_host_for_its_adapter(self, sysfs: Sysfs) -> None:
        """Software iSCSI sits on no PCI function."""
        sysfs.add_iscsi("sda", "8:0", source="192.0.2.77")

        assert (only(sysfs).adapter, only(sysfs).pci) == ("192.0.2.77", None)

    def test_falls_back_to_the_address_that_is_connected(self, sysfs: Sysfs) -> None:
        """Where none was configured."""
        sysfs.add_iscsi("sda", "8:0")
        next(sysfs.root.rglob("persistent_address")).unlink()

        assert only(sysfs).target_port == "192.0.2.1:3260,1"


class TestAPathOverSAS:
    def test_has_the_address_of_its_end_device(self, sysfs: Sysfs) -> None:
        """Which is target and port in one; the lanes of a wide port add up."""
        sysfs.add_sas("sda", "8:0", address=0x5000C500A1B2C3D1)

        path = only(sysfs)

        assert (path.protocol, path.target_node, path.target_port) == (
            "scsi:sas",
            "0x5000c500a1b2c3d1",
            "0x5000c500a1b2c3d1",
        )
        assert (path.link_speed, path.adapter, path.pci) == (24_000, "0000:00:06.0", "0000:06:00.0")


class TestAPathOverAnotherTransport:
    @pytest.mark.parametrize(
        ("add", "protocol", "node", "pci"),
        [
            (Sysfs.add_srp, "scsi:srp", "0x0002c90300a1b2c3", "0000:07:00.0"),
            (Sysfs.add_virtio, "scsi:unspec", None, "0000:00:05.0"),
            (Sysfs.add_usb, "scsi:usb", "2-1:1.0", "0000:00:14.0"),
            (Sysfs.add_ata, "scsi:ata", "ata-3.00", "0000:00:1f.2"),
            (Sysfs.add_loop, "scsi:unspec", None, None),
        ],
    )
    def test_is_told_by_the_folders_above_it(
        self, sysfs: Sysfs, add: Callable[[Sysfs, str, str], Folder], protocol: str, node: str | None, pci: str | None
    ) -> None:
        """As multipath-tools names protocol and target; SRP, which it does not tell, by its own name."""
        add(sysfs, "sda", "8:0")

        path = only(sysfs)

        assert (path.protocol, path.target_node, path.pci) == (protocol, node, pci)

    def test_may_be_infiniband_with_its_port(self, sysfs: Sysfs) -> None:
        """The identifier of the remote port."""
        sysfs.add_srp("sda", "8:0")

        assert only(sysfs).target_port == "00:02:c9:03:00:a1:b2:c3"

    def test_may_be_usb_with_its_speed(self, sysfs: Sysfs) -> None:
        """The kernel gives it in Mbit/s."""
        sysfs.add_usb("sda", "8:0")

        assert only(sysfs).link_speed == 5000

    def test_may_be_none_that_multipath_knows(self, sysfs: Sysfs) -> None:
        """What virtio-blk calls vendor is a PCI number, and no vendor of an array."""
        sysfs.add_virtio_block("vda", "252:0")

        path = only(sysfs)

        assert (path.bus, path.protocol, path.vendor, path.model) == ("undef", "undef", None, None)


class TestAllUnitsOfOneTarget:
    def test_have_what_was_read_once(self, sysfs: Sysfs) -> None:
        """However many they are."""
        for number in range(4):
            sysfs.add_fc(f"sd{'abcd'[number]}", f"8:{16 * number}", f"2:0:0:{number}", unit=Unit())

        assert {(path.target_port, path.link_speed) for path in discover(sysfs.root)} == {
            ("0x0000000000005001", 16_000)
        }


class TestAPathOfTheVirtualWorld:
    def test_is_one_over_fibre_channel(self) -> None:
        """With all that a real one has."""
        with VirtualHost() as world:
            array = world.add_array(paths=2, groups=("active/optimized", "standby"))
            paths = discover(world.sysfs.root)

        assert {(path.protocol, path.link_speed, path.handler) for path in paths} == {("scsi:fcp", 16_000, "alua")}
        assert {path.access_state for path in paths} == {"active/optimized", "standby"}
        assert len({path.target_port for path in paths}) == len(array.ports)


class TestADriverThatDoesNotAnswer:
    def test_delays_nobody(self, sysfs: Sysfs) -> None:
        """Where an attribute should be is a pipe that nobody writes into: what it would tell is unknown."""
        sysfs.add_fc("sda", "8:0", "2:0:0:0")
        sysfs.add_fc("sdb", "8:16", "3:0:0:0", adapter="0000:06:00.0")
        speed = sysfs.root / "devices/pci0000:00/0000:00:05.0/0000:05:00.0/host2/fc_host/host2/speed"
        speed.unlink()
        os.mkfifo(speed)

        one, other = discover(sysfs.root)

        assert (one.link_speed, other.link_speed) == (None, 16_000)
        assert (one.protocol, one.target_node) == ("scsi:fcp", "0x0000000000005000")


class TestASpeed:
    @pytest.mark.parametrize(
        ("text", "speed"), [("32 Gbit", 32_000), ("22.5 Gbit", 22_500), ("", None), (None, None), ("9" * 99, None)]
    )
    def test_is_a_number_where_it_is_known(self, text: str | None, speed: int | None) -> None:
        """The kernel's words for unknown are many."""
        assert mbit_per_second(text) == speed
