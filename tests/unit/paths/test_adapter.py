"""The card that a SCSI host sits on."""

from pathlib import Path as Folder

from multipath.paths.adapter import adapter, pci_function


class TestAHost:
    def test_sits_below_the_nearest_bridge(self, tmp_path: Folder) -> None:
        """Of several that are cascaded."""
        host = tmp_path / "devices/pci0000:00/0000:00:02.0/0000:01:00.0/0000:02:00.0/host2"
        host.mkdir(parents=True)
        for bridge in (host.parents[1], host.parents[2]):
            (bridge / "driver").symlink_to("../../../bus/pci/drivers/pcieport")
        (host.parent / "driver").symlink_to("../../../bus/pci/drivers/qla2xxx")

        assert (pci_function(str(host)), adapter(str(host))) == ("0000:02:00.0", "0000:01:00.0")

    def test_may_sit_below_none(self, tmp_path: Folder) -> None:
        """In a virtual machine, for example."""
        assert (pci_function("/sys/devices/platform/host2"), adapter("/sys/devices/platform/host2")) == (None, None)
        assert adapter("") is None
