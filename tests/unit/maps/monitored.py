"""A monitor at work in a virtual world, in its time: what tests of it begin with."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar

from multipath import Host, Map, Monitor, MonitorEvent
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.paths.uevent import Uevent
from multipath.virtual import VirtualHost
from multipath.virtual.event_loop import run
from multipath.wire.fabric_notice import FabricNotice

_Result = TypeVar("_Result")
_Item = TypeVar("_Item")
DEFAULTS = "polling_interval 1\nmax_polling_interval 4\nchecker_timeout 2\n"


def configuration(overrides: str = "", defaults: str = "find_multipaths off") -> Configuration:
    """Return a configuration with short times, and ``overrides`` in the section of that name."""
    text = (
        f"defaults {{\n{DEFAULTS}{defaults}\n}}\noverrides {{\npath_checker tur\ndetect_checker no\n{overrides}\n}}\n"
    )
    return read_configuration([("multipath.conf", text)])


class Listed(Generic[_Item]):
    """What a test sends to a monitor, in place of what a socket of the kernel brings."""

    def __init__(self) -> None:
        self.lost = 0
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._waiting: list[_Item] = []

    def put(self, item: _Item) -> None:
        """Send one."""
        self._waiting.append(item)
        os.eventfd_write(self._fd, 1)

    def lose(self) -> None:
        """Let some have been lost."""
        self.lost += 1
        os.eventfd_write(self._fd, 1)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._fd

    def read(self) -> list[_Item]:
        """Return what was sent."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._fd)
        sent, self._waiting = self._waiting, []
        return sent

    def close(self) -> None:
        """Close the descriptor."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


class ListedUevents(Listed[Uevent]):
    """Uevents; implements `multipath.paths.uevents.UeventSource`."""

    def send(self, action: str, name: str, devt: str = "", folder: str = "", **more: str) -> None:
        """Send one of a block device."""
        major, _, minor = devt.partition(":")
        properties = {"DEVTYPE": "disk", **({"MAJOR": major, "MINOR": minor} if devt else {}), **more}
        self.put(Uevent(action, folder or f"/block/{name}", "block", properties))


class Watched:
    """
    One virtual host with a running monitor.

    Attributes:
        world: The host in memory.
        host: What is monitored.
        monitor: Who does it.
        uevents: What a test sends to it.
        notices: What a test lets the fabric tell it.
        events: What it has told so far.
    """

    def __init__(
        self, world: VirtualHost, text: str = "", defaults: str = "find_multipaths off", **options: Any
    ) -> None:
        self.world = world
        self.host = Host(**world.seams(), asker=world.asker())
        self.uevents, self.notices = ListedUevents(), Listed[FabricNotice]()
        self.config = configuration(text, defaults)
        self.monitor = Monitor(self.host, config=self.config, uevents=self.uevents, fabric=self.notices, **options)
        self.events: list[MonitorEvent] = []

    async def passes(self, seconds: float) -> None:
        """Let time pass, and collect what is told."""
        await asyncio.sleep(seconds)
        await self.told()

    async def told(self) -> None:
        """Collect what was told."""
        for _ in range(20):
            await asyncio.sleep(0)
        while (event := self.listener.get_nowait()) is not None:
            self.events.append(event)

    async def until(self, met: Callable[[], bool], seconds: float = 60.0) -> None:
        """Let time pass until something is so."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not met():
            assert loop.time() < end, "\n".join(map(str, self.events))
            await self.passes(0.05)

    def kinds(self, *words: str) -> list[str]:
        """Return the kinds of what was told, of these kinds alone where some are given."""
        return [str(event.kind) for event in self.events if not words or event.kind in words]

    def the_map(self) -> Map:
        """Return the one map."""
        (found,) = self.host.maps()
        return found

    async def __aenter__(self) -> Self:
        """Start it."""
        await self.monitor.__aenter__()
        self.listener = self.monitor.events()
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop it, and collect what it told to the end."""
        await self.monitor.stop()
        await self.told()
        self.uevents.close()
        self.notices.close()
        self.host.close()


def in_world(
    story: Callable[[Watched], Coroutine[Any, Any, _Result]],
    *,
    arrays: tuple[int, ...] = (4,),
    text: str = "",
    **options: Any,
) -> _Result:
    """Run a story about a monitored host with arrays of so many paths."""
    with VirtualHost() as world:
        for paths in arrays:
            world.add_array(paths=paths)

        async def told() -> _Result:
            async with Watched(world, text, **options) as watched:
                return await story(watched)

        return run(world.clock, told())
