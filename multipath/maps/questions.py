"""
What a decision asks of a path, or writes to one of its attributes, each as a task of its own.

``recheck_wwid`` reads page 0x83 again and compares the unit with the one that was known; ``purge_disconnected`` deletes
the device; ``marginal_path_*`` reads from it for a while and counts errors; ``ghost_delay`` has udev look once more.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from ..paths.path import Path
from ..paths.request import Answer, read, scsi, store
from ..policy import actions as act
from ..policy.supervisor import MapSupervisor
from ..units import DevT
from ..wire.vpd import DEVICE_IDENTIFICATION, logical_unit
from .charge import Charge
from .monitor_event import MonitorEventKind
from .monitored_map import MonitoredMap
from .monitored_path import MonitoredPath

_INQUIRY: Final = 0x12
_EVPD: Final = 0x01
_LONGEST_PAGE: Final = 0xFFFC
_BLOCK: Final = 4096
_BETWEEN_READS: Final = 0.05  # seconds
_PATIENCE: Final = 30.0  # seconds for an attribute to be written

CarryOut = Callable[[MonitoredMap, Iterable[act.Action]], None]


class Questions:
    """
    Asks.

    Args:
        charge: What the monitor has in its charge.
        carry_out: Takes what follows from the answers.
    """

    def __init__(self, charge: Charge, carry_out: CarryOut) -> None:
        self._charge, self._carry_out = charge, carry_out
        self._samples: dict[DevT, asyncio.Task[None]] = {}

    def put(self, about: MonitoredMap, action: act.Action) -> None:
        """Begin what an action asks for; one that asks for nothing does nothing."""
        if isinstance(action, act.Announce):
            self._charge.spawn(
                self._store(about, f"{self._charge.host.sysfs}/block/{about.snapshot.info.node}/uevent", "change")
            )
            return
        devt = getattr(action, "devt", None)
        member = None if devt is None else about.paths.get(devt)
        if member is None:
            return
        if isinstance(action, act.RecheckWwid):
            self._charge.spawn(self._recheck(about, member))
        elif isinstance(action, act.Purge):
            self._charge.spawn(self._purge(about, member))
        elif isinstance(action, act.Sample):
            self._stop_sample(member.path.devt)
            self._samples[member.path.devt] = self._charge.spawn(self._sample(about, member, action.seconds))
        elif isinstance(action, act.StopSampling):
            self._stop_sample(member.path.devt)

    def _stop_sample(self, devt: DevT) -> None:
        task = self._samples.pop(devt, None)
        if task is not None:
            task.cancel()

    async def _recheck(self, about: MonitoredMap, member: MonitoredPath) -> None:
        path, asker = member.path, self._charge.host.asker
        if path.bus != "scsi" or not path.vpd_83:
            same = True  # nothing was known that could be compared
        else:
            command = bytes([_INQUIRY, _EVPD, DEVICE_IDENTIFICATION]) + _LONGEST_PAGE.to_bytes(2, "big") + b"\0"
            answer = await asker.ask(scsi(path, command, _LONGEST_PAGE, timeout=member.timeout), member.timeout)
            if not isinstance(answer, Answer) or not answer.good:
                return  # it cannot tell; the next check that finds it working asks again
            same = _same_unit(path.vpd_83, answer.data)
        if not same:
            await self._store(about, f"{member.folder}/device/rescan", "1", member)
            # The kernel tells nobody of another identity, and udev's database would speak of the old one for ever.
            await self._store(about, f"{member.folder}/uevent", "change", member)
        self._decided(about, lambda supervisor, now: supervisor.identified(path.devt, now, same=same))

    async def _purge(self, about: MonitoredMap, member: MonitoredPath) -> None:
        await self._store(about, f"{member.folder}/device/delete", "1", member)

    async def _store(self, about: MonitoredMap, file: str, text: str, member: MonitoredPath | None = None) -> None:
        """Write an attribute, of a path only while its device is the one that was meant."""
        if member is not None and not member.is_there:
            return
        answer = await self._charge.host.asker.ask(store(file, text), _PATIENCE)
        if isinstance(answer, Answer) and not answer.error:
            return
        said = f"errno {answer.error}" if isinstance(answer, Answer) else str(answer)
        path = None if member is None else member.path.devt
        self._charge.tell(MonitorEventKind.FAILED, about, path, reason=f"{file} cannot be written: {said}")

    async def _sample(self, about: MonitoredMap, member: MonitoredPath, seconds: float) -> None:
        charge, path = self._charge, member.path
        until, errors, reads = charge.now + seconds, 0, 0
        while charge.now < until:
            answer = await charge.host.asker.ask(read(path, _BLOCK), member.timeout)
            reads += 1
            errors += not (isinstance(answer, Answer) and answer.good and len(answer.data) == _BLOCK)
            await asyncio.sleep(_BETWEEN_READS)
        self._samples.pop(path.devt, None)
        self._decided(about, lambda supervisor, now: supervisor.sampled(path.devt, errors, reads, now))

    def _decided(self, about: MonitoredMap, decide: Callable[[MapSupervisor, float], list[act.Action]]) -> None:
        if about.supervisor is not None and self._charge.maps.get(about.snapshot.devt) is about:
            self._carry_out(about, decide(about.supervisor, self._charge.now))


def retriggering(path: Path, folder: str) -> tuple[str, str]:
    """Return the file, and the text, that have the kernel send a uevent of a path again."""
    return f"{folder}/uevent", "add" if path.udev is None else "change"


def _same_unit(known: bytes, told: bytes) -> bool:
    try:
        return logical_unit(known) == logical_unit(told)
    except ValueError:
        return False
