"""
What Fibre Channel fabrics tell this machine, from the kernel's socket of SCSI transports.

Strategy: any process with CAP_NET_ADMIN can send to that group, so a message counts only where the kernel sent it.
"""

from typing import Final

from .. import errors
from ..wire.fabric_notice import FabricNotice, read_notices
from .netlink import NetlinkSocket, Source

_NETLINK_SCSITRANSPORT: Final = 18
_FC_EVENTS: Final = 1 << 3  # the fourth group
_BUFFER: Final = 1 << 20


FabricSource = Source[FabricNotice]


class KernelFabric(NetlinkSocket):
    """
    The socket.

    Raises:
        FabricError: the kernel gives no such socket: it has no SCSI, or was built without its netlink.

    Synchronization: one thread.
    """

    def __init__(self) -> None:
        super().__init__(_NETLINK_SCSITRANSPORT, _FC_EVENTS, "notices of the fabric", _BUFFER, errors.FabricError)

    def read(self) -> list[FabricNotice]:
        """Return the notices that are there, as they came; never waits."""
        return [notice for message, sender, _ in self.messages() if sender == 0 for notice in read_notices(message)]
