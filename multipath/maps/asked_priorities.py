"""
The priorities that a plan does not know: asked of the paths, all at the same time.

Strategy: a plan is made first without them. It names the paths that count, and what each of them has to be asked; what
they answer are observations, with which the plan is made again. So planning itself asks nothing.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from ..paths.request import Asker
from ..policy.member import Member
from ..policy.observation import Observation
from ..probes.prioritizers import priority_of
from ..units import DevT
from .own_loop import run
from .plan import Plan

DEADLINE: Final = 5.0  # seconds; the port itself answers what is asked here, mostly
_NOTHING: Final = Observation()


def ask_priorities(plan: Plan, asker: Asker, observed: Mapping[DevT, Observation]) -> dict[DevT, Observation]:
    """
    Return what is known of the paths when those have been asked whose priority is not; what was known stays.

    Nobody waits for longer than one deadline. A path that does not answer has an undefined priority.

    Args:
        plan: The plan without them.
        asker: Who makes the calls.
        observed: What is known already.
    """
    members = {member.path.devt: member for member in _unknown(plan)}
    if not members:
        return dict(observed)
    return dict(observed) | run(lambda: _asked(members.values(), asker, observed))


def _unknown(plan: Plan) -> Iterator[Member]:
    """Yield the paths that are up and whose priority nobody knows."""
    for planned in plan.maps:
        for group in planned.desired.groups if planned.desired else ():
            yield from (member for member in group.members if member.enabled and member.priority is None)


async def _asked(
    members: Iterable[Member], asker: Asker, observed: Mapping[DevT, Observation]
) -> dict[DevT, Observation]:
    async def one(member: Member) -> tuple[DevT, Observation]:
        assert member.prioritizer is not None
        name, args, devt = member.prioritizer.name, member.prioritizer.args, member.path.devt
        found = await priority_of(name, args, asker, member.path, DEADLINE)
        return devt, replace(observed.get(devt, _NOTHING), priority=found.value, why=found.why)

    return dict(await asyncio.gather(*(one(member) for member in members if member.prioritizer)))
