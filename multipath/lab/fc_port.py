"""The Fibre Channel ports at both ends of a path of the backend ``fcoe``, as sysfs shows them."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..errors import LabError

_CLASS: Final = Path("/sys/class")
_PATIENCE: Final = 30.0
_POLL: Final = 0.02


def is_of(device: Path) -> bool:
    """Return whether a SCSI device is reached by Fibre Channel."""
    return device.parents[1].name.startswith("rport-")


def remote(device: Path) -> Path:
    """
    Return the remote port of a SCSI device, with its attributes.

    Raises:
        LabError: it is not reached by Fibre Channel.
    """
    if not is_of(device):
        raise LabError(f"{device.name} is not reached by Fibre Channel")
    return _CLASS / "fc_remote_ports" / device.parents[1].name


def name(device: Path) -> int:
    """Return the worldwide name of the target's port that a SCSI device is reached through."""
    return int((remote(device) / "port_name").read_text(), 16)


def interface(device: Path) -> str:
    """
    Return the network interface of the target's port, at the far end of the cable, for example ``port0``.

    Raises:
        LabError: it is not in this guest.
    """
    for found in (_CLASS / "fc_host").glob("host*"):
        if int((found / "port_name").read_text(), 16) == name(device):
            # …/net/INTERFACE/ctlr_N/hostN/fc_host/hostN
            return found.resolve().parents[3].name
    raise LabError(f"the target of {device.name} is not in this guest")


def wait_for(device: Path) -> None:
    """
    Wait until the remote port is logged in and the device runs.

    Raises:
        LabError: neither in half a minute.
    """
    _wait({remote(device) / "port_state": "Online", device / "state": "running"})


def wait_unplugged(device: Path) -> None:
    """
    Wait until the host of a SCSI device sees that its link is down, and blocks the remote port.

    Raises:
        LabError: not in half a minute.
    """
    host = f"host{device.name.split(':')[0]}"
    _wait({_CLASS / "fc_host" / host / "port_state": "Linkdown", remote(device) / "port_state": "Blocked"})


def _wait(states: Mapping[Path, str]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while any(file.read_text().strip() != state for file, state in states.items()):
        if time.monotonic() > deadline:
            wanted = ", ".join(f"{file} is {state}" for file, state in states.items())
            raise LabError(f"waited {_PATIENCE:g} s until {wanted}")
        time.sleep(_POLL)
