"""
Registering paths that come back or are new, before any I/O goes down them.

Strategy: who is registered stands at the unit, so nothing of it is remembered here. Where ``reservation_key`` gives the
map a key and the unit has a registration with it, this host is registered, and a path that is about to be used has to
be too: else the unit refuses its I/O as soon as it is reserved, which no path can make good. Where the unit has no such
key, this host never was registered or was preempted: then nothing is done, for to register again would undo a fence.

The check of the path waits for it, so whoever decides about the path learns that it works only when it is registered.
"""

import asyncio

from .. import errors
from ..paths.reservation import read_keys
from ..paths.reservation_reply import Through
from ..paths.state import PathState
from ..probes.verdict import Verdict
from ..wire.reservation import ReservationAction, ReservationOrder
from .charge import Charge
from .monitor_event import MonitorEventKind
from .monitored_path import MonitoredPath
from .prkeys import Prkey
from .registration import register
from .reservation_key import configured_key, keeps_key_in_file
from .reservation_result import Member


class Reregistration:
    """
    Registers.

    Args:
        charge: What the monitor has in its charge.
    """

    def __init__(self, charge: Charge) -> None:
        self._charge = charge

    async def renew(self, member: MonitoredPath, verdict: Verdict, deadline: float) -> Verdict:
        """
        Register a path that works and is not used yet, where this host is registered.

        Args:
            member: The path.
            verdict: What its checker says.
            deadline: How long that may take, in seconds.

        Returns:
            ``verdict``; where the path should be registered and cannot be, that it is to be waited for.
        """
        charge = self._charge
        if not (member.wwid and charge.act) or charge.stands_back():
            return verdict
        try:
            key = await self._key(member.wwid)
            if key is None:
                return verdict
            async with asyncio.timeout(deadline):
                return await self._renewed(member, key, verdict)
        except (errors.MultipathError, TimeoutError) as error:
            what = f"{member.path} is not registered with the unit: {error or 'no answer in time'}"
        charge.tell(MonitorEventKind.FAILED, charge.map_of(member.path.devt), member.path.devt, reason=what)
        charge.count("failures")
        return Verdict(PathState.PENDING, what)

    async def _renewed(self, member: MonitoredPath, key: Prkey, verdict: Verdict) -> Verdict:
        charge, path = self._charge, member.path
        known = await read_keys(charge.host.asker, path)
        if known.read is None or key.key not in known.read.keys:
            return verdict  # it knows of no reservations, or this host is not registered
        order = ReservationOrder(ReservationAction.REGISTER_AND_IGNORE, new_key=key.key, aptpl=key.aptpl)
        about = charge.map_of(path.devt)
        await register(
            charge.host.asker, about.name if about else member.wwid, [Member(path, True)], order, Through.COMMANDS
        )
        reason = f"reservation_key: this host is registered with {key.key:#x}, and so is the path now"
        charge.tell(MonitorEventKind.REGISTERED, about, path.devt, after=f"{key.key:#x}", reason=reason)
        charge.count("registrations")
        return verdict

    async def _key(self, wwid: str) -> Prkey | None:
        charge = self._charge
        if not keeps_key_in_file(charge.options, wwid):
            return configured_key(charge.options, wwid, None)
        return await charge.in_thread(lambda: configured_key(charge.options, wwid, charge.prkeys))
