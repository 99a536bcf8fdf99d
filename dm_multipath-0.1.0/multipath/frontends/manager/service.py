"""
The manager as a service: a monitor, its log, its socket, its signs of life, and the signals that end or reload it.

Theory of operation. One event loop holds everything, so that a loop that stands still gives no sign of life. What may
wait for a disk is done beside it: the configuration is read by a thread that nobody waits for at the end, and the log
drops what finds no room. Killed at any moment, the service leaves maps that go on working in the kernel; the next one
looks at what there is and changes only what is not as it should be.
"""

import asyncio
import signal
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ... import errors
from ...config.configuration import Configuration
from .aside import aside
from .health import health, paths_of, summary
from .levels import level_of
from .log import Level, Log
from .managed import Managed, Told
from .notify import Notifier
from .reading import refuse_worse
from .status_socket import Limits, StatusSocket
from .together import until_first_ends
from .watchdog import Watchdog

_ENDS: Final = (signal.SIGTERM, signal.SIGINT)
_PATIENCE: Final = 30.0  # seconds for which whoever asked waits until it is applied
_READ: Final = ("status", "maps", "paths", "health")
_WORDS: Final = ", ".join((*_READ, "reload", "events"))


@dataclass(slots=True)
class Service:
    """
    The service.

    Attributes:
        monitor: Who looks after the maps.
        read: Reads the configuration.
        config: The configuration that holds.
        folder: Where the socket is.
        notifier: The way to systemd.
        log: What is written down.
        limits: What one client of the socket may cost.
    """

    monitor: Managed
    read: Callable[[], Configuration]
    config: Configuration
    folder: Path
    notifier: Notifier
    log: Log
    limits: Limits = field(default_factory=Limits)
    _reloads: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _hangup: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _watchdog: Watchdog = field(init=False)
    _changed: bool = field(default=True, init=False)
    _stop: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def __post_init__(self) -> None:
        """Let the watchdog look at the monitor."""
        self._watchdog = Watchdog(self._overdue, self.notifier.alive, self.notifier.ping_interval)

    async def run(self) -> None:
        """
        Serve until a signal ends it.

        Raises:
            MultipathError: the service cannot begin, or the monitor failed.
        """
        socket = StatusSocket(self._answer, self._events, self.limits)
        async with AsyncExitStack() as stack:
            stack.enter_context(self._signals())
            await stack.enter_async_context(self.monitor)
            await stack.enter_async_context(socket.listening(self.folder))
            await until_first_ends(
                self.monitor.run(),
                self._write_down(),
                self._tell_ready(),
                self._look(),
                self._reload_when_told(),
                self._stop_when_told(),
            )
        self.log(Level.NOTICE, "stopped")

    async def reload(self) -> dict[str, Any]:
        """
        Read the configuration again and apply it; one that is worse than the one that holds is not taken.

        Raises:
            MultipathError: it is not taken; the message says why.
        """
        async with self._reloads:
            self.notifier.reloading()
            try:
                config = await aside(self.read)
                refuse_worse(self.config, config)
                await self.monitor.reconfigure(config)
                await self._applied()
                self.config = config
                self.log(Level.NOTICE, "the configuration was read again and applied")
            except errors.MultipathError as error:
                self.log(Level.ERROR, f"the configuration is not taken, the former one holds: {error}")
                raise
            finally:
                self.notifier.ready(self._summary())
        return {"findings": [str(finding) for finding in config.findings]}

    async def _applied(self) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.monitor.settled()
        except TimeoutError:
            self.log(Level.WARNING, f"the configuration holds, and is not applied to every map after {_PATIENCE:g} s")

    # What is asked.

    async def _answer(self, question: dict[str, Any]) -> dict[str, Any]:
        word = question["ask"]
        if word == "reload":
            return {word: await self.reload()}
        if word not in _READ:
            raise errors.NotFound(f"no such question; there are {_WORDS}")
        status = self._status()
        if word == "maps":
            return {word: status["maps"]}
        if word == "paths":
            return {word: paths_of(status)}
        well = health(status, self._watchdog.stalled)
        return {word: well if word == "health" else {"text": summary(status), **status, "health": well}}

    async def _events(self) -> AsyncGenerator[dict[str, Any], None]:
        with _heard(self.monitor) as events:
            async for event in events:
                yield {**event.as_record(), "text": str(event)}

    # What goes on beside.

    async def _write_down(self) -> None:
        async for event in self.monitor:
            self._changed = True
            self.log(level_of(event), str(event))

    async def _tell_ready(self) -> None:
        await self.monitor.settled()
        self.notifier.ready(self._summary())
        self.log(Level.NOTICE, f"ready; {self._summary()}")

    async def _stop_when_told(self) -> None:
        await self._stop.wait()
        self.notifier.stopping()
        self.log(Level.NOTICE, "stopping")
        await self.monitor.stop()

    async def _look(self) -> None:
        shown = ""
        while True:
            if self._watchdog.look():
                stalled, self._changed = self._watchdog.stalled, True
                self.log(Level.ERROR if stalled else Level.NOTICE, stalled or "checks are made again")
            if self._changed and not self._reloads.locked():
                self._changed = False  # nothing changes but with an event, and who only waits should cost nothing
                if (now := self._watchdog.stalled or self._summary()) != shown:
                    self.notifier.status(now)
                    shown = now
            await asyncio.sleep(self._watchdog.interval)

    async def _reload_when_told(self) -> None:
        while True:
            await self._hangup.wait()
            self._hangup.clear()
            with suppress(errors.MultipathError):  # the log has it
                await self.reload()

    def _status(self) -> dict[str, Any]:
        return self.monitor.status().as_record()

    def _summary(self) -> str:
        return summary(self._status())

    def _overdue(self) -> float:
        return self.monitor.late

    @contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in _ENDS:
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._hangup.set)
        try:
            yield
        finally:
            for number in (*_ENDS, signal.SIGHUP):
                loop.remove_signal_handler(number)


@contextmanager
def _heard(monitor: Managed) -> Iterator[AsyncIterator[Told]]:
    """Listen to a monitor while the block runs."""
    events = monitor.events()
    try:
        yield events
    finally:
        monitor.unsubscribe(events)
