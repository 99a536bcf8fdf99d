"""
The uevents of this machine, from the kernel or, after its rules have run, from udevd.

Strategy: a message counts only where the kernel itself vouches for its sender: the kernel, or a process of root.
"""

import socket
import struct
from typing import Final, Literal

from .. import errors
from .netlink import NetlinkSocket, Source
from .uevent import Uevent, of_kernel, of_udev

__all__ = ["KernelUevents", "Uevent", "UeventSource", "udev_answers"]

_NETLINK_KOBJECT_UEVENT: Final = 15
_BUFFER: Final = 128 << 20  # as udev's own monitors have it
_CREDENTIALS: Final = struct.Struct("=iII")
_GROUPS: Final = {"kernel": 1, "udev": 2}
_UDEV: Final = "/run/udev/control"


UeventSource = Source[Uevent]


class KernelUevents(NetlinkSocket):
    """
    The socket.

    Args:
        group: ``"kernel"`` or ``"udev"``; ``None`` takes udev where its daemon runs.

    Attributes:
        group: Which it is.

    Raises:
        UdevError: the kernel gives no such socket.

    Synchronization: one thread.
    """

    def __init__(self, group: Literal["kernel", "udev"] | None = None) -> None:
        self.group = group or ("udev" if udev_answers() else "kernel")
        super().__init__(
            _NETLINK_KOBJECT_UEVENT, _GROUPS[self.group], "uevents", _BUFFER, errors.UdevError,
            credentials=_CREDENTIALS.size,
        )  # fmt: skip

    def read(self) -> list[Uevent]:
        """Return the uevents that are there, as they came; never waits."""
        of = of_udev if self.group == "udev" else of_kernel
        found = (of(message) for message, sender, said in self.messages() if self._is_trusted(sender, said))
        return [uevent for uevent in found if uevent is not None]

    def _is_trusted(self, sender: int, ancillary: list[tuple[int, int, bytes]]) -> bool:
        """Whether the kernel sent it, or for udev's group a process of root did."""
        if self.group == "kernel" and sender != 0:
            return False
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and len(data) >= _CREDENTIALS.size:
                process, user, _ = _CREDENTIALS.unpack_from(data)
                return bool(user == 0 and (self.group == "udev" or process == 0))
        return False


def udev_answers(control: str = _UDEV) -> bool:
    """
    Tell whether a udevd is alive: one that was killed leaves its socket behind, and would never send anything.

    Args:
        control: Its control socket.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as peer:
        try:
            peer.connect(control)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return True
