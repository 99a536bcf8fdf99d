"""
PERSISTENT RESERVE IN and OUT: the bytes; what they mean is in ``reservations``.

Source: SPC-5, 6.14 and 6.15.
"""

from collections.abc import Callable
from typing import Final

from ...wire.sense import INVALID_FIELD_IN_CDB, INVALID_FIELD_IN_PARAMETERS, PARAMETER_LIST_LENGTH
from ..port import InitiatorPort, Nexus
from ..reservations import PersistentReservations, ReservationType
from .reply import GOOD, CheckCondition, ScsiReply
from .request import Request

_PARAMETERS: Final = 24
_SPECIFIED_PORTS: Final = 0x08
_ALL_PORTS: Final = 0x04
_HOLDER: Final = 0x01
_LOGICAL_UNIT: Final = 0  # the scope
_FC: Final = 0x0
_REGISTER, _RESERVE, _RELEASE, _CLEAR, _PREEMPT, _PREEMPT_AND_ABORT, _REGISTER_AND_IGNORE = range(7)
# All ports, persistent through power loss capable; the mask is valid, and the allowed commands are those of SPC.
_CAPABILITIES: Final = bytes((0, 8, 0x05, 0x80))


def persistent_reserve_in(request: Request) -> ScsiReply:
    """Answer PERSISTENT RESERVE IN."""
    action = _IN.get(request.service_action)
    if action is None:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    return ScsiReply(data=action(request.logical_unit.reservations)[: request.number(7, 2)])


def persistent_reserve_out(request: Request) -> ScsiReply:
    """Answer PERSISTENT RESERVE OUT."""
    if request.number(5, 4) != _PARAMETERS:
        raise CheckCondition(PARAMETER_LIST_LENGTH)
    parameters = request.parameters(_PARAMETERS)
    key, new = (int.from_bytes(parameters[at : at + 8], "big") for at in (0, 8))
    state, nexus, action = request.logical_unit.reservations, request.nexus, request.service_action
    if action in (_REGISTER, _REGISTER_AND_IGNORE):
        also = _registered_too(request, parameters[20])
        state.register(nexus, key, new, also=also, ignore=action == _REGISTER_AND_IGNORE)
    elif action == _CLEAR:
        state.clear(nexus, key)
    elif action == _RESERVE:
        state.reserve(nexus, key, _kind(request))
    elif action == _RELEASE:
        state.release(nexus, key, _kind(request))
    elif action in (_PREEMPT, _PREEMPT_AND_ABORT):  # a command that could be aborted is over by now, or was lost
        state.preempt(nexus, key, new, _kind(request))
    else:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    return GOOD


def transport_id(initiator: InitiatorPort) -> bytes:
    """Return the TransportID of an initiator port, 24 bytes."""
    return bytes((_FC, *bytes(7))) + initiator.name.to_bytes(8, "big") + bytes(8)


def _registered_too(request: Request, flags: int) -> list[Nexus]:
    """Return the nexuses that are registered along with the one that asks."""
    if flags & _SPECIFIED_PORTS:
        raise CheckCondition(INVALID_FIELD_IN_PARAMETERS)
    if not flags & _ALL_PORTS:
        return []
    nexuses = [Nexus(request.nexus.initiator, port) for port in request.target.ports]
    return [nexus for nexus in nexuses if nexus != request.nexus]


def _kind(request: Request) -> ReservationType:
    scope, kind = request.cdb[2] >> 4, request.cdb[2] & 0xF
    if scope != _LOGICAL_UNIT or kind not in list(ReservationType):
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    return ReservationType(kind)


def _read_keys(state: PersistentReservations) -> bytes:
    return _listed(state, b"".join(key.to_bytes(8, "big") for key in state.registrations.values()))


def _read_reservation(state: PersistentReservations) -> bytes:
    held, keys = state.reservation, state.registrations
    if held is None:
        return _listed(state, b"")
    key = 0 if held.type.is_for_all_registrants else keys.get(held.holder, 0)
    return _listed(state, key.to_bytes(8, "big") + bytes((0, 0, 0, 0, 0, held.type, 0, 0)))


def _report_capabilities(state: PersistentReservations) -> bytes:  # noqa: ARG001
    mask = sum(1 << (kind + 8 if kind < 8 else 0) for kind in ReservationType)
    return _CAPABILITIES + mask.to_bytes(2, "big") + bytes(2)


def _read_full_status(state: PersistentReservations) -> bytes:
    return _listed(state, b"".join(_status(state, nexus, key) for nexus, key in state.registrations.items()))


def _status(state: PersistentReservations, nexus: Nexus, key: int) -> bytes:
    """Return the full status descriptor of one registration."""
    held = state.reservation
    holds = held is not None and state.is_holder(nexus)
    identity = transport_id(nexus.initiator)
    head = key.to_bytes(8, "big") + bytes((0, 0, 0, 0, _HOLDER if holds else 0))
    head += bytes((held.type if held is not None and holds else 0, 0, 0, 0, 0))
    return head + nexus.target.number.to_bytes(2, "big") + len(identity).to_bytes(4, "big") + identity


def _listed(state: PersistentReservations, entries: bytes) -> bytes:
    return state.generation.to_bytes(4, "big") + len(entries).to_bytes(4, "big") + entries


_IN: Final[dict[int, Callable[[PersistentReservations], bytes]]] = {
    0: _read_keys,
    1: _read_reservation,
    2: _report_capabilities,
    3: _read_full_status,
}
