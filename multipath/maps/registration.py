"""
Registering with every path of a map: all of them or none.

Strategy: a registration belongs to a nexus, so each path has its own, and a path without one has its I/O refused as
soon as somebody reserves the unit. So each path that the map uses is told, all at once; where one of them fails, the
others get back the key that they had. That has to be known: an order that ignores the present key tells nobody what it
was. So the keys that the unit knows are tried first, and the order that ignores comes last.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from .. import errors
from ..paths.request import Asker
from ..paths.reservation import read_keys, send
from ..paths.reservation_reply import Outcome, Reply, Through
from ..units import DevT
from ..wire.reservation import ReservationAction, ReservationOrder
from .reservation_result import Member, PathOutcome, PathResult, failure

_MOST_GUESSES: Final = 32  # keys that are tried on one path; a shared unit has a few hosts


@dataclass(frozen=True, slots=True)
class _Told:
    """
    One path that was told.

    Attributes:
        member: The path.
        reply: What it answered.
        before: The key that it had; ``None`` where nobody knows.
    """

    member: Member
    reply: Reply[None]
    before: int | None


async def register(
    asker: Asker, name: str, members: Sequence[Member], order: ReservationOrder, through: Through
) -> tuple[PathResult, ...]:
    """
    Register each path, change its key, or take its registration back.

    Args:
        asker: Who makes the calls.
        name: The name of the map, for errors.
        members: Its paths.
        order: ``REGISTER`` or ``REGISTER_AND_IGNORE``.
        through: How orders go to a path.

    Returns:
        What became of it on each path, in their order.

    Raises:
        ReservationConflict: a path is registered with another key; the others have the key again that they had.
        ReservationError: a path refused, or did not answer; likewise.

    Who is cancelled meanwhile leaves nothing half done either: it is taken back before the task ends.
    """
    work = asyncio.ensure_future(_registered(asker, name, members, order, through))
    try:
        results, told = await asyncio.shield(work)
    except asyncio.CancelledError:
        with suppress(errors.ReservationError):  # it was taken back
            _, told = await work
            await asyncio.gather(*(_undo(asker, each, order, through) for each in told))
        raise
    return results


async def _registered(
    asker: Asker, name: str, members: Sequence[Member], order: ReservationOrder, through: Through
) -> tuple[tuple[PathResult, ...], list[_Told]]:
    told = await asyncio.gather(*(_first(asker, some, order, through) for some in _groups(members, order)))
    told = await asyncio.gather(*(_again(asker, each, order, through, told) for each in told))
    bad = [each for each in told if each.reply.outcome is not Outcome.DONE]
    results = {each.member.path.devt: each.member.replied(each.reply) for each in told}
    if bad or not told:
        undone = await asyncio.gather(*(_undo(asker, each, order, through) for each in told if each not in bad))
        results |= {each.devt: each for each in undone}
        what = "registering failed on a path, and was taken back on the others" if told else "no path can be used"
        raise failure(name, what, _all(members, results))
    return _all(members, results), told


def _all(members: Sequence[Member], results: dict[DevT, PathResult]) -> tuple[PathResult, ...]:
    return tuple(results.get(each.path.devt) or _not_told(each, results) for each in members)


def _not_told(member: Member, results: dict[DevT, PathResult]) -> PathResult:
    if not member.usable:
        return member.skipped()
    done = any(each.outcome is PathOutcome.DONE for each in results.values())
    return member.result(PathOutcome.COVERED if done else PathOutcome.NOT_ASKED)


def _groups(members: Iterable[Member], order: ReservationOrder) -> list[list[Member]]:
    """Return the paths in groups of which one has to be told: a host of NVMe, an adapter where it is for all ports."""
    groups: dict[object, list[Member]] = {}
    for each in members:
        if each.usable:
            path = each.path
            shared = "nvme" if path.bus == "nvme" else path.host if order.all_target_ports else None
            groups.setdefault(path.devt if shared is None else ("shared", shared), []).append(each)
    return list(groups.values())


async def _first(asker: Asker, group: list[Member], order: ReservationOrder, through: Through) -> _Told:
    """Tell one path of a group: the first that answers."""
    for member in group:
        told = await _tell(asker, member, order, through)
        if told.reply.outcome is not Outcome.FAILED:
            break
    return told


async def _tell(asker: Asker, member: Member, order: ReservationOrder, through: Through) -> _Told:
    if order.action is ReservationAction.REGISTER:
        return _Told(member, await send(asker, member.path, order, through), order.key)
    read = await read_keys(asker, member.path)
    known = read.read.keys if read.read else ()
    for before in list(dict.fromkeys([order.new_key, 0, *known]))[:_MOST_GUESSES]:
        told = await _tell_from(asker, member, order, through, before)
        if told.reply.outcome is not Outcome.CONFLICT:
            return told
    return _Told(member, await send(asker, member.path, order, through), None)


async def _tell_from(asker: Asker, member: Member, order: ReservationOrder, through: Through, before: int) -> _Told:
    exact = replace(order, action=ReservationAction.REGISTER, key=before)
    return _Told(member, await send(asker, member.path, exact, through), before)


async def _again(
    asker: Asker, told: _Told, order: ReservationOrder, through: Through, others: Sequence[_Told]
) -> _Told:
    """
    Tell a path again that had a conflict where another had none.

    It may have the new key already, for arrays share registrations of an initiator; or none, for it came later.
    """
    some = any(each.reply.outcome is Outcome.DONE for each in others)
    if told.reply.outcome is not Outcome.CONFLICT or not (some or not order.new_key):
        return told
    for before in dict.fromkeys((order.new_key, 0)):
        found = await _tell_from(asker, told.member, order, through, before)
        if found.reply.outcome is not Outcome.CONFLICT:
            return found
    return told


async def _undo(asker: Asker, told: _Told, order: ReservationOrder, through: Through) -> PathResult:
    """Give a path the key back that it had."""
    member = told.member
    if told.before is None:
        return member.result(PathOutcome.LEFT, f"it keeps the key {order.new_key:#x}: nobody knows what it had before")
    if told.before == order.new_key:
        return member.result(PathOutcome.ROLLED_BACK, "it had that key before")
    back = replace(order, action=ReservationAction.REGISTER, key=order.new_key, new_key=told.before)
    reply = await send(asker, member.path, back, through)
    if reply.outcome is Outcome.DONE:
        return member.result(PathOutcome.ROLLED_BACK)
    return member.result(PathOutcome.LEFT, f"it keeps the key {order.new_key:#x}: {reply.why}")
