"""A monitor for programs without an event loop: in a thread of its own, with a plain iterator."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .. import errors
from ..config.configuration import Configuration
from .monitor_event import MonitorEvent
from .monitor_status import MonitorStatus

if TYPE_CHECKING:
    from .monitor import Monitor

_Result = TypeVar("_Result")


class MonitorThread:
    """
    A running monitor: a context manager, and an iterator of its events.

    Args:
        monitor: The monitor; it is started with the context, and stopped with it.

    Synchronization: any number of threads; each event goes to one of those that wait.
    """

    def __init__(self, monitor: "Monitor") -> None:
        self._monitor = monitor
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._waiting: set[Future[Any]] = set()
        self._closed = False
        self._asking = threading.Lock()  # so that no question comes behind the one that ends the loop

    def __enter__(self) -> Self:
        """Start it; what goes wrong then is raised here."""
        begun: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, args=(begun,), name="multipath-monitor")
        self._thread.start()
        begun.result()
        return self

    def __exit__(self, *exc: object) -> None:
        """Stop it."""
        self.close()

    def close(self) -> None:
        """Stop it, and whoever waits for an event; a second time does nothing."""
        if self._thread is None or self._loop is None or self._closed:
            return
        with self._asking:
            self._sent(self._monitor.stop())
            self._closed = True
        self._thread.join()
        for future in list(self._waiting):
            # Not cancelled: that would be told to the loop, which has ended.
            with suppress(InvalidStateError):
                future.set_exception(CancelledError())

    def __iter__(self) -> Self:
        """Return the iterator."""
        return self

    def __next__(self) -> MonitorEvent:
        """Wait for the next event; ends when the monitor does."""
        event = self.get()
        if event is None:
            raise StopIteration
        return event

    def get(self, timeout: float | None = None) -> MonitorEvent | None:
        """Return the next event; ``None`` where none comes within ``timeout`` seconds, or the monitor has ended."""
        with self._asking:
            future = None if self._closed else self._sent(self._next(timeout))
        if future is None:
            return None
        self._waiting.add(future)
        try:
            return future.result()
        except CancelledError:
            return None
        finally:
            self._waiting.discard(future)

    def status(self) -> MonitorStatus:
        """Return how everything stands now."""
        return self._asked(self._monitor.status)

    def reconfigure(self, config: Configuration | None = None) -> None:
        """Let another configuration hold."""
        if self._loop is None or self._closed:
            raise errors.Closed("this monitor has ended")
        asyncio.run_coroutine_threadsafe(self._monitor.reconfigure(config), self._loop).result()

    def _asked(self, question: Callable[[], _Result]) -> _Result:
        async def ask() -> _Result:
            return question()

        if self._loop is None or self._closed:
            raise errors.Closed("this monitor has ended")
        return asyncio.run_coroutine_threadsafe(ask(), self._loop).result()

    def _sent(self, question: Coroutine[Any, Any, _Result]) -> Future[_Result] | None:
        """Have the loop work on something; ``None`` where it has ended."""
        try:
            if self._loop is not None:
                return asyncio.run_coroutine_threadsafe(question, self._loop)
        except RuntimeError:  # it is closed
            pass
        question.close()
        return None

    async def _next(self, timeout: float | None) -> MonitorEvent | None:
        try:
            async with asyncio.timeout(timeout):
                return await anext(self._events)
        except (TimeoutError, StopAsyncIteration):
            return None

    def _run(self, begun: "Future[None]") -> None:
        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            self._monitor.start()
            self._events = aiter(self._monitor)
            begun.set_result(None)
            await self._monitor.run()

        try:
            asyncio.run(main())
        except BaseException as error:
            if begun.done():
                raise
            begun.set_exception(error)
