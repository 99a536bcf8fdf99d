"""Where a path stands in the guest's kernel: its SCSI device and host, the module behind it, its port at the target."""

from pathlib import Path
from typing import Final

from ..errors import LabError
from . import fc_port, guest, iscsi_session, nvme_controller

_SYS: Final = Path("/sys")
_TARGET: Final = _SYS / "kernel/config/target"


def device(path: str) -> Path:
    """
    Return the SCSI device of a path, in sysfs, by its address.

    Raises:
        LabError: there is no such disk.
    """
    guest.refuse_outside()
    try:
        return (_SYS / "block" / path / "device").resolve(strict=True)
    except FileNotFoundError as error:
        raise LabError(f"there is no disk {path} that has a device") from error


def address(path: str) -> str:
    """Return host, channel, target and unit of a path, for example ``0:0:1:0``."""
    return device(path).name


def host(path: str) -> Path:
    """Return the SCSI host of a path."""
    return _SYS / "class/scsi_host" / f"host{address(path).split(':')[0]}"


def at(place: str) -> str:
    """
    Return the kernel's name of the disk at an address; nothing where there is none yet.

    Args:
        place: As `address` has it.
    """
    found = sorted((_SYS / "bus/scsi/devices" / place / "block").glob("*"))
    # The kernel shows it below its device first, and a moment later where all look for it.
    return found[0].name if found and (_SYS / "block" / found[0].name).exists() else ""


def knob(path: str, name: str) -> Path:
    """
    Return a parameter of the module that is the array behind a path.

    Raises:
        LabError: the path is not of ``scsi_debug``, nor of a copy of it.
    """
    module = (host(path) / "proc_name").read_text().strip()
    if not module.startswith("scsi_debu"):
        raise LabError(f"{path} is a path of {module}, not of scsi_debug")
    # A copy has changed the last letter of both: scsi_debuB on the bus pseudB.
    bus = "pseudo" if module == "scsi_debug" else f"pseud{module[-1]}"
    return _SYS / "bus" / bus / "drivers" / module / name


def portal(path: str) -> str:
    """
    Return the network address that a path leads to, for example ``127.0.0.2``.

    Raises:
        LabError: it does not lead over a network.
    """
    guest.refuse_outside()
    return nvme_controller.portal(path) if nvme_controller.numbers(path) else iscsi_session.portal(device(path))


def wait_for(path: str) -> None:
    """
    Wait until the connection of a path is there again; does nothing where it does not lead over a network.

    Raises:
        LabError: it does not come back.
    """
    guest.refuse_outside()
    if nvme_controller.numbers(path):
        nvme_controller.wait_for(path)
    elif iscsi_session.is_of(device(path)):
        iscsi_session.wait_for(device(path))
    elif fc_port.is_of(device(path)):
        fc_port.wait_for(device(path))


def port(path: str) -> Path:
    """
    Return the port of the kernel's target that a path leads to, in configfs: a loopback host, or a portal or port.

    Raises:
        LabError: the path leads to no such port.
    """
    if iscsi_session.is_of(device(path)):
        return next(_TARGET.glob(f"iscsi/*/tpgt_*/np/{iscsi_session.portal(device(path))}:*")).parents[1]
    if fc_port.is_of(device(path)):
        return _TARGET / "fc" / fc_port.name(device(path)).to_bytes(8).hex(":") / "tpgt_1"
    nexus = ":".join(address(path).split(":")[:3])
    for found in _TARGET.glob("loopback/*/tpgt_*"):
        if (found / "address").read_text().strip() == nexus:
            return found
    raise LabError(f"{path} leads to no loopback port of a target")


def lun(path: str) -> Path:
    """Return the unit that a path leads to, as its port of the target has it."""
    return port(path) / "lun" / f"lun_{address(path).split(':')[3]}"


def store(path: str) -> str:
    """Return the device-mapper device under a path of the backend ``stuck``."""
    return (lun(path) / "unit").resolve(strict=True).name


def write(file: Path, text: str) -> None:
    """Write a line to an attribute of the kernel."""
    file.write_text(f"{text}\n")
