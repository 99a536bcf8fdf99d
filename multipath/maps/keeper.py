"""
Who keeps the timeouts of paths: sets them when a path is adopted, gives them back when it is let go.

With a stall budget all of the chain is set (`multipath.policy.stall`), and the path is watched for silence; without one
only what multipath.conf(5) names is set, as multipath-tools does. Where both speak, the shorter time holds.
"""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

from ..errors import FileError
from ..paths.attributes import attribute_of
from ..paths.knobs import OFFLINE, Knob, KnobFile, knob_values
from ..paths.path import Path
from ..paths.request import Answer, store
from ..paths.timeout_journal import TimeoutJournal
from ..paths.timeouts import Change, Timeouts
from ..policy.settings import MapSettings
from ..policy.stall import StallPlan, stall_plan
from ..policy.tunables import tunables
from ..policy.worst_case import Waiting
from ..probes.progress import SOURCE, gates_of, read_counters
from ..units import DevT
from .host import Host
from .silence import SilenceWatch, Silent, failing

_COARSE: Final = 5  # CLOCK_REALTIME_COARSE: it ticks once a jiffy
_LOOK: Final = 0.1  # seconds between two looks at a path that is being drained
_CALM: Final = 3  # looks at which it has to be empty
_RESET: Final = 1.0  # seconds in which the reset of a controller is begun
_RENEWAL: Final = 1.0  # seconds between two looks at what a daemon sets again with each login


def jiffies_per_second() -> int:
    """Return what the kernel was built with."""
    return round(1 / time.clock_getres(_COARSE))


class TimeoutKeeper:
    """
    Keeps the timeouts of the paths of one host.

    Args:
        host: The host; its asker writes.
        max_stall: A budget for maps whose configuration names none.
        journal: Where old values are kept.
        hz: How many jiffies the kernel has in a second; asked of the kernel when absent.
        source: What has the kernel's counters.
        tell: Is told of each silent path, and what was done; for events.

    Synchronization: one task at a time.
    """

    def __init__(
        self,
        host: Host,
        *,
        max_stall: float | None = None,
        journal: TimeoutJournal | None = None,
        hz: int | None = None,
        source: str = SOURCE,
        tell: Callable[[Silent, str], None] | None = None,
    ) -> None:
        self._timeouts = Timeouts(host.asker, sysfs=host.sysfs, journal=journal)
        self._host, self._max_stall, self._hz = host, max_stall, hz or jiffies_per_second()
        self.plans: dict[DevT, StallPlan] = {}
        self._offline: dict[DevT, asyncio.Task[None]] = {}
        self._source, self._told, self._fail = source, tell, failing(host)
        self._watched: dict[DevT, Path] = {}
        self._watch: SilenceWatch | None = None
        self._watching: asyncio.Task[None] | None = None

    async def adopt(self, path: Path, settings: MapSettings | None = None) -> tuple[Change, ...]:
        """
        Set the timeouts of a path of a map with these options.

        Returns:
            What was changed, and what could not be.

        Raises:
            FileError: an old value cannot be kept; the attribute was not changed.
        """
        present = await self._timeouts.read(path)
        wanted = dict(tunables(settings.value, path.protocol, present)) if settings else {}
        plan = self.plan(path, settings, present)
        if plan is not None:
            self.plans[path.devt] = plan
            for knob, value in plan.values.items():
                wanted[knob] = value if knob is Knob.DEV_LOSS else min(value, wanted.get(knob, value))
        changes = await self._timeouts.apply(path, wanted)
        if plan is not None:
            self._watched[path.devt] = path
            self._look_after()
        return changes

    def plan(
        self, path: Path, settings: MapSettings | None = None, present: Mapping[Knob, float] | None = None
    ) -> StallPlan | None:
        """Return what the budget means for a path, whose attributes hold this now; ``None`` where there is none."""
        budget = self.budget(settings)
        if budget is None:
            return None
        return stall_plan(budget, waiting(path, self._timeouts.files(path), self._hz, settings, values=present))

    def budget(self, settings: MapSettings | None) -> float | None:
        """Return the budget of a map with these options."""
        configured = settings.value("max_stall") if settings else None
        return float(configured) if configured is not None else self._max_stall

    async def let_go(self, path: Path) -> tuple[Change, ...]:
        """Give back what the attributes of a path held, and look at it no more."""
        self.plans.pop(path.devt, None)
        if self._watched.pop(path.devt, None) is not None:
            self._look_after()
        offline = self._offline.pop(path.devt, None)
        if offline is not None:
            offline.cancel()
            await asyncio.wait([offline])
        return await self._timeouts.release(path)

    def _look_after(self) -> None:
        """Watch the paths that have a budget for silence, as closely as the smallest asks for."""
        if not self._watched:
            if self._watching is not None:
                self._watching.cancel()
            self._watch = self._watching = None
            return
        closest = min((plan.detection for plan in self.plans.values()), key=lambda each: each.look)
        if self._watch is None:
            sysfs = self._host.sysfs
            self._watch = SilenceWatch(self._host.asker, closest, self._act, sysfs=sysfs, source=self._source)
            self._watching = asyncio.ensure_future(self._look(self._watch))
        self._watch.detection = closest
        self._watch.watch(self._watched.values())

    async def _look(self, watch: SilenceWatch) -> None:
        async with asyncio.TaskGroup() as both:  # neither outlives the other
            both.create_task(watch.run())
            both.create_task(self._renew())

    async def _renew(self) -> None:
        """Set again what a session that is new has not, or a port that was not there."""
        while True:
            await asyncio.sleep(_RENEWAL)
            with suppress(FileError):  # of what could not be kept nothing was set; so it is tried again
                await self._timeouts.renew()

    async def _act(self, silent: Silent) -> None:
        """Fail a silent path in its maps, and hasten the end of what it holds once none of them needs it."""
        if await self._fail(silent):
            done = await self.hasten(silent.path)
            if self._told is not None:
                self._told(silent, done)

    async def recover(self) -> tuple[Change, ...]:
        """Give back what a program that was killed had changed, and that no path that was adopted needs."""
        return await self._timeouts.recover()

    async def hasten(self, path: Path) -> str:
        """
        Do what is safe to end the commands that a silent path holds sooner, and say what that was.

        A SCSI command is the kernel's until its timeout, its abort, and where that fails a reset. After a reset the
        kernel tests whether the device answers, reset by reset; of one that is offline it does not, and the commands
        come back with the first reset. So the device is offline until nothing is in flight on it; the path must have
        been failed in its maps before. SG_SCSI_RESET is none of the answers: see ``docs/stall.md``.
        """
        if path.bus == "nvme":
            return await self._reset_controller(path)
        if path.bus != "scsi" or path.devt in self._offline or not self._in_flight(path):
            return "what it holds is the kernel's to end"
        self._offline[path.devt] = asyncio.ensure_future(self._until_drained(path))
        changes = await self._timeouts.apply(path, {Knob.STATE: OFFLINE})
        return f"{path.name} is offline until what it holds has come back: {', '.join(map(str, changes)) or 'it was'}"

    async def _until_drained(self, path: Path) -> None:
        """Let a path run again when nothing is in flight on it, and its host, port and session take commands."""
        gates, drained = gates_of(path, sysfs=self._host.sysfs), 0
        while drained < _CALM:
            await asyncio.sleep(_LOOK)
            open_ = all(attribute_of(*os.path.split(gate.file)) in gate.open for gate in gates)
            drained = drained + 1 if open_ and not self._in_flight(path) else 0
        await self._timeouts.release(path, Knob.STATE)
        self._offline.pop(path.devt, None)

    def _in_flight(self, path: Path) -> int:
        counters = read_counters([path.devt], self._source).get(path.devt)
        return counters.in_flight if counters else 0

    async def _reset_controller(self, path: Path) -> str:
        file = f"{self._host.sysfs}/class/nvme/nvme{path.host}/reset_controller"
        answer = await self._host.asker.ask(store(file, "1\n"), _RESET)
        if isinstance(answer, Answer) and answer.error:
            return f"nvme{path.host} could not be reset: errno {answer.error}"
        return f"nvme{path.host} is being reset: what it holds comes back"


def waiting(
    path: Path,
    files: tuple[KnobFile, ...],
    hz: int,
    settings: MapSettings | None = None,
    *,
    bio: bool = False,
    values: Mapping[Knob, float] | None = None,
) -> Waiting:
    """
    Return what decides how long an I/O of a map can wait for a path.

    Args:
        path: The path.
        files: Its attributes.
        hz: How many jiffies the kernel has in a second.
        settings: The options of the map.
        bio: Whether the map has ``queue_mode bio``, whatever its options say.
        values: What the attributes hold; they are read when absent, and who reads may have to wait.
    """
    bio = bio or (settings is not None and "queue_mode bio" in str(settings.value("features")))
    fixed = frozenset(each.knob for each in files if each.fixed)
    return Waiting(path.protocol, knob_values(files) if values is None else values, hz, fixed=fixed, bio=bio)
