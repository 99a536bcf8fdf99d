"""
The core of a monitor: its parts, put together, started and ended.

Theory of operation. Three things wake the loop: the control file of device-mapper, the socket of uevents, one timer;
and where it is wanted a fourth, what a Fibre Channel fabric tells. Each is handled at once, in the loop, as far as the
kernel answers without waiting: maps are read, supervisors decide, messages are sent. What may wait is elsewhere:
questions to paths in the asker's workers, plans and changes of tables in threads. Nothing is looked at because time has
passed, but for the checks, which are due when the supervisors say so.
"""

import asyncio
from contextlib import suppress
from typing import Final

from .. import errors
from ..config.configuration import Configuration
from ..config.files import load
from ..multipathd.socket import daemon_is_running
from ..paths.asker import KernelAsker
from ..paths.uevents import KernelUevents, UeventSource
from ..units import DevT
from .causes import Causes
from .charge import Charge
from .checks import Checks
from .fabric import Fabric
from .host import Host
from .intake import Intake
from .keeper import TimeoutKeeper
from .keeping import Keeper
from .monitor_event import MonitorEventKind
from .monitor_options import MonitorOptions
from .monitor_status import MonitorStatus, status_of
from .replans import Replans
from .rounds import Rounds
from .silence import Silent
from .subscription import Subscription

_EPISODE: Final = 2.0  # seconds without a word of a silent path, after which it is silent anew
_FINISHING: Final = 30.0  # seconds at the end for what a plan has begun to be finished: one map, and udev
_PARTING: Final = 5.0  # seconds for timeouts to be restored then


class Surveillance:
    """
    A monitor at work.

    Args:
        host: The machine.
        options: How it is looked after.

    Synchronization: the loop in which it was started.
    """

    def __init__(self, host: Host, options: MonitorOptions) -> None:
        self._host, self._options = host, options
        self._refuse_beside_multipathd()
        self._charge = Charge(
            host,
            host.control.sibling(),
            configuration(host, options.config),
            state=options.state,
            max_stall=options.max_stall,
            act=options.act,
            force=options.force,
            keeper=options.keeper or self._own_keeper(),
            most=options.most,
        )
        self._causes = Causes()
        self._checks = Checks(self._charge, self._causes)
        self._rounds = Rounds(self._charge, self._checks, self._causes)
        self._replans = Replans(self._charge, self._causes, self._checks, self._rounds)
        self._fabric = Fabric(self._charge, self._rounds, options.fabric)
        self._intake: Intake | None = None
        self._owns_source = options.uevents is None
        self._stopped = asyncio.Event()
        self._end: asyncio.Task[None] | None = None
        self._began = 0.0
        self._silent: dict[DevT, float] = {}

    def start(self) -> None:
        """Read every map, and begin to listen."""
        charge, loop = self._charge, asyncio.get_running_loop()
        self._began = charge.now
        try:
            source = self._source()
            if source is not None:
                self._intake = Intake(charge, self._causes, self._checks, self._rounds, source)
                loop.add_reader(source.fileno(), self._intake.read)
            self._fabric.follow()
            self._rounds.begin()
        except BaseException:
            self._close()
            raise
        loop.add_reader(charge.control.fileno(), self._rounds.look)
        self._planning = charge.spawn(self._replans.run())
        self._causes.want_all("the monitor begins", charge.now)
        charge.spawn(self._take_over())
        charge.spawn(self._listen_for_answers())

    async def wait(self) -> None:
        """Wait until it is stopped."""
        await self._stopped.wait()

    async def stop(self) -> None:
        """End it; a second time waits for the first."""
        if self._end is None:
            self._end = asyncio.get_running_loop().create_task(self._ended())
        # Whoever asks may be cancelled, for the loop ends when `wait` has; what is begun is done all the same.
        await asyncio.shield(self._end)

    async def settled(self) -> None:
        """Wait until no plan is wanted that has not been tried, or it is stopped."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._causes.settled, self._stopped)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    def subscribe(self) -> Subscription:
        """Return a new listener."""
        return self._charge.subscribe()

    def unsubscribe(self, subscription: Subscription) -> None:
        """Tell a listener nothing more."""
        self._charge.unsubscribe(subscription)

    def reconfigure(self, config: Configuration | None) -> None:
        """Let another configuration hold, or read it anew."""
        self._charge.config = configuration(self._host, config)
        self._charge.tell(MonitorEventKind.RECONFIGURED, reason="another configuration holds")
        self._fabric.follow()
        self._causes.want_all("another configuration holds", self._charge.now)

    def status(self) -> MonitorStatus:
        """Return how everything stands."""
        return status_of(self._charge, self._began, self._host.asker.held, self._checks.late)

    @property
    def late(self) -> float:
        """For how many seconds the check that waits longest has been due."""
        return self._checks.late

    async def _listen_for_answers(self) -> None:
        asker = self._host.asker
        if isinstance(asker, KernelAsker):
            with asker.listening(asyncio.get_running_loop()):
                await self._stopped.wait()

    # Timeouts.

    def _own_keeper(self) -> Keeper | None:
        """Return who keeps timeouts where the caller names nobody; nobody in memory, and where nothing is done."""
        if not (self._options.act and self._host.control.shared):
            return None
        return TimeoutKeeper(self._host, max_stall=self._options.max_stall, tell=self._tell_silent)

    def _tell_silent(self, silent: Silent, done: str) -> None:
        devt, now = silent.path.devt, self._charge.now
        before, self._silent[devt] = self._silent.get(devt, now - _EPISODE), now
        if now - before >= _EPISODE:  # the watch tells of it again and again while it lasts
            about, reason = self._charge.map_of(devt), f"{silent.evidence}; {done}"
            self._charge.tell(MonitorEventKind.SILENT, about, devt, reason=reason)

    async def _take_over(self) -> None:
        """Once every path has what it needs, give back what a monitor that was killed left of others."""
        await self._causes.settled.wait()
        self._charge.keep(self._recovered)

    async def _recovered(self) -> None:
        if self._charge.keeper is not None:
            try:
                await self._charge.keeper.recover()
            except errors.MultipathError as error:
                self._charge.tell(MonitorEventKind.FAILED, reason=f"timeouts of one that was killed: {error}")

    # The ends.

    async def _ended(self) -> None:
        self._stopped.set()
        self._checks.stop()
        if self._intake is not None:
            self._intake.stop()
        self._fabric.stop()
        await self._replans.finish(_FINISHING)
        self._planning.cancel()
        self._rounds.stop()
        self._listen_no_more()
        await self._part()
        await self._charge.end()
        self._close()

    def _source(self) -> UeventSource | None:
        if self._options.uevents is not None:
            return self._options.uevents
        return KernelUevents() if self._host.control.shared else None

    def _refuse_beside_multipathd(self) -> None:
        if self._options.act and not self._options.force and self._host.control.shared and daemon_is_running():
            raise errors.DaemonOwnsMap(
                "multipathd runs and looks after the maps of this host: two managers would undo each other's work; "
                "stop it, watch only (act=False), or use force"
            )

    async def _part(self) -> None:
        """Leave the maps as nobody looks after them from now on."""
        charge = self._charge
        if not charge.act or charge.stands_back():
            return
        for about in list(charge.maps.values()):
            if about.supervisor is not None:
                self._checks.execution.carry_out(about, about.supervisor.leaving(charge.now))
        for about in charge.maps.values():
            for member in about.paths.values():
                charge.let_go(member.path)
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARTING):
                await self._checks.execution.sent()
                await charge.line.empty()

    def _listen_no_more(self) -> None:
        self._fabric.stop()
        loop = asyncio.get_running_loop()
        with suppress(errors.Closed, ValueError):
            loop.remove_reader(self._charge.control.fileno())
        if self._intake is not None:
            with suppress(errors.Closed, ValueError):
                loop.remove_reader(self._intake.source.fileno())

    def _close(self) -> None:
        self._listen_no_more()
        self._charge.control.close()
        if self._intake is not None and self._owns_source:
            self._intake.source.close()


def configuration(host: Host, config: Configuration | None) -> Configuration:
    """Return the configuration that is given, or that of the host."""
    if config is not None:
        return config
    return load() if host.control.shared else Configuration()
