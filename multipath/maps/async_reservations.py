"""The reservations of the unit behind one map, for a program with an event loop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from .. import errors
from ..config.configuration import Configuration
from ..config.resolve import Resolver
from ..multipathd.socket import daemon_is_running
from ..paths.discover import discover
from ..paths.path import Path
from ..paths.request import Asker
from ..paths.reservation import read_capabilities, read_full_status, read_keys, read_reservation
from ..paths.reservation_reply import Reply, Through
from ..units import parse_devt
from ..wire.reservation import (
    FullStatus,
    HeldReservation,
    ReservationAction,
    ReservationCapabilities,
    ReservationKeys,
    ReservationOrder,
    ReservationType,
)
from .map import Map
from .ownership import UUID_PREFIX
from .prkeys import Prkey
from .registration import register
from .reservation_key import KeptKey
from .reservation_result import (
    Member,
    PathAnswer,
    PathOutcome,
    PathResult,
    Question,
    ReservationResult,
    failure,
)
from .reserving import carry_out
from .state_file import StateFolder

_Read = TypeVar("_Read")
_ASK: Final[dict[Question, Callable[[Asker, Path], Awaitable[Reply[Any]]]]] = {
    Question.KEYS: read_keys,
    Question.RESERVATION: read_reservation,
    Question.FULL_STATUS: read_full_status,
    Question.CAPABILITIES: read_capabilities,
}


class AsyncReservations:
    """
    As `Reservations`, whose methods these are, for ``await``.

    Args:
        mpath: The map; it is read anew for each order.
        asker: Who makes the calls.
        config: Where ``reservation_key`` stands.
        state: Where the prkeys file is; ``None`` for nowhere.
        through: How orders go to a path.
    """

    def __init__(
        self, mpath: Map, asker: Asker, config: Configuration, state: StateFolder | None, through: Through
    ) -> None:
        self._map, self._asker, self._through = mpath, asker, through
        wwid = mpath.uuid.removeprefix(UUID_PREFIX) if mpath.uuid.startswith(UUID_PREFIX) else ""
        self._key = KeptKey(mpath.name, wwid, Resolver(config), state)

    # Orders.

    async def register(
        self,
        key: int | None = None,
        *,
        current: int = 0,
        ignore: bool = False,
        aptpl: bool | None = None,
        all_target_ports: bool = False,
    ) -> ReservationResult:
        """Register every path."""
        wanted = await self._key.meant(key)
        persists = wanted.aptpl if aptpl is None else aptpl
        if not wanted.key:
            raise errors.NumberRefused("reservation key 0x0 stands for none; unregister takes a registration back")
        order = ReservationOrder(
            ReservationAction.REGISTER_AND_IGNORE if ignore else ReservationAction.REGISTER,
            0 if ignore else current, wanted.key, aptpl=persists, all_target_ports=all_target_ports,
        )  # fmt: skip
        before = await self._key.remember(Prkey(wanted.key, persists))
        try:
            return await self._registered(order)
        except BaseException:
            await self._key.put_back(before)
            raise

    async def unregister(self, key: int | None = None, *, all_target_ports: bool = False) -> ReservationResult:
        """Take the registration of every path back, and with it the reservation where a path holds it."""
        own = (await self._key.meant(key)).key
        held = await self.reservation()
        if held.type is not None and held.key == own:
            await self.release(held.type, own)
        order = ReservationOrder(ReservationAction.REGISTER, own, 0, all_target_ports=all_target_ports)
        result = await self._registered(order)
        await self._key.forget()
        return result

    async def reserve(self, kind: ReservationType, key: int | None = None) -> ReservationResult:
        """Reserve the unit."""
        return await self._ordered(ReservationAction.RESERVE, key, kind=kind)

    async def release(self, kind: ReservationType, key: int | None = None) -> ReservationResult:
        """Give the reservation up."""
        return await self._ordered(ReservationAction.RELEASE, key, kind=kind)

    async def clear(self, key: int | None = None) -> ReservationResult:
        """Take the reservation and all registrations away, those of other hosts too."""
        result = await self._ordered(ReservationAction.CLEAR, key)
        await self._key.forget()
        return result

    async def preempt(
        self, victim: int, kind: ReservationType, key: int | None = None, *, abort: bool = False
    ) -> ReservationResult:
        """Take the registrations with the key ``victim``, and the reservation where one of these holds it."""
        action = ReservationAction.PREEMPT_AND_ABORT if abort else ReservationAction.PREEMPT
        return await self._ordered(action, key, new=victim, kind=kind)

    # What is there.

    async def keys(self) -> ReservationKeys:
        """Return every registered key."""
        return await self._first("the registered keys", read_keys)

    async def reservation(self) -> HeldReservation:
        """Return who holds the unit."""
        return await self._first("the reservation", read_reservation)

    async def full_status(self) -> FullStatus:
        """Return every registration, with who has it."""
        return await self._first("the full status", read_full_status)

    async def capabilities(self) -> ReservationCapabilities:
        """Return what the unit can do."""
        return await self._first("the capabilities", read_capabilities)

    async def by_path(self, question: Question) -> tuple[PathAnswer, ...]:
        """Return what each path says."""
        _, members = self._members()
        some = any(each.usable for each in members)
        return tuple(await asyncio.gather(*(self._asked(each, question, alone=not some) for each in members)))

    # How.

    def _members(self) -> tuple[str, list[Member]]:
        snapshot, sysfs = self._map.read(), self._map.sysfs
        by_number = {path.devt: path for path in discover(sysfs)}
        active = {parse_devt(path.device): path.active for path in snapshot.status.paths}
        return snapshot.name, [Member(by_number[devt], usable) for devt, usable in active.items() if devt in by_number]

    async def _first(self, what: str, ask: Callable[[Asker, Path], Awaitable[Reply[_Read]]]) -> _Read:
        """Return what the first path answers that does; those that the map does not use come last."""
        name, members = self._members()
        results = []
        for member in sorted(members, key=lambda each: not each.usable):
            reply = await ask(self._asker, member.path)
            if reply.read is not None:
                return reply.read
            results.append(member.result(PathOutcome(reply.outcome), reply.why))
        raise failure(name, f"{what} cannot be read", results)

    async def _asked(self, member: Member, question: Question, *, alone: bool) -> PathAnswer:
        if not (member.usable or alone):
            return PathAnswer(member.skipped(), None)
        reply = await _ASK[question](self._asker, member.path)
        return PathAnswer(member.result(PathOutcome(reply.outcome), reply.why), reply.read)

    async def _registered(self, order: ReservationOrder) -> ReservationResult:
        name, members = self._members()
        results = await register(self._asker, name, members, order, self._through)
        return ReservationResult(name, order, results, tuple(await self._of_registration(order, results)))

    async def _ordered(
        self, action: ReservationAction, key: int | None, *, new: int = 0, kind: ReservationType | None = None
    ) -> ReservationResult:
        order = ReservationOrder(action, (await self._key.meant(key)).key, new, kind)
        name, members = self._members()
        results = await carry_out(self._asker, name, members, order, self._through)
        return ReservationResult(name, order, results, tuple(_of_reserving(order, results)))

    async def _of_registration(self, order: ReservationOrder, results: tuple[PathResult, ...]) -> list[str]:
        skipped = " ".join(each.name for each in results if each.outcome is PathOutcome.SKIPPED)
        found = []
        if skipped and order.new_key:
            known = await self._key.configured()
            when = "they are by mpath run when they return" if known and known.key == order.new_key else (
                "nobody will when they return, for reservation_key in multipath.conf is another"
            )  # fmt: skip
            found.append(f"{skipped} could not be registered; {when}")
        if skipped and not order.new_key:
            found.append(f"{skipped} could not be told: their registrations stay at the unit, if they have one")
        if self._map.control.shared and self._key.wwid and daemon_is_running():
            commands = ["setprstatus" if order.new_key else "unsetprstatus"]
            if self._key.in_file:
                commands.insert(0, "setprkey" if order.new_key else "unsetprkey")
            words = {"setprkey": f" key {order.new_key:#x}"}
            told = "; ".join(f"multipathd {each} map {self._map.name}{words.get(each, '')}" for each in commands)
            found.append(f"multipathd does not know of it: {told}")
        return found


def _of_reserving(order: ReservationOrder, results: tuple[PathResult, ...]) -> list[str]:
    """Return what there is to say of a reservation that only one path of several may use."""
    takes = order.action in (ReservationAction.RESERVE, ReservationAction.PREEMPT, ReservationAction.PREEMPT_AND_ABORT)
    holder = next((each.name for each in results if each.outcome is PathOutcome.DONE), "")
    if not takes or order.type is None or order.type.lets_registrants_in or len(results) < 2:
        return []
    return [
        f"{order.type.word}: only {holder} may use the unit as its holder; a type for registrants lets all paths in"
    ]
