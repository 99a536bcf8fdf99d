"""A monitor at work on a real kernel, and what it told so far: what tests of it begin with."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from multipath import Host, Map, Monitor, MonitorEvent
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.maps.state_file import StateFolder

TEXT = """
defaults {
    find_multipaths off
    polling_interval 1
    max_polling_interval 4
    checker_timeout 3
    user_friendly_names no
    %s
}
overrides {
    path_checker tur
    detect_checker no
    no_path_retry 3
    path_grouping_policy multibus
    flush_on_last_del always
    skip_kpartx yes
    %s
}
blacklist {
    devnode "^(ram|loop|ubd|vd)"
}
"""


def configuration(overrides: str = "", defaults: str = "") -> Configuration:
    """Return a configuration with short times."""
    return read_configuration([("multipath.conf", TEXT % (defaults, overrides))])


class Watched:
    """A monitor at work in the guest, and what it told so far."""

    def __init__(self, host: Host, folder: Path, **options: Any) -> None:
        self.host, self.events = host, list[MonitorEvent]()
        state = StateFolder(folder)
        self.monitor = Monitor(host, **{"config": configuration(), "state": state, **options})

    async def __aenter__(self) -> "Watched":
        """Start it."""
        await self.monitor.__aenter__()
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Stop it."""
        await self.monitor.stop()
        await self._listening

    async def _listen(self) -> None:
        async for event in self.monitor:
            self.events.append(event)

    async def until(self, met: Callable[[], bool], seconds: float = 30.0) -> None:
        """Wait until something is so."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while not met():
            assert loop.time() < end, "\n".join(map(str, self.events))
            await asyncio.sleep(0.02)

    def the_map(self) -> Map:
        """Return the one map."""
        (found,) = self.host.maps()
        return found

    def paths(self) -> int:
        """Return how many paths of the one map the kernel uses."""
        found = self.host.maps()
        return found[0].status().paths_active if len(found) == 1 else -1

    def queueing(self) -> bool:
        """Tell whether the one map queues."""
        return self.the_map().table().features.queue_if_no_path

    async def checked(self) -> None:
        """Wait until the map is there and every path of it was checked."""
        await self.until(lambda: [str(event.kind) for event in self.events].count("path_state") >= 4)


def told(host: Host, folder: Path, story: Callable[[Watched], Coroutine[Any, Any, None]], **options: Any) -> None:
    """Run a story about a monitored host."""

    async def tell() -> None:
        async with Watched(host, folder, **options) as watched:
            await story(watched)

    asyncio.run(tell())
