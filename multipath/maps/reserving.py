"""
What is done to the reservation of a unit through the paths of a map.

Strategy: reserving, preempting and clearing need one path. The first that answers will do; where one has a conflict the
next is tried, for it may be registered where the first is not, or hold the reservation. A path that does not answer may
have done it all the same, so then the unit is asked. A reservation is released by the path that made it, and only by
that one: so all are told. Where that path cannot be reached, the others change their key, take the reservation from the
old one, release it, and change their key back; none of them is without a registration at any moment, so no I/O of this
host is refused meanwhile, and the map need not be suspended.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from ..paths.path import Path
from ..paths.request import Asker
from ..paths.reservation import read_keys, read_reservation, send
from ..paths.reservation_reply import Outcome, Reply, Through
from ..wire.reservation import HeldReservation, ReservationAction, ReservationOrder
from .registration import register
from .reservation_result import Member, PathOutcome, PathResult, failure

_PREEMPTS = frozenset({ReservationAction.PREEMPT, ReservationAction.PREEMPT_AND_ABORT})
_KEYS = 1 << 64


async def carry_out(
    asker: Asker, name: str, members: Sequence[Member], order: ReservationOrder, through: Through
) -> tuple[PathResult, ...]:
    """
    Carry out any order but to register.

    Args:
        asker: Who makes the calls.
        name: The name of the map, for errors.
        members: Its paths.
        order: The order.
        through: How orders go to a path.

    Raises:
        ReservationConflict: no path may, by its key.
        ReservationError: no path did.
    """
    if order.action is ReservationAction.RELEASE:
        return await _release(asker, name, members, order, through)
    if order.action in _PREEMPTS and order.key == order.new_key and not _is_nvme(members):
        return await _under_another_key(asker, name, members, order, through)
    return await _in_turn(asker, name, members, order, through)


async def first_answer(
    name: str, what: str, members: Sequence[Member], ask: Callable[[Path], Awaitable[Reply[HeldReservation]]]
) -> HeldReservation:
    """Return what the first path answers that does."""
    results = []
    for member in members:
        if member.usable:
            reply = await ask(member.path)
            if reply.read is not None:
                return reply.read
            results.append(member.result(PathOutcome(reply.outcome), reply.why))
    raise failure(name, f"{what} cannot be read", results)


async def _in_turn(
    asker: Asker, name: str, members: Sequence[Member], order: ReservationOrder, through: Through
) -> tuple[PathResult, ...]:
    results: list[PathResult] = []
    done = unsure = False
    for member in members:
        if not member.usable:
            results.append(member.skipped())
        elif done:
            results.append(member.result(PathOutcome.NOT_ASKED))
        elif unsure and await _is_so(asker, member.path, order):
            done = True
            results.append(member.result(PathOutcome.DONE, "by the path that did not answer"))
        else:
            reply = await send(asker, member.path, order, through)
            results.append(member.replied(reply))
            done, unsure = reply.outcome is Outcome.DONE, unsure or reply.outcome is Outcome.FAILED
    if not done:
        raise failure(name, f"{order.action.word} failed", results)
    return tuple(results)


async def _is_so(asker: Asker, path: Path, order: ReservationOrder) -> bool:
    """Whether the unit is as an order wants it that a path may have carried out."""
    if order.action is ReservationAction.RESERVE:
        held = (await read_reservation(asker, path)).read
        keys = (order.key, 0) if order.type and order.type.is_for_all_registrants else (order.key,)
        return held is not None and held.type is order.type and held.key in keys
    keys_now = (await read_keys(asker, path)).read
    if keys_now is None:
        return False
    # Where a victim is gone nobody can say who sent it away; whoever did, it has no registration any more.
    return not keys_now.keys if order.action is ReservationAction.CLEAR else order.new_key not in keys_now.keys


async def _release(
    asker: Asker, name: str, members: Sequence[Member], order: ReservationOrder, through: Through
) -> tuple[PathResult, ...]:
    if _is_nvme(members):
        return await _in_turn(asker, name, members, order, through)
    results = await _told_all(asker, members, order, through)
    if not any(each.outcome is PathOutcome.DONE for each in results):
        raise failure(name, "release failed", results)
    if any(each.outcome is PathOutcome.REFUSED for each in results):  # it holds the reservation, but not so
        raise failure(name, "release failed", results)
    held = await first_answer(name, "the reservation", members, lambda path: read_reservation(asker, path))
    alone = held.type is not None and not held.type.is_for_all_registrants
    if alone and held.type is order.type and held.key == order.key:
        lost = [each.outcome is PathOutcome.FAILED for each in results]
        left = [replace(each, usable=each.usable and not gone) for each, gone in zip(members, lost, strict=True)]
        taken = await _under_another_key(asker, name, left, order, through)
        return tuple(before if gone else now for before, now, gone in zip(results, taken, lost, strict=True))
    return results


async def _told_all(
    asker: Asker, members: Sequence[Member], order: ReservationOrder, through: Through
) -> tuple[PathResult, ...]:
    async def one(member: Member) -> PathResult:
        if not member.usable:
            return member.skipped()
        return member.replied(await send(asker, member.path, order, through))

    return tuple(await asyncio.gather(*map(one, members)))


async def _under_another_key(
    asker: Asker, name: str, members: Sequence[Member], order: ReservationOrder, through: Through
) -> tuple[PathResult, ...]:
    """Take the reservation, or release it, from those with this host's own key that cannot be reached."""
    spare = await _unused_key(asker, name, members)
    away = ReservationOrder(ReservationAction.REGISTER, order.key, spare)
    await register(asker, name, members, away, through)
    try:
        action = order.action if order.action in _PREEMPTS else ReservationAction.PREEMPT
        preempt = ReservationOrder(action, spare, order.key, order.type)
        results = await _in_turn(asker, name, members, preempt, through)
        if order.action is ReservationAction.RELEASE:
            results = await _told_all(asker, members, replace(order, key=spare), through)
    finally:
        back = ReservationOrder(ReservationAction.REGISTER, spare, order.key)
        await asyncio.shield(register(asker, name, members, back, through))
    return results


async def _unused_key(asker: Asker, name: str, members: Sequence[Member]) -> int:
    """Return a key that nobody is registered with."""
    results = []
    for member in members:
        if member.usable:
            reply = await read_keys(asker, member.path)
            if reply.read is not None:
                taken = {0, *reply.read.keys}
                return next(key for key in iter(lambda: secrets.randbelow(_KEYS), None) if key not in taken)
            results.append(member.result(PathOutcome(reply.outcome), reply.why))
    raise failure(name, "the keys cannot be read", results)


def _is_nvme(members: Sequence[Member]) -> bool:
    return any(member.path.bus == "nvme" for member in members)
