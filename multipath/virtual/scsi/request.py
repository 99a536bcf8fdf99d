"""One command as it arrives at an array."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...wire.sense import INVALID_FIELD_IN_CDB, PARAMETER_LIST_LENGTH
from ..model import Model
from ..port import Nexus, PortGroup, TargetPort
from ..unit import LogicalUnit
from .reply import CheckCondition, ScsiReply


@dataclass(frozen=True, slots=True)
class Target:
    """
    An array, as its commands see it.

    Attributes:
        model: What it says of itself.
        luns: Which unit answers at a LUN.
        groups: The target port groups.
    """

    model: Model
    luns: Mapping[int, LogicalUnit]
    groups: Sequence[PortGroup]

    @property
    def tpgs(self) -> int:
        """The two bits of INQUIRY that say who may change access states."""
        return self.model.implicit | self.model.explicit << 1

    @property
    def ports(self) -> list[TargetPort]:
        """Every target port."""
        return [port for group in self.groups for port in group.ports]


@dataclass(frozen=True, slots=True)
class Request:
    """
    A command with all that its execution needs.

    Attributes:
        target: The array.
        unit: The unit at the LUN, `None` where there is none.
        nexus: Who sent it, and through which port.
        cdb: The command descriptor block.
        data_out: What came with it.
    """

    target: Target
    unit: LogicalUnit | None
    nexus: Nexus
    cdb: bytes
    data_out: bytes | memoryview = b""

    def number(self, at: int, length: int) -> int:
        """Return a field of the command."""
        return int.from_bytes(self.cdb[at : at + length], "big")

    @property
    def service_action(self) -> int:
        """The second part of the operation code, of commands that have one."""
        return self.cdb[1] & 0x1F

    @property
    def logical_unit(self) -> LogicalUnit:
        """The unit; the server has made sure that there is one."""
        if self.unit is None:
            raise CheckCondition(INVALID_FIELD_IN_CDB)
        return self.unit

    def parameters(self, length: int) -> bytes:
        """Return the parameter list, of which ``length`` bytes must have come."""
        if len(self.data_out) < length:
            raise CheckCondition(PARAMETER_LIST_LENGTH)
        return bytes(self.data_out[:length])


Execute = Callable[[Request], ScsiReply]
