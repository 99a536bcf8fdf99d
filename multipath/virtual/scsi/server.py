"""
The device server: one command at one array, from arrival to answer.

Strategy: what comes before the command itself stands in a fixed order, as in arrays: is there a unit, has the nexus
to be told something, does the port's access state let the command in, does a reservation forbid it.

Source: SPC-5, 5.14 table 74 and SBC-4 table 13 (reservations), SPC-5 5.18.2 (access states).
"""

import enum
from dataclasses import dataclass
from typing import Final

from ...wire.sense import (
    INVALID_FIELD_IN_CDB,
    INVALID_OPCODE,
    NO_OWNERSHIP,
    NO_SUCH_UNIT,
    STANDBY,
    TRANSITIONING,
    UNAVAILABLE,
    UNIT_OFFLINE,
    Sense,
)
from ..port import AccessState
from ..unit import LogicalUnit
from . import blocks, capacity, inquiry, ownership, persistent_reserve, port_groups, readiness
from .reply import CONFLICT, CheckCondition, ReservationConflict, ScsiReply
from .request import Execute, Request


class Reach(enum.IntEnum):
    """In which access states a command is answered: those of its own name and all before."""

    ACTIVE = 0
    STANDBY = 1
    ANY = 2


class Use(enum.Enum):
    """What a reservation sees in a command."""

    NONE = "neither"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Command:
    """
    A command that arrays know.

    Attributes:
        execute: What does it.
        length: The bytes of its descriptor block.
        reach: In which access states it is answered.
        use: What a reservation sees in it.
        needs_unit: Whether there has to be a unit at the LUN.
        tells: Whether a unit attention is told in its place.
    """

    execute: Execute
    length: int
    reach: Reach = Reach.ACTIVE
    use: Use = Use.NONE
    needs_unit: bool = True
    tells: bool = True


COMMANDS: Final = {
    0x00: Command(readiness.test_unit_ready, 6),
    0x03: Command(readiness.request_sense, 6, Reach.ANY, needs_unit=False, tells=False),
    0x08: Command(blocks.read, 6, use=Use.READ),
    0x12: Command(inquiry.inquiry, 6, Reach.ANY, needs_unit=False, tells=False),
    0x15: Command(ownership.mode_select, 6),
    0x1A: Command(capacity.mode_sense_6, 6, Reach.STANDBY, Use.READ),
    0x25: Command(capacity.read_capacity_10, 10, Reach.STANDBY),
    0x28: Command(blocks.read, 10, use=Use.READ),
    0x2A: Command(blocks.write, 10, use=Use.WRITE),
    0x35: Command(blocks.synchronize_cache, 10, use=Use.WRITE),
    0x55: Command(ownership.mode_select, 10),
    0x5A: Command(capacity.mode_sense_10, 10, Reach.STANDBY, Use.READ),
    0x5E: Command(persistent_reserve.persistent_reserve_in, 10, Reach.STANDBY),
    0x5F: Command(persistent_reserve.persistent_reserve_out, 10, Reach.STANDBY),
    0x88: Command(blocks.read, 16, use=Use.READ),
    0x8A: Command(blocks.write, 16, use=Use.WRITE),
    0x91: Command(blocks.synchronize_cache, 16, use=Use.WRITE),
    0x9E: Command(capacity.service_action_in, 16, Reach.STANDBY),
    0xA0: Command(readiness.report_luns, 12, Reach.ANY, needs_unit=False, tells=False),
    0xA3: Command(port_groups.report_target_port_groups, 12, Reach.ANY, tells=False),
    0xA4: Command(port_groups.set_target_port_groups, 12, Reach.ANY, Use.WRITE),
}
_REFUSALS: Final[dict[AccessState, tuple[Reach, Sense]]] = {
    AccessState.STANDBY: (Reach.STANDBY, STANDBY),
    AccessState.UNAVAILABLE: (Reach.ANY, UNAVAILABLE),
    AccessState.OFFLINE: (Reach.ANY, UNIT_OFFLINE),
    AccessState.TRANSITIONING: (Reach.ANY, TRANSITIONING),
}


def execute(request: Request) -> ScsiReply:
    """Execute one command."""
    unit = request.unit
    try:
        command = _known(request.cdb)
        if unit is None:
            if command.needs_unit:
                raise CheckCondition(NO_SUCH_UNIT)
            return command.execute(request)
        with unit.lock:
            _admit(command, request, unit)
            return command.execute(request)
    except CheckCondition as condition:
        return condition.reply()
    except ReservationConflict:
        return CONFLICT


def _known(cdb: bytes) -> Command:
    command = COMMANDS.get(cdb[0]) if cdb else None
    if command is None:
        raise CheckCondition(INVALID_OPCODE)
    if len(cdb) < command.length:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    return command


def _admit(command: Command, request: Request, unit: LogicalUnit) -> None:
    """Make sure that nothing stands against a command."""
    if command.tells:
        sense = unit.attentions.take(request.nexus)
        if sense is not None:
            raise CheckCondition(sense)
    group = request.nexus.target.group
    refusal = _REFUSALS.get(group.state)
    if refusal is not None and command.reach < refusal[0]:
        raise CheckCondition(refusal[1])
    if command.use is Use.NONE:
        return
    if not unit.reservations.allows(request.nexus, write=command.use is Use.WRITE):
        raise ReservationConflict
    if unit.owner not in (None, group) and command.reach is Reach.ACTIVE:
        raise CheckCondition(NO_OWNERSHIP)
