"""
Keeps a host's maps right: watches, checks, decides and acts, and tells everything that it does and why.

The core is asynchronous; `Monitor.blocking` is its face for programs that are not. What is here is the face alone: the
parts are in `multipath.maps.surveillance` and beside it, and are imported when a monitor is started.
"""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Self

from .. import errors
from .host import Host
from .monitor_event import MonitorEvent
from .monitor_options import MonitorOptions

if TYPE_CHECKING:
    from ..config.configuration import Configuration
    from ..paths.fabric import FabricSource
    from ..paths.uevents import UeventSource
    from .keeping import Keeper
    from .monitor_status import MonitorStatus
    from .monitor_thread import MonitorThread
    from .state_file import StateFolder
    from .subscription import Subscription
    from .surveillance import Surveillance


class Monitor:
    """
    The manager of a host's maps.

    An asynchronous context manager, and an asynchronous iterable of what it tells: first a snapshot of each map, then
    every change and decision in order.

    Args:
        host: The machine.
        config: The configuration; multipath.conf and its drop-ins when absent, read at the start and by `reconfigure`.
        state: Where aliases and WWIDs are remembered; multipath-tools' folder when absent.
        max_stall: The longest stall that an application may see, in seconds; it bounds intervals and times of checks.
        act: Whether anything is done. Where not, decisions are told, and nothing else: for use beside a multipathd.
        force: Also act beside a running multipathd.
        uevents: Who brings uevents; the kernel's socket when absent, udev's where its daemon runs.
        fabric: Who brings what Fibre Channel fabrics tell; the kernel's socket when absent, where
            ``marginal_pathgroups`` is ``fpin`` and it acts.
        keeper: Who keeps the timeouts of paths; a `TimeoutKeeper` when absent, where it acts on a kernel.
        most: How many events are kept for a listener that is slow, before he is told that he lost some.

    Raises:
        DaemonOwnsMap: at the start: multipathd runs, and it is to act.

    Synchronization: the loop in which it is started.
    """

    def __init__(
        self,
        host: Host,
        *,
        config: "Configuration | None" = None,
        state: "StateFolder | None" = None,
        max_stall: float | None = None,
        act: bool = True,
        force: bool = False,
        uevents: "UeventSource | None" = None,
        fabric: "FabricSource | None" = None,
        keeper: "Keeper | None" = None,
        most: int = 10_000,
    ) -> None:
        self._host = host
        self._options = MonitorOptions(config, state, max_stall, act, force, uevents, fabric, keeper, most)
        self._core: Surveillance | None = None
        self._first: Subscription | None = None

    async def __aenter__(self) -> Self:
        """Start it: every map has been read, and from now on nothing is missed."""
        self.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop it."""
        await self.stop()

    def start(self) -> None:
        """
        Begin to look after the maps, in the running loop.

        Raises:
            DaemonOwnsMap: multipathd runs, and it is to act.
            UdevError: there is no socket for uevents.
            ConfigError: the configuration cannot be used.
        """
        from .surveillance import Surveillance  # here: it brings an event loop, and who has one has it already

        if self._core is not None:
            raise errors.Closed("this Monitor was started before; make another")
        core = Surveillance(self._host, self._options)
        core.start()
        self._core, self._first = core, core.subscribe()

    async def run(self) -> None:
        """Start it, unless it is running, and look after the maps until `stop`."""
        if self._core is None:
            self.start()
        try:
            await self._running.wait()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """
        End it. A second time does nothing.

        Nobody looks after the maps from then on: where ``queue_without_daemon`` is no, those that queue stop queueing.
        """
        if self._core is not None:
            await self._core.stop()

    def events(self) -> "Subscription":
        """Return another listener: what there is now first, then all that follows."""
        return self._running.subscribe()

    def unsubscribe(self, listener: "Subscription") -> None:
        """Tell a listener nothing more, and keep nothing for him."""
        self._running.unsubscribe(listener)

    def __aiter__(self) -> AsyncIterator[MonitorEvent]:
        """Return the listener that has listened from the start; a second one begins with what there is then."""
        first, self._first = self._first, None
        return first if first is not None else self.events()

    async def reconfigure(self, config: "Configuration | None" = None) -> None:
        """
        Let another configuration hold: what it changes about the maps is done.

        Args:
            config: The configuration; read anew from multipath.conf when absent.

        Raises:
            ConfigError: it cannot be used; the one before holds still.
        """
        self._running.reconfigure(config)

    async def settled(self) -> None:
        """Wait until every map that is wanted has been planned and made, or could not be."""
        await self._running.settled()

    def status(self) -> "MonitorStatus":
        """Return how everything stands now."""
        return self._running.status()

    @property
    def late(self) -> float:
        """For how many seconds the check that waits longest has been due; one that is under way is not late."""
        return self._running.late

    def blocking(self) -> "MonitorThread":
        """Return this monitor in a thread of its own, as a context manager that is a plain iterator of events."""
        from .monitor_thread import MonitorThread  # here, as above

        return MonitorThread(self)

    @property
    def _running(self) -> "Surveillance":
        if self._core is None:
            raise errors.Closed("this Monitor was not started; use it in `async with`, or call run()")
        return self._core
