"""The NVMe controller of a path over a network, as sysfs shows it, and its port of the kernel's target."""

import re
import time
from pathlib import Path
from typing import Final

from ..errors import LabError

_SYS: Final = Path("/sys")
_NAME: Final = re.compile(r"nvme(\d+)n(\d+)")
_PATIENCE: Final = 60.0
_POLL: Final = 0.02


def numbers(path: str) -> tuple[int, int] | None:
    """
    Return the namespace and the controller that a path is; ``None`` for what is no NVMe disk.

    >>> numbers("nvme1n3"), numbers("sda")
    ((3, 1), None)
    """
    found = _NAME.fullmatch(path)
    return (int(found[2]), int(found[1])) if found else None


def portal(path: str) -> str:
    """Return the address that the controller of a path is reached at, for example ``127.0.0.2``."""
    words = (_SYS / "block" / path / "device/address").read_text().strip().split(",")
    return dict(word.partition("=")[::2] for word in words)["traddr"]


def port(path: str) -> Path:
    """
    Return the port of the kernel's target that a path leads to, in configfs.

    Raises:
        LabError: the path leads to no such port.
    """
    for found in (_SYS / "kernel/config/nvmet/ports").glob("*"):
        if (found / "addr_traddr").read_text().strip() == portal(path):
            return found
    raise LabError(f"{path} leads to no port of the kernel's NVMe target")


def wait_for(path: str) -> None:
    """
    Wait until the controller is live.

    Raises:
        LabError: it is not in a minute.
    """
    state = _SYS / "block" / path / "device/state"
    deadline = time.monotonic() + _PATIENCE
    while state.read_text() != "live\n":
        if time.monotonic() > deadline:
            raise LabError(f"the controller of {path} did not come back within {_PATIENCE:g} s")
        time.sleep(_POLL)
