"""
Wait for changes of multipath maps and report each once, in order.

A round arms the control file, reads every map, compares with the last round, and only then waits; so nothing that
happens while it reads can be lost. A watch has a control file of its own.
"""

from collections.abc import AsyncIterator, Iterator

from ..dm.control import Control
from ..units import DevT
from .event import Event, EventKind, compare
from .snapshot import MapSnapshot, read_snapshots


class Watch:
    """
    The state of one watch: the last round.

    Args:
        control: The device-mapper to watch; its own armed counter is left alone.

    Synchronization: one thread, or one task.
    """

    def __init__(self, control: Control) -> None:
        self.control = control.sibling()
        self._known: dict[DevT, MapSnapshot] | None = None

    def round(self) -> list[Event]:
        """Arm, read every map, and return what changed; the first round returns every map as ``PRESENT``."""
        self.control.arm_poll()
        before, now = self._known, {snapshot.devt: snapshot for snapshot in read_snapshots(self.control)}
        self._known = now
        if before is None:
            return [Event(EventKind.PRESENT, snapshot) for snapshot in now.values()]
        return list(compare(before, now))


def watch_blocking(control: Control, timeout: float | None = None) -> Iterator[Event]:
    """Yield events for ever, or until ``timeout`` seconds pass without a wake-up."""
    watch = Watch(control)
    with watch.control:
        while True:
            yield from watch.round()
            if not watch.control.poll(timeout):
                return


async def watch_async(control: Control) -> AsyncIterator[Event]:
    """Yield events for ever; waits without a thread, on the running loop's own poll."""
    import asyncio  # here, for who calls this has it already, and nobody else should pay for it

    loop, wake = asyncio.get_running_loop(), asyncio.Event()
    watch = Watch(control)
    with watch.control:
        while True:
            for event in watch.round():
                yield event
            wake.clear()
            loop.add_reader(watch.control.fileno(), wake.set)
            try:
                await wake.wait()
            finally:
                loop.remove_reader(watch.control.fileno())
