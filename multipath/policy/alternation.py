"""
The order of the paths of a round-robin group: in turn over the host adapters, and on each of them over its hosts.

With more than two paths, I/Os that follow each other then go down different adapters.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from .member import Member

_FEWEST: Final = 3
_TRANSPORTS: Final = frozenset({"scsi:fcp", "scsi:sas", "scsi:iscsi", "scsi:srp"})


def alternated(members: Sequence[Member]) -> tuple[Member, ...]:
    """Return the paths in turn; as they came where they are few, of other transports, or of an unknown adapter."""
    if len(members) < _FEWEST or any(_stays(member) for member in members):
        return tuple(members)
    adapters: dict[str | None, dict[int | None, deque[Member]]] = {}
    for member in members:
        hosts = adapters.setdefault(member.path.adapter, {})
        hosts.setdefault(member.path.host, deque()).append(member)
    turns = deque(deque(hosts.values()) for hosts in adapters.values())
    ordered: list[Member] = []
    while len(ordered) < len(members):
        hosts_in_turn = turns[0]
        if hosts_in_turn[0]:
            ordered.append(hosts_in_turn[0].popleft())
        hosts_in_turn.rotate(-1)
        turns.rotate(-1)
    return tuple(ordered)


def _stays(member: Member) -> bool:
    return member.path.protocol not in _TRANSPORTS or member.path.adapter is None
