"""What a monitor has in its charge: the host, the maps, the listeners, and the tasks that it has begun."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from ..config.configuration import Configuration
from ..config.resolve import Resolver
from ..dm.control import Control
from ..errors import MultipathError
from ..multipathd.socket import daemon_is_running
from ..paths.moment import Moment
from ..paths.path import Path
from ..policy.observation import Observation
from ..units import DevT, format_devt
from .host import Host
from .keeper_line import KeeperLine, Work
from .keeping import Keeper
from .monitor_event import MonitorEvent, MonitorEventKind
from .monitored_map import MonitoredMap
from .snapshot import MapSnapshot
from .state_file import StateFolder
from .subscription import MOST, Subscription

_THREADS: Final = 4
_NOBODY: Final = 1.0  # seconds for which the answer holds that no multipathd runs
_Result = TypeVar("_Result")


@dataclass(slots=True)
class Charge:
    """
    All that the parts of a monitor share.

    Attributes:
        host: The machine.
        control: Its device-mapper, with an event counter of the monitor's own.
        config: The configuration that holds.
        state: Where aliases and WWIDs are remembered; what `Host.plan` takes where it is not given.
        max_stall: The stall budget for all maps; ``None`` where the configuration alone says one.
        act: Whether anything is done, or only told.
        force: Whether also beside a running multipathd.
        keeper: Who keeps timeouts.
        most: How many events are kept for a slow listener.
        maps: Every multipath map, by number.
        counts: How often what happened.
        told: How often which kind of event was told.
        line: What the keeper is to do.
    """

    host: Host
    control: Control
    config: Configuration
    state: StateFolder | None = None
    max_stall: float | None = None
    act: bool = True
    force: bool = False
    keeper: Keeper | None = None
    most: int = MOST
    maps: dict[DevT, MonitoredMap] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    line: KeeperLine = field(default_factory=KeeperLine)
    _subscriptions: set[Subscription] = field(default_factory=set)
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _threads: ThreadPoolExecutor | None = None
    _alone_until: float = 0.0
    _loop: asyncio.AbstractEventLoop | None = None
    _moment: Moment | None = None

    # Time and tasks.

    @property
    def now(self) -> float:
        """The loop's time: it only moves on, whatever happens to the wall clock."""
        return self.loop.time()

    @property
    def moment(self) -> float:
        """That time when the round of the loop began: for what is done many times in a round."""
        if self._moment is None:
            self._moment = Moment(self.loop, self.loop.time)
        return self._moment()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that all of it runs in."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        return self._loop

    def spawn(self, work: Coroutine[Any, Any, object]) -> "asyncio.Task[Any]":
        """Begin a task; the monitor's end is its end."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.count("errors")
            self.loop.call_exception_handler(
                {"message": "a task of a multipath monitor failed", "exception": error, "task": task}
            )

    def keep(self, work: Work, *, first: bool = False) -> None:
        """Let the keeper of timeouts do something, where there is one and anything is done at all."""
        if self.keeper is not None and self.act and self.line.put(work, first=first):
            self.spawn(self.line.work())

    def let_go(self, path: Path) -> None:
        """Give a path the timeouts back that it had."""
        keeper = self.keeper

        async def work() -> None:
            with suppress(MultipathError):
                if keeper is not None:
                    await keeper.let_go(path)

        self.keep(work)

    async def in_thread(self, work: Callable[[], _Result]) -> _Result:
        """Do what may wait for the kernel or for udev; in a world in memory it does not."""
        if not self.host.control.shared:
            return work()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="multipath-monitor")
        return await self.loop.run_in_executor(self._threads, work)

    async def end(self) -> None:
        """Cancel all tasks, and let go of threads and listeners."""
        tasks = [task for task in self._tasks if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for subscription in list(self._subscriptions):
            subscription.close()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._threads = None

    # Who else?

    def stands_back(self) -> bool:
        """Tell whether a multipathd has begun to run that is not to be disturbed; from then on nothing is done."""
        if self.force or not self.act or not self.host.control.shared or self.now < self._alone_until:
            return False
        if not daemon_is_running():
            self._alone_until = self.now + _NOBODY
            return False
        self.act = False
        self.tell(MonitorEventKind.STOOD_BACK, reason="multipathd runs now; from here on this monitor only watches")
        return True

    # What is known.

    @property
    def prkeys(self) -> StateFolder | None:
        """Where the prkeys file is; nowhere in a world in memory, unless somebody named a folder."""
        return self.state or (StateFolder() if self.host.control.shared else None)

    @property
    def options(self) -> Resolver:
        """The configuration, to be asked."""
        return Resolver(self.config)

    def map_of(self, device: DevT) -> MonitoredMap | None:
        """Return the map that has a path, or that it waits to join."""
        return next((each for each in self.maps.values() if device in each.paths or device in each.outside), None)

    def named(self, wwid: str) -> MonitoredMap | None:
        """Return the map of a WWID."""
        return next((each for each in self.maps.values() if each.wwid == wwid), None) if wwid else None

    def observed(self) -> dict[DevT, Observation]:
        """Return what is known of all paths beyond what the kernel shows."""
        return {devt: seen for each in self.maps.values() for devt, seen in each.observed()}

    def count(self, what: str, number: int = 1) -> None:
        """Count something."""
        self.counts[what] = self.counts.get(what, 0) + number

    # What is told.

    def subscribe(self) -> Subscription:
        """Return a new listener."""
        subscription = Subscription(self._snapshots, self.most)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Tell a listener nothing more."""
        self._subscriptions.discard(subscription)
        subscription.close()

    def tell(
        self, kind: MonitorEventKind, about: MonitoredMap | None = None, path: DevT | None = None, *,
        before: str = "", after: str = "", reason: str = "", snapshot: MapSnapshot | None = None,
    ) -> None:  # fmt: skip
        """Tell every listener."""
        name, wwid = (about.name, about.wwid) if about else ("", "")
        if snapshot is not None:
            name = snapshot.name
        device = "" if path is None else format_devt(path)
        event = MonitorEvent(0, time.time(), kind, name, wwid, device, before, after, reason, snapshot)
        self.count("events")
        self.told[kind] = self.told.get(kind, 0) + 1
        for subscription in self._subscriptions:
            subscription.put(event)

    def _snapshots(self) -> list[MonitorEvent]:
        return [
            MonitorEvent(0, time.time(), MonitorEventKind.SNAPSHOT, each.name, each.wwid, snapshot=each.snapshot)
            for each in self.maps.values()
        ]
