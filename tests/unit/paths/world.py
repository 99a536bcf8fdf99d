"""A host's sysfs in a folder, and devices that answer as a test says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as Folder

from multipath.errors import PathError
from multipath.paths.path import Path
from multipath.units import DevT, parse_devt

NAA = bytes.fromhex("600140500000000000000000000000a1")
OTHER = bytes.fromhex("600140500000000000000000000000b2")


def page_83(*designators: tuple[int, int, bytes]) -> bytes:
    """Return page 0x83 with ``(association, kind, value)`` for each designator."""
    body = b"".join(
        bytes((1, association << 4 | kind, 0, len(value))) + value for association, kind, value in designators
    )
    return bytes((0, 0x83)) + len(body).to_bytes(2, "big") + body


def page_80(serial: str) -> bytes:
    """Return page 0x80."""
    return bytes((0, 0x80)) + len(serial).to_bytes(2, "big") + serial.encode()


def naa_page(value: bytes) -> bytes:
    """Return the page of an ordinary array: the unit's NAA name, and which port answered."""
    return page_83((0, 3, value), (1, 4, b"\0\0\0\1"))


@dataclass(frozen=True)
class Unit:
    """What a logical unit says of itself down one path."""

    naa: bytes = NAA
    serial: str = "a1"
    vendor: str = "LIO-ORG"
    model: str = "disk"
    revision: str = "4.0"
    tpgs: int = 1
    group: int = 1
    port: int = 1
    access_state: str = "active/optimized"
    preferred: int = 0

    def attributes(self) -> dict[str, object]:
        """Return the attributes of the SCSI device."""
        page = page_83(
            (0, 3, self.naa),
            (1, 4, self.port.to_bytes(4, "big")),
            (1, 5, self.group.to_bytes(4, "big")),
        )
        names = f"{self.vendor:8.8}{self.model:16.16}{self.revision:4.4}".encode()
        alua = {"dh_state": "alua", "access_state": self.access_state, "preferred_path": self.preferred}
        return {
            "vendor": f"{self.vendor:8}",
            "model": f"{self.model:16}",
            "rev": f"{self.revision:4}",
            "inquiry": bytes((0, 0, 6, 2, 91, self.tpgs << 4, 0, 2)) + names + bytes(60),
            "vpd_pg80": page_80(self.serial),
            "vpd_pg83": page,
            "wwid": f"naa.{self.naa.hex()}",
            **(alua if self.tpgs else {"dh_state": "detached"}),
        }


class Sysfs:
    """
    The folders and links that the kernel makes for block devices, as it lays them out.

    Udev's database, where a device was given to `udev`, is beside it.
    """

    def __init__(self, root: Folder) -> None:
        self.root = root
        for folder in ("block", "class/block", "dev/block", "devices"):
            (root / folder).mkdir(parents=True)

    def add(self, name: str, number: str, size: object = 2048, *, below: str = "", **attributes: object) -> Folder:
        """Add a block device, whole or not, and return its folder; it is a path once it has a device."""
        folder = self.root / "devices" / below / name
        folder.mkdir(parents=True)
        self.write(folder, size=size, **({"dev": number} if number else {}), **attributes)
        for link in ("block/" + name, "class/block/" + name, "dev/block/" + number):
            target = self.root / link
            if target.parent.is_dir() and "\n" not in link and not link.endswith("/"):
                self.link(target, folder)
        return folder

    def add_scsi(
        self,
        name: str,
        number: str,
        hctl: str = "2:0:0:1",
        size: object = 2048,
        *,
        above: str = "",
        **device: object,
    ) -> Folder:
        """
        Add a SCSI disk, and return the folder of its disk.

        Args:
            name: The kernel's name.
            number: The device number.
            hctl: Its place on the bus.
            size: In sectors.
            above: The folder of the host, or what is between host and target, below ``devices``.
            **device: What the device says of itself, beside vendor, model and state.
        """
        host, _, rest = hctl.partition(":")
        above = above or f"pseudo_0/adapter0/host{host}"
        below = f"{above}/target{host}:{rest.rpartition(':')[0]}/{hctl}"
        folder = self.add(name, number, size, below=f"{below}/block")
        self.link(folder / "device", self.root / "devices" / below)
        self.write(
            folder.parents[1], **{"vendor": "LIO-ORG ", "model": "disk            ", "state": "running", **device}
        )
        return folder

    def add_fc(
        self,
        name: str,
        number: str,
        hctl: str = "2:0:0:1",
        *,
        unit: Unit = Unit(),
        port: int = 0x5001,
        adapter: str = "0000:05:00.0",
        speed: object = "16 Gbit",
    ) -> Folder:
        """Add a disk behind a Fibre Channel port."""
        host, channel, target, _ = hctl.split(":")
        above = self._pci_host(adapter, host)
        self.make(f"{above}/fc_host/host{host}", speed=speed, port_state="Online", port_name="0x2100000000000001")
        rport = f"rport-{host}:{channel}-{target}"
        self.make(
            f"{above}/{rport}/fc_remote_ports/{rport}",
            node_name=f"{port & ~0xFF:#018x}",
            port_name=f"{port:#018x}",
            port_state="Online",
        )
        return self.add_scsi(name, number, hctl, above=f"{above}/{rport}", **unit.attributes())

    def add_iscsi(
        self,
        name: str,
        number: str,
        hctl: str = "2:0:0:1",
        *,
        unit: Unit = Unit(),
        target: str = "iqn.2003-01.org.example:array",
        address: str = "192.0.2.1",
        source: str = "192.0.2.9",
    ) -> Folder:
        """Add a disk behind a session of software iSCSI."""
        host = hctl.partition(":")[0]
        above = f"platform/host{host}"
        session, connection = f"session{host}", f"connection{host}:0"
        self.make(f"{above}/scsi_host/host{host}", proc_name="iscsi_tcp", state="running")
        self.make(f"{above}/iscsi_host/host{host}", ipaddress=source, hwaddress="default", netdev="default")
        self.make(f"{above}/{session}/iscsi_session/{session}", targetname=target, tpgt=1, state="LOGGED_IN")
        self.make(
            f"{above}/{session}/{connection}/iscsi_connection/{connection}",
            persistent_address=address,
            persistent_port=3260,
            address=address,
            port=3260,
        )
        return self.add_scsi(name, number, hctl, above=f"{above}/{session}", **unit.attributes())

    def add_sas(
        self, name: str, number: str, hctl: str = "2:0:0:1", *, unit: Unit = Unit(), address: int = 0x5000C500A1B2C3D1
    ) -> Folder:
        """Add a disk at a wide port of two lanes."""
        host = hctl.partition(":")[0]
        above, port, end = self._pci_host("0000:06:00.0", host), f"port-{host}:0", f"end_device-{host}:0"
        for phy in (f"phy-{host}:0", f"phy-{host}:1"):
            self.make(f"{above}/{port}/{phy}/sas_phy/{phy}", negotiated_linkrate="12.0 Gbit")
        self.make(f"{above}/{port}/{end}/sas_device/{end}", sas_address=f"{address:#018x}")
        attributes = {"sas_address": f"{address:#018x}", **unit.attributes()}
        return self.add_scsi(name, number, hctl, above=f"{above}/{port}/{end}", **attributes)

    def add_srp(self, name: str, number: str, hctl: str = "2:0:0:1", *, unit: Unit = Unit()) -> Folder:
        """Add a disk behind an InfiniBand target."""
        host = hctl.partition(":")[0]
        above = self._pci_host("0000:07:00.0", host)
        self.make(f"{above}/srp_host/host{host}")
        self.make(f"{above}/scsi_host/host{host}", ioc_guid="0x0002c90300a1b2c3")
        port = f"port-{host}:1"
        self.make(f"{above}/{port}/srp_remote_ports/{port}", port_id="00:02:c9:03:00:a1:b2:c3", roles="SRP Target")
        return self.add_scsi(name, number, hctl, above=above, **unit.attributes())

    def add_virtio(self, name: str, number: str, hctl: str = "2:0:0:1", *, unit: Unit = Unit()) -> Folder:
        """Add a disk of virtio-scsi."""
        above = f"pci0000:00/0000:00:05.0/virtio1/host{hctl.partition(':')[0]}"
        return self.add_scsi(name, number, hctl, above=above, **unit.attributes())

    def add_virtio_block(self, name: str, number: str) -> Folder:
        """Add a disk of virtio-blk, which is on no bus that multipath knows."""
        below = "pci0000:00/0000:00:04.0/virtio2"
        folder = self.add(name, number, below=f"{below}/block")
        self.link(folder / "device", self.make(below, vendor="0x1af4", device="0x0002"))
        return folder

    def add_usb(self, name: str, number: str, hctl: str = "2:0:0:1", *, unit: Unit = Unit()) -> Folder:
        """Add a stick; those of UAS look alike."""
        device = "pci0000:00/0000:00:14.0/usb2/2-1"
        self.make(device, speed=5000)
        above = f"{device}/2-1:1.0/host{hctl.partition(':')[0]}"
        return self.add_scsi(name, number, hctl, above=above, **unit.attributes())

    def add_ata(self, name: str, number: str, hctl: str = "2:0:0:0", *, unit: Unit = Unit()) -> Folder:
        """Add a disk of libata."""
        above = f"pci0000:00/0000:00:1f.2/ata3/host{hctl.partition(':')[0]}"
        return self.add_scsi(name, number, hctl, above=above, **unit.attributes())

    def add_loop(self, name: str, number: str, hctl: str = "2:0:1:0", *, unit: Unit = Unit()) -> Folder:
        """Add a disk of the kernel's own target, looped back."""
        above = f"tcm_loop_0/tcm_loop_adapter_0/host{hctl.partition(':')[0]}"
        return self.add_scsi(name, number, hctl, above=above, **unit.attributes())

    def add_nvme(
        self,
        name: str = "nvme0n1",
        number: str = "259:0",
        *,
        transport: str = "tcp",
        address: str = "traddr=192.0.2.1,trsvcid=4420,src_addr=192.0.2.9",
        native: bool = False,
        ana_state: str | None = "optimized",
        wwid: object = "uuid.6e6f7468-696e-6720-746f-207365652100",
    ) -> Folder:
        """
        Add a namespace of controller and subsystem 0, and return the folder of its disk.

        With ``native`` it belongs to the subsystem, and has one hidden path for each controller, 0 and 1.
        """
        states = {} if ana_state is None else {"ana_state": ana_state}
        controllers = [self._controller(number, transport, address) for number in range(1 + native)]
        if not native:
            folder = self.add(name, number, below=controllers[0], wwid=wwid, **states)
            self.link(folder / "device", self.root / "devices" / controllers[0])
            return folder
        below = "virtual/nvme-subsystem/nvme-subsys0"
        subsystem = self.make(below, subsysnqn="nqn.2014-08.org.example:array", model="Linux", serial="1a2b")
        for each, controller in enumerate(controllers):
            hidden = self.add(name.replace("n1", f"c{each}n1"), "", below=controller, hidden=1, wwid=wwid, **states)
            self.link(hidden / "device", self.root / "devices" / controller)
            self.link(subsystem / f"nvme{each}", self.root / "devices" / controller)
        folder = self.add(name, number, below=below, hidden=0, wwid=wwid)
        self.link(folder / "device", subsystem)
        return folder

    def add_dasd(
        self,
        name: str = "dasda",
        number: str = "94:0",
        *,
        uid: str = "IBM.750000000DXTC1.8040.02",
        devtype: str = "3390/0c",
    ) -> Folder:
        """Add a disk of a mainframe."""
        below = "css0/0.0.0010/0.0.8040"
        folder = self.add(name, number, below=f"{below}/block")
        self.link(folder / "device", self.make(below, uid=uid, devtype=devtype, vendor="IBM", discipline="ECKD"))
        return folder

    def udev(self, number: str, **properties: str) -> None:
        """Put a device into udev's database, with these properties."""
        data = self.root.parent / "run/udev/data"
        data.mkdir(parents=True, exist_ok=True)
        lines = [f"E:{name}={value}\n" for name, value in properties.items()]
        (data / f"b{number}").write_text("I:1000000\n" + "".join(lines) + "V:1\n", "utf-8", "surrogateescape")

    def make(self, below: str, **attributes: object) -> Folder:
        """Make a folder below ``devices``, where it is not there, with these attributes."""
        folder = self.root / "devices" / below
        folder.mkdir(parents=True, exist_ok=True)
        self.write(folder, **attributes)
        return folder

    @staticmethod
    def link(link: Folder, target: Folder) -> None:
        """Make a link, relative as the kernel's are."""
        link.symlink_to(os.path.relpath(target, link.parent))

    @staticmethod
    def write(folder: Folder, **attributes: object) -> None:
        """Write attributes as the kernel prints them."""
        for name, value in attributes.items():
            data = value if isinstance(value, bytes) else f"{value}\n".encode()
            (folder / name).write_bytes(data)

    def _pci_host(self, adapter: str, host: str) -> str:
        """Make a SCSI host on a card behind a bridge of the root complex, and return its folder."""
        below = f"pci0000:00/0000:00:0{adapter[6]}.0"
        bridge = self.make(below)
        if not (bridge / "driver").is_symlink():
            driver = self.root / "bus/pci/drivers/pcieport"
            driver.mkdir(parents=True, exist_ok=True)
            self.link(bridge / "driver", driver)
        self.make(f"{below}/{adapter}/host{host}/scsi_host/host{host}", proc_name="driver", state="running")
        return f"{below}/{adapter}/host{host}"

    def _controller(self, number: int, transport: str, address: str) -> str:
        above = f"pci0000:00/0000:00:0{number + 6}.0/nvme" if transport == "pcie" else "virtual/nvme-fabrics/ctl"
        self.make(
            f"{above}/nvme{number}",
            model="Linux                                   ",
            serial="1a2b                ",
            firmware_rev="6.1     ",
            state="live",
            transport=transport,
            address=address,
            subsysnqn="nqn.2014-08.org.example:array",
            cntlid=number + 1,
        )
        return f"{above}/nvme{number}"


class Answers:
    """The commands of a host whose devices answer with these pages, or do not answer."""

    def __init__(self, pages: Mapping[str, bytes | PathError]) -> None:
        self.pages = dict(pages)
        self.asked: list[str] = []

    def vpd_page(self, path: Path, page: int) -> bytes:
        """Return the page of one path."""
        assert page == 0x83
        self.asked.append(path.name)
        answer = self.pages[path.name]
        if isinstance(answer, PathError):
            raise answer
        return answer

    def rescan(self, path: Path) -> None:
        """Nothing here has another size than it had."""


def numbers(*texts: str) -> list[DevT]:
    """Return device numbers."""
    return list(map(parse_devt, texts))


def silent(name: str) -> PathError:
    """Return the error of a path that does not answer."""
    return PathError(5, "INQUIRY of page 0x83 failed: status 0x00, host 0x01, driver 0x00", os.path.join("/dev", name))
