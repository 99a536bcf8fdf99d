"""Namespaces: of one controller, and of a subsystem that the driver multipaths."""

import shutil

import pytest

from multipath.paths.discover import discover
from multipath.paths.native_path import NativePath
from multipath.paths.path import Path

from .world import Sysfs


def only(sysfs: Sysfs) -> Path:
    """Return the one path that there is."""
    (path,) = discover(sysfs.root)
    return path


class TestANamespaceOfOneController:
    def test_is_what_the_controller_is(self, sysfs: Sysfs) -> None:
        """With the vendor that multipath-tools gives all of them."""
        sysfs.add_nvme()

        path = only(sysfs)

        assert (path.bus, path.vendor, path.model, path.revision, path.serial) == (
            "nvme",
            "NVME",
            "Linux",
            "6.1",
            "1a2b",
        )
        assert (path.state, path.ana_state, path.host, path.native) == ("live", "optimized", 0, False)
        assert path.nvme_wwid == path.designator == "uuid.6e6f7468-696e-6720-746f-207365652100"

    @pytest.mark.parametrize(
        ("transport", "protocol"),
        [
            ("pcie", "nvme:pcie"),
            ("rdma", "nvme:rdma"),
            ("fc", "nvme:fc"),
            ("tcp", "nvme:tcp"),
            ("loop", "nvme:loop"),
            ("apple-nvme", "nvme:apple-nvme"),
            ("carrier-pigeon", "nvme:unspec"),
            ("", "nvme:unspec"),
        ],
    )
    def test_is_reached_over_the_transport_of_the_controller(self, sysfs: Sysfs, transport: str, protocol: str) -> None:
        """In the words of multipath.conf."""
        sysfs.add_nvme(transport=transport)

        assert only(sysfs).protocol == protocol

    @pytest.mark.parametrize(
        ("address", "port"),
        [
            ("0000:01:00.0", "0000:01:00.0"),
            ("traddr=192.0.2.1,trsvcid=4420,src_addr=192.0.2.9", "192.0.2.1:4420"),
            ("traddr=2001:db8::1,trsvcid=4420", "[2001:db8::1]:4420"),
            ("traddr=nn-0x1:pn-0x2,host_traddr=nn-0x3:pn-0x4", "nn-0x1:pn-0x2"),
            ("", None),
        ],
    )
    def test_has_the_port_that_the_controller_answers_at(self, sysfs: Sysfs, address: str, port: str | None) -> None:
        """And not the address of this host."""
        sysfs.add_nvme(address=address)

        path = only(sysfs)

        assert (path.target_node, path.target_port) == ("nqn.2014-08.org.example:array", port)

    def test_may_have_no_ana_state(self, sysfs: Sysfs) -> None:
        """A drive reports none."""
        sysfs.add_nvme(transport="pcie", address="0000:01:00.0", ana_state=None)

        assert (only(sysfs).ana_state, only(sysfs).pci) == (None, "0000:00:06.0")


class TestANamespaceThatTheDriverMultipaths:
    def test_is_shown_with_its_hidden_paths(self, sysfs: Sysfs) -> None:
        """They have no node: there is nothing of them to put into a map."""
        sysfs.add_nvme(native=True)

        path = only(sysfs)

        assert (path.name, path.native, path.host, path.protocol) == ("nvme0n1", True, None, "nvme:unspec")
        assert path.native_paths == tuple(
            NativePath(f"nvme0c{number}n1", "nvme:tcp", "live", "optimized", "192.0.2.1:4420") for number in (0, 1)
        )

    @pytest.mark.parametrize("dangling", [False, True])
    def test_may_lose_a_controller_while_it_is_read(self, sysfs: Sysfs, dangling: object) -> None:
        """What is gone is left out, whether its link is gone too or not yet."""
        sysfs.add_nvme(native=True)
        link = sysfs.root / "devices/virtual/nvme-subsystem/nvme-subsys0/nvme1"
        shutil.rmtree(link.resolve()) if dangling else link.unlink()

        assert [path.name for path in only(sysfs).native_paths] == ["nvme0c0n1"]
