"""The iSCSI session of a path, as sysfs shows it."""

import time
from pathlib import Path
from typing import Final

from ..errors import LabError

_PATIENCE: Final = 30.0
_POLL: Final = 0.02


def is_of(device: Path) -> bool:
    """Return whether a SCSI device is reached by iSCSI."""
    return device.parents[1].name.startswith("session")


def portal(device: Path) -> str:
    """
    Return the address of the portal that a SCSI device is reached through, for example ``127.0.0.2``.

    Raises:
        LabError: it is not reached by iSCSI.
    """
    connections = sorted(device.parents[1].glob("connection*/iscsi_connection/*/persistent_address"))
    if not connections:
        raise LabError(f"{device.name} is not reached by iSCSI")
    return connections[0].read_text().strip()


def wait_for(device: Path) -> None:
    """
    Wait until the session is logged in and the device runs.

    Raises:
        LabError: neither in half a minute.
    """
    session = next(device.parents[1].glob("iscsi_session/*/state"))
    deadline = time.monotonic() + _PATIENCE
    while (session.read_text(), (device / "state").read_text()) != ("LOGGED_IN\n", "running\n"):
        if time.monotonic() > deadline:
            raise LabError(f"the iSCSI session of {device.name} did not come back within {_PATIENCE:g} s")
        time.sleep(_POLL)
