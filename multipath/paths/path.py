"""One block device that can be a path of a map."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from ..config.entry import Subject
from ..units import DevT, Sectors, format_devt
from .native_path import NativePath

Bus = Literal["scsi", "nvme", "ccw", "cciss", "undef"]
ONLINE: Final = "Online"  # two states of a port that may be written while it is in the other one
MARGINAL: Final = "Marginal"


@dataclass(frozen=True, slots=True)
class Path:
    """
    A path device as sysfs and udev's database show it; nothing was asked of the device itself.

    Attributes:
        name: The kernel's name, ``sda``.
        devt: The device number.
        size: The size that the kernel holds.
        designator: The identity of the logical unit as the kernel chose it (``naa.…``, ``t10.…``); ``None`` if unknown.
        vendor: From INQUIRY, ``NVME`` for a namespace, ``IBM`` for a DASD; what configuration entries are matched with.
            A SCSI device that gives none is of ``UNKNOWN``, as in multipath-tools. ``None`` for other devices.
        model: From INQUIRY, or of the NVMe controller; else as the vendor.
        hctl: Host, channel, target and unit as ``H:C:T:L``; ``None`` for what is not SCSI.
        state: The SCSI device's state (``running``, ``offline``, …) or the NVMe controller's.
        diskseq: The number that this disk, and no later one of the same name, has; ``None`` before Linux v5.15.
        bus: What kind of device it is.
        protocol: Bus and transport as multipath.conf(5) has them: ``scsi:fcp``, ``nvme:tcp``, ``ccw``, ``undef``.
        revision: From INQUIRY, or the firmware's.
        serial: From page 0x80, or the NVMe subsystem's; ``None`` where it is unknown.
        target_node: The target's node name: a WWNN, an iSCSI name, a SAS address, an NQN.
        target_port: The port of the target: a WWPN, an iSCSI portal, an NVMe transport address.
        port_group: The target port group, from page 0x83.
        relative_port: The relative target port, from page 0x83.
        tpgs: The TPGS field of INQUIRY: 0 no ALUA, 1 implicit, 2 explicit, 3 both; ``None`` where it is unknown.
        access_state: The ALUA state as the kernel prints it, ``active/optimized``; ``None`` without a handler.
        preferred: Whether the kernel says that the path is preferred.
        ana_state: The ANA state as the kernel prints it, ``optimized``.
        handler: The hardware handler that is attached; ``None`` for none.
        host: The number of the SCSI host or of the NVMe controller.
        adapter: What the ports of one host adapter have in common: the PCI bridge above them, the CCW device, or the
            address that an iSCSI host speaks from; ``None`` where there is none, and for what is not SCSI.
        read_only: Whether the device refuses writes.
        vpd_83: Page 0x83 with its header, as the kernel read it; empty where it holds none.
        nvme_wwid: The ``wwid`` of a namespace.
        dasd_uid: The ``uid`` of a DASD.
        udev: Its properties in udev's database; ``None`` where there is no database or the device is not in it.
        link_speed: Of its transport's link, in Mbit/s; ``None`` where it is unknown.
        native: Whether the NVMe driver multipaths it itself: then it is no path for a map.
        native_paths: The hidden paths to such a namespace.
        pci: The PCI function of the host adapter, or of the NVMe controller.
        port_state: Of the target's port as a Fibre Channel host sees it: ``Online``, ``Marginal``, ``Blocked``, …;
            ``None`` for other transports.
    """

    name: str
    devt: DevT
    size: Sectors
    designator: str | None
    vendor: str | None
    model: str | None
    hctl: str | None
    state: str | None
    diskseq: int | None = None
    bus: Bus = "undef"
    protocol: str = "undef"
    revision: str | None = None
    serial: str | None = None
    target_node: str | None = None
    target_port: str | None = None
    port_group: int | None = None
    relative_port: int | None = None
    tpgs: int | None = None
    access_state: str | None = None
    preferred: bool = False
    ana_state: str | None = None
    handler: str | None = None
    host: int | None = None
    adapter: str | None = None
    read_only: bool = False
    vpd_83: bytes = field(default=b"", repr=False)
    nvme_wwid: str | None = None
    dasd_uid: str | None = None
    udev: Mapping[str, str] | None = field(default=None, repr=False, compare=False, hash=False)
    link_speed: int | None = None
    native: bool = False
    native_paths: tuple[NativePath, ...] = ()
    pci: str | None = None
    port_state: str | None = None

    @property
    def is_marginal(self) -> bool:
        """Whether the port that it leads to is: its fabric, or the administrator, calls the way there unreliable."""
        return self.port_state == MARGINAL

    def __str__(self) -> str:
        """Return name and number."""
        return f"{self.name} ({format_devt(self.devt)})"

    def subject(self, wwid: str | None = None) -> Subject:
        """Return what this path is to the configuration, as a path of the map ``wwid`` where that is given."""
        return Subject(self.vendor or "", self.model or "", self.revision or "", self.protocol, wwid)
