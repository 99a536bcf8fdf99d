"""Another machine at the same array: who registers, reserves and writes behind this host's back."""

from collections.abc import Callable, Sequence

from .port import Nexus
from .reservations import ReservationType
from .scsi.reply import ScsiReply

Execute = Callable[[Nexus, int, bytes, bytes], ScsiReply]

_REGISTER_AND_IGNORE, _RESERVE, _RELEASE, _CLEAR, _PREEMPT, _PREEMPT_AND_ABORT = 6, 1, 2, 3, 4, 5


class OtherHost:
    """
    A machine with one adapter, that sees every target port.

    Attributes:
        nexuses: Its adapter with each of the target ports.

    Args:
        execute: How the array takes its commands.
        nexuses: See above.
    """

    def __init__(self, execute: Execute, nexuses: Sequence[Nexus]) -> None:
        self.nexuses = tuple(nexuses)
        self._execute = execute

    def execute(self, cdb: bytes, data_out: bytes = b"", *, lun: int = 0, port: int = 0) -> ScsiReply:
        """Send a command through a target port, by its place among the array's ports."""
        return self._execute(self.nexuses[port], lun, cdb, data_out)

    def register(self, key: int, *, lun: int = 0, port: int = 0) -> ScsiReply:
        """Register with a key, whatever the key was before; zero takes the registration back."""
        return self._reserve_out(_REGISTER_AND_IGNORE, 0, key, lun=lun, port=port)

    def reserve(self, key: int, kind: ReservationType, *, lun: int = 0, port: int = 0) -> ScsiReply:
        """Reserve a unit."""
        return self._reserve_out(_RESERVE, key, 0, kind, lun=lun, port=port)

    def release(self, key: int, kind: ReservationType, *, lun: int = 0, port: int = 0) -> ScsiReply:
        """Give a reservation up."""
        return self._reserve_out(_RELEASE, key, 0, kind, lun=lun, port=port)

    def clear(self, key: int, *, lun: int = 0, port: int = 0) -> ScsiReply:
        """Forget the reservation and all registrations."""
        return self._reserve_out(_CLEAR, key, 0, lun=lun, port=port)

    def preempt(
        self, key: int, victim: int, kind: ReservationType, *, abort: bool = False, lun: int = 0, port: int = 0
    ) -> ScsiReply:
        """Take registrations, and the reservation, of those with the key ``victim``."""
        action = _PREEMPT_AND_ABORT if abort else _PREEMPT
        return self._reserve_out(action, key, victim, kind, lun=lun, port=port)

    def _reserve_out(self, action: int, key: int, new: int, kind: int = 0, *, lun: int, port: int) -> ScsiReply:
        parameters = key.to_bytes(8, "big") + new.to_bytes(8, "big") + bytes(8)
        cdb = bytes((0x5F, action, kind, 0, 0)) + len(parameters).to_bytes(4, "big") + b"\0"
        return self.execute(cdb, parameters, lun=lun, port=port)
