"""
A target port as one adapter of this host sees it: the Fibre Channel "rport", and the cable to it.

Strategy: when the link is lost, the remote port is Blocked, and commands are held. After ``fast_io_fail_tmo``
seconds, none unless a program writes another number into sysfs, they fail, and so does every later one. After
``dev_loss_tmo`` the port is Not Present; its disks stay, unlike the kernel's, so that a test can plug the cable in
again.

Source: linux ``drivers/scsi/scsi_transport_fc.c`` (``fc_remote_port_delete()``, ``fc_timeout_fail_rport_io()``).
"""

import enum
import threading
from typing import TYPE_CHECKING, Final

from ..wire.sense import NEXUS_LOSS
from .clock import VirtualClock
from .port import InitiatorPort, Nexus, TargetPort
from .sysfs import SysfsTree

if TYPE_CHECKING:
    from .scsi_device import ScsiDevice


class Link(enum.Enum):
    """What becomes of a command that is to go through: it does, it is held, or it fails."""

    UP = "up"
    BLOCKED = "blocked"
    FAILED = "failed"
    LOST = "lost"

    @property
    def port_state(self) -> str:
        """The state of the remote port in sysfs, where a failed one is blocked still."""
        return _PORT_STATES.get(self, "Blocked")


_PORT_STATES: Final = {Link.UP: "Online", Link.LOST: "Not Present"}


class RemotePort:
    """
    One adapter, one target port, one cable.

    Attributes:
        nexus: The two ports.
        number: Its number among those of the adapter; the SCSI target id, too.
        link: Whether commands get through.
        devices: The disks behind it.

    Synchronization: any number of threads.
    """

    def __init__(
        self, initiator: InitiatorPort, target: TargetPort, number: int, *, clock: VirtualClock, sysfs: SysfsTree
    ) -> None:
        self.nexus = Nexus(initiator, target)
        self.number = number
        self.link = Link.UP
        self.devices: list[ScsiDevice] = []
        self._clock, self._sysfs = clock, sysfs
        self._lock, self._showing = threading.Lock(), threading.Lock()
        self._plugged = True
        self._losses = 0
        target.watch(self._look)

    @property
    def name(self) -> str:
        """The name in sysfs."""
        return f"rport-{self.nexus.initiator.host}:0-{self.number}"

    @property
    def attributes(self) -> str:
        """The folder of its attributes, from the root of sysfs."""
        return f"class/fc_remote_ports/{self.name}"

    def break_cable(self) -> None:
        """Pull the cable."""
        self._plugged = False
        self._look()

    def plug_cable(self) -> None:
        """Plug the cable in."""
        self._plugged = True
        self._look()

    def _look(self) -> None:
        """Notice whether the link is there."""
        with self._lock:
            there = self._plugged and self.nexus.target.is_up
            if there == (self.link is Link.UP):
                return
            self.link = Link.UP if there else Link.BLOCKED
            self._losses += 1
            loss = self._losses
        if there:
            self._came_back()
        else:
            self._went_away(loss)

    def _came_back(self) -> None:
        for device in tuple(self.devices):
            if device.unit is not None:
                device.unit.attentions.establish(NEXUS_LOSS, [self.nexus])
        self._show()

    def _went_away(self, loss: int) -> None:
        fail_after, lose_after = (
            self._sysfs.number(f"{self.attributes}/{name}_tmo") for name in ("fast_io_fail", "dev_loss")
        )
        if fail_after == 0:
            self._change(loss, Link.FAILED)
        else:
            self._show()
            if fail_after is not None:
                self._clock.call_later(fail_after, lambda: self._change(loss, Link.FAILED))
        if lose_after is not None:
            self._clock.call_later(lose_after, lambda: self._change(loss, Link.LOST))

    def _change(self, loss: int, link: Link) -> None:
        """Go one step further, unless the link came back since."""
        with self._lock:
            if loss != self._losses:
                return
            self.link = link
        self._show()

    def _show(self) -> None:
        """Write the state into sysfs, and let the disks do what follows from it."""
        with self._showing:
            self._sysfs.replace(f"{self.attributes}/port_state", self.link.port_state)
        for device in tuple(self.devices):
            device.link_changed()

    def __repr__(self) -> str:
        """Return name and state."""
        return f"<RemotePort {self.name} {self.link.value}>"
