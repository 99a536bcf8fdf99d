"""
The device handlers of Linux: what they believe of a path's access, and how they make a path able to take I/O.

Strategy: a handler sends no I/O down a path that it believes to be in standby, so what it believes matters more than
what is true. It asks the array when sense data hints at a change, when it is told to activate the path, and every two
seconds while the port group is in transition; not otherwise. A transition that takes longer than a minute it takes
for a standby.

Source: linux ``drivers/scsi/device_handler/scsi_dh_alua.c``, ``scsi_dh_rdac.c``; the numbers:
``include/scsi/scsi_dh.h``.
"""

import enum
from collections.abc import Callable
from typing import Final, Protocol

from ..wire.sense import ACCESS_STATE_CHANGED, NO_OWNERSHIP, POWER_ON, TRANSITIONING, Sense
from .clock import VirtualClock
from .port import AccessState
from .scsi.port_groups import TRANSITION_LIMIT
from .scsi.reply import HostStatus, ScsiReply
from .scsi_device import ScsiDevice

Done = Callable[[int], None]

_REPORT: Final = bytes((0xA3, 0x0A, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0))
_SET: Final = bytes((0xA4, 0x0A, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0))
_VOLUME_ACCESS: Final = bytes((0x12, 0x01, 0xC9, 0, 48, 0))
_SELECT: Final = bytes((0x55, 0, 0, 0, 0, 0, 0, 0x01, 0x14, 0))
_TIMEOUT: Final = 60  # seconds, of the handlers' own commands
_INTERVAL: Final = 2  # seconds between looks at a transition
_HINTS: Final = (POWER_ON, ACCESS_STATE_CHANGED, TRANSITIONING)
_LET_THROUGH: Final = (
    AccessState.OPTIMIZED,
    AccessState.NON_OPTIMIZED,
    AccessState.LBA_DEPENDENT,
    AccessState.TRANSITIONING,
)


class Activation(enum.IntEnum):
    """How an activation ended, by the kernel's numbers (``SCSI_DH_…``)."""

    OK = 0
    NOT_CONNECTED = 5
    IO = 8
    RESOURCES_UNAVAILABLE = 13
    OFFLINE = 14
    NO_HANDLER = 16


class DeviceHandler(Protocol):
    """What a disk asks its handler."""

    name: str

    @property
    def lets_through(self) -> bool:
        """Whether I/O may go down the path."""

    def noticed(self, sense: Sense) -> None:
        """Learn from the sense data of a command."""

    def activate(self, done: Done) -> None:
        """Make the path able to take I/O; call ``done`` once, with an `Activation`."""


class AluaHandler:
    """
    The handler of arrays that report access states.

    Attributes:
        state: What it believes of the path's port group.
        preferred: Whether the array would rather have I/O there.

    Args:
        device: The path.
        clock: The time of the world.
        explicit: Whether it may ask the array to change the state.
        show: Called when what it believes may have changed.
    """

    name = "alua"

    def __init__(self, device: ScsiDevice, clock: VirtualClock, *, explicit: bool, show: Callable[[], None]) -> None:
        self.state, self.preferred = AccessState.OPTIMIZED, False
        self._device, self._clock, self._explicit, self._show = device, clock, explicit, show
        self._looking = False
        self.look()

    @property
    def lets_through(self) -> bool:
        """Whether I/O may go down the path."""
        return self.state in _LET_THROUGH

    def noticed(self, sense: Sense) -> None:
        """Look again where the sense data hints at a change."""
        if sense in _HINTS:
            self.look()

    def look(self) -> None:
        """Ask the array, and watch a transition to its end."""
        if not self._looking:
            self._looking = True
            self._watch(0, self._looked)

    def activate(self, done: Done) -> None:
        """Ask the array for access through this path, if it can be asked, and see what comes of it."""

        def known(outcome: Activation) -> None:
            if outcome is not Activation.OK or not self._explicit or self.state is AccessState.OPTIMIZED:
                done(outcome)
                return
            parameters = bytes((0, 0, 0, 0, AccessState.OPTIMIZED.value, 0))
            parameters += self._device.port.group.number.to_bytes(2, "big")
            self._send(_SET, lambda _: self._watch(0, done), parameters)

        self._watch(0, known)

    def _looked(self, outcome: Activation) -> None:  # noqa: ARG002
        self._looking = False

    def _watch(self, waited: int, settled: Callable[[Activation], None]) -> None:
        """Read the state until it is no transition, and say what it means for an activation."""

        def answered(reply: ScsiReply) -> None:
            if not reply.is_good:
                settled(_failure(reply))
                return
            self._believe(reply.data)
            if self.state is AccessState.TRANSITIONING and waited < TRANSITION_LIMIT:
                self._clock.call_later(_INTERVAL, lambda: self._watch(waited + _INTERVAL, settled))
                return
            if self.state is AccessState.TRANSITIONING:
                self.state = AccessState.STANDBY
                self._show()
                settled(Activation.IO)
                return
            settled(Activation.OFFLINE if self.state is AccessState.OFFLINE else Activation.OK)

        self._send(_REPORT, answered)

    def _believe(self, data: bytes) -> None:
        """Take the state of the path's group out of the answer to REPORT TARGET PORT GROUPS."""
        at, before = 4, (self.state, self.preferred)
        while at < len(data):
            if int.from_bytes(data[at + 2 : at + 4], "big") == self._device.port.group.number:
                self.state, self.preferred = AccessState(data[at] & 0xF), bool(data[at] & 0x80)
            at += 8 + 4 * data[at + 7]
        if before != (self.state, self.preferred):
            self._show()

    def _send(self, cdb: bytes, answered: Callable[[ScsiReply], None], data_out: bytes = b"") -> None:
        reply = self._device.send(cdb, data_out, answered, timeout=_TIMEOUT)
        if reply is not None:
            answered(reply)


class RdacHandler:
    """
    The handler of arrays whose units belong to one controller at a time.

    Attributes:
        is_owned: Whether it believes that the controller behind this path has the unit.

    Args:
        device: The path.
    """

    name = "rdac"

    def __init__(self, device: ScsiDevice) -> None:
        self.is_owned = True
        self._device = device
        self._look(lambda _: None)

    @property
    def lets_through(self) -> bool:
        """Whether I/O may go down the path."""
        return self.is_owned

    def noticed(self, sense: Sense) -> None:
        """Learn that the other controller has the unit."""
        if sense == NO_OWNERSHIP:
            self.is_owned = False

    def activate(self, done: Done) -> None:
        """Let the unit move to the controller behind this path."""

        def known(outcome: Activation) -> None:
            if outcome is not Activation.OK or self.is_owned:
                done(outcome)
                return
            table = bytearray(256)
            table[self._device.lun] = 0x81
            parameters = bytes(8) + bytes((0x6C, 0x01, 0x01, 0x08, 0, 2, 0, 0, 20, 0)) + bytes(table) + bytes(2)
            self._send(_SELECT, selected, parameters)

        def selected(reply: ScsiReply) -> None:
            if reply.is_good:
                self._look(done)
            else:
                done(_failure(reply))

        self._look(known)

    def _look(self, known: Callable[[Activation], None]) -> None:
        """Read the volume access control page."""

        def answered(reply: ScsiReply) -> None:
            if reply.is_good:
                self.is_owned = bool(reply.data[8] & 0x01)
            known(Activation.OK if reply.is_good else _failure(reply))

        self._send(_VOLUME_ACCESS, answered)

    def _send(self, cdb: bytes, answered: Callable[[ScsiReply], None], data_out: bytes = b"") -> None:
        reply = self._device.send(cdb, data_out, answered, timeout=_TIMEOUT)
        if reply is not None:
            answered(reply)


def _failure(reply: ScsiReply) -> Activation:
    return Activation.RESOURCES_UNAVAILABLE if reply.host_status is HostStatus.NO_CONNECT else Activation.IO
