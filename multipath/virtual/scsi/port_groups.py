"""
REPORT TARGET PORT GROUPS and SET TARGET PORT GROUPS.

Source: SPC-5, 6.37 and 6.45.
"""

from typing import Final

from ...wire.sense import INVALID_FIELD_IN_CDB, INVALID_FIELD_IN_PARAMETERS
from ..port import AccessState, PortGroup
from .reply import GOOD, CheckCondition, ScsiReply
from .request import Request

SERVICE_ACTION: Final = 0x0A
TRANSITION_LIMIT: Final = 60  # seconds, in the extended header
_EXTENDED: Final = 0x20  # the parameter data format, in the byte of the service action
_PREFERRED: Final = 0x80
_SUPPORTED: Final = 0xCF  # transitioning, offline, unavailable, standby, non-optimized, optimized
_LBA_DEPENDENT: Final = 0x10
_HEADER: Final = 4
_SETTABLE: Final = (
    AccessState.OPTIMIZED,
    AccessState.NON_OPTIMIZED,
    AccessState.STANDBY,
    AccessState.UNAVAILABLE,
)


def report_target_port_groups(request: Request) -> ScsiReply:
    """Answer REPORT TARGET PORT GROUPS, with the header that was asked for."""
    if request.service_action != SERVICE_ACTION or not request.target.tpgs:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    groups = b"".join(map(_descriptor, request.target.groups))
    if request.cdb[1] & ~0x1F == _EXTENDED:
        groups = bytes((0x10, TRANSITION_LIMIT, 0, 0)) + groups
    data = len(groups).to_bytes(4, "big") + groups
    return ScsiReply(data=data[: request.number(6, 4)])


def set_target_port_groups(request: Request) -> ScsiReply:
    """Answer SET TARGET PORT GROUPS; nothing changes unless all that was asked for can be done."""
    if request.service_action != SERVICE_ACTION or not request.target.model.explicit:
        raise CheckCondition(INVALID_FIELD_IN_CDB)
    groups = {group.number: group for group in request.target.groups}
    wanted: list[tuple[PortGroup, AccessState]] = []
    parameters = request.parameters(request.number(6, 4))
    for at in range(_HEADER, len(parameters) - _HEADER + 1, _HEADER):
        state = next((each for each in _SETTABLE if each.value == parameters[at] & 0xF), None)
        group = groups.get(int.from_bytes(parameters[at + 2 : at + 4], "big"))
        if state is None or group is None:
            raise CheckCondition(INVALID_FIELD_IN_PARAMETERS)
        wanted.append((group, state))
    for group, state in wanted:
        if group.state is not state:
            group.transition(state, by=request.nexus)
    return GOOD


def _descriptor(group: PortGroup) -> bytes:
    """Return the descriptor of a group with its ports."""
    state = group.state.value | (_PREFERRED if group.preferred else 0)
    supported = _SUPPORTED | (_LBA_DEPENDENT if group.state is AccessState.LBA_DEPENDENT else 0)
    head = bytes((state, supported)) + group.number.to_bytes(2, "big") + bytes((0, group.status, 0, len(group.ports)))
    return head + b"".join(port.number.to_bytes(4, "big") for port in group.ports)
