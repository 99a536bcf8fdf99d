"""
A virtual array: target ports in groups, and the units behind them, at LUNs.

Strategy: the array knows nothing of the host's disks but their list. What happens to it reaches the hosts as it does in
the field: as the answer to their next command.
"""

import threading
from collections.abc import Iterable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Final

from ..wire.sense import ACCESS_STATE_CHANGED, INQUIRY_CHANGED, REPORTED_LUNS_CHANGED
from .clock import VirtualClock
from .model import Model
from .other_host import OtherHost
from .port import AccessState, InitiatorPort, Nexus, PortGroup, TargetPort
from .scsi import server
from .scsi.reply import ScsiReply
from .scsi.request import Request, Target
from .unit import LogicalUnit

if TYPE_CHECKING:
    from .path import VirtualPath

_OTHER_HOSTS: Final = 0x2100_0E1E_0000_0000  # world wide port names of machines that are not this one
_PORTS: Final = 0x5001_4050_0000_0000  # of target ports: the number of the array and that of the port follow


class VirtualArray:
    """
    An array.

    Attributes:
        model: What it says of itself.
        groups: Its target port groups.
        ports: Its target ports.
        units: The units that it was made with.
        paths: The disks of this host that lead to it, in the order in which they were found.

    Args:
        model: See above.
        units: The units, at LUN 0 and following.
        states: The access state of each target port group at first.
        ports: How many target ports there are, dealt to the groups in equal parts.
        clock: In which time transitions take place.

    Synchronization: any number of threads.
    """

    def __init__(
        self,
        model: Model,
        units: Sequence[LogicalUnit],
        *,
        states: Sequence[AccessState] = (AccessState.OPTIMIZED,),
        ports: int = 1,
        clock: VirtualClock,
    ) -> None:
        if not units:
            raise ValueError("an array has at least one unit")
        if not 0 < len(states) <= ports:
            raise ValueError(f"{ports} ports cannot make {len(states)} groups: each has at least one port")
        self.model, self.units = model, list(units)
        self.groups = [PortGroup(number, state, clock, self._changed) for number, state in enumerate(states, 1)]
        names = _PORTS + (model.serial << 8)
        self.ports = [
            TargetPort(number + 1, names + number + 1, self.groups[number * len(states) // ports])
            for number in range(ports)
        ]
        self.paths: list[VirtualPath] = []
        self._lock = threading.Lock()
        self._others = count(_OTHER_HOSTS)
        self._nexuses: frozenset[Nexus] = frozenset()
        self._target = Target(model, dict(enumerate(self.units)), self.groups)
        if model.is_rdac:
            for index, unit in enumerate(self.units):
                unit.owner = self.groups[index % len(self.groups)]

    @property
    def wwid(self) -> str:
        """The identity of the first unit, as multipath-tools writes it."""
        return self.units[0].wwid

    @property
    def luns(self) -> dict[int, LogicalUnit]:
        """Which unit answers at a LUN."""
        return dict(self._target.luns)

    def unit_at(self, lun: int) -> LogicalUnit | None:
        """Return the unit that answers at a LUN."""
        return self._target.luns.get(lun)

    def paths_to(self, unit: LogicalUnit) -> list["VirtualPath"]:
        """Return the disks of this host that lead to a unit now."""
        return [path for path in self.paths if path.unit is unit]

    def execute(self, nexus: Nexus, lun: int, cdb: bytes, data_out: bytes | memoryview = b"") -> ScsiReply:
        """Execute one command that came in through a nexus."""
        target = self._target
        return server.execute(Request(target, target.luns.get(lun), nexus, cdb, data_out))

    def connect(self, nexuses: Iterable[Nexus]) -> None:
        """Let initiators log in: the units tell them from now on what happens."""
        with self._lock:
            self._nexuses |= frozenset(nexuses)
            for unit in self._everything():
                unit.meet(self._nexuses)

    def remap(self, lun: int, unit: LogicalUnit | None) -> None:
        """Let another unit answer at a LUN, or none; every initiator is told with its next command, at every unit."""
        with self._lock:
            luns = {**self._target.luns, lun: unit}
            self._target = Target(
                self.model, {each: there for each, there in luns.items() if there is not None}, self.groups
            )
            for each in self._everything():
                each.meet(self._nexuses)
                each.tell(REPORTED_LUNS_CHANGED)
            if unit is not None:
                unit.tell(INQUIRY_CHANGED)

    def other_host(self) -> OtherHost:
        """Return another machine that uses this array: for reservations, and for writes behind this host's back."""
        adapter = InitiatorPort(next(self._others))
        host = OtherHost(self.execute, [Nexus(adapter, port) for port in self.ports])
        self.connect(host.nexuses)
        return host

    def close(self) -> None:
        """Close the stores of the units."""
        for unit in self._everything():
            unit.store.close()

    def _everything(self) -> list[LogicalUnit]:
        return list(dict.fromkeys([*self.units, *self._target.luns.values()]))

    def _changed(self, group: PortGroup, by: Nexus | None) -> None:  # noqa: ARG002
        for unit in self._everything():
            unit.tell(ACCESS_STATE_CHANGED, besides=by)

    def __repr__(self) -> str:
        """Return the serial number, and how much there is."""
        return f"<VirtualArray {self.model.serial}: {len(self.units)} units, {len(self.ports)} ports>"
