"""``mpath status --watch``: what a running manager knows, kept up to date by what it tells."""

import argparse
import asyncio
import math
from typing import Any, Final

from ... import errors
from ..manager.client import ManagerClient, asked
from .live import View, stay
from .screen import has_screen
from .status import status_lines

_EVERY: Final = 1.0  # seconds: on a terminal the times until the next checks run down
_NOT_RUNNING: Final = ("next_check", "seconds", "text")  # these change by themselves


def watch_manager(manager: ManagerClient, args: argparse.Namespace) -> int:
    """Run ``mpath status --watch``."""
    json = args.output == "json"
    with asked(args.folder) as listener:
        every = _EVERY if has_screen() and not json else math.inf
        return stay("status", _Manager(manager, listener), json=json, every=every)


class _Manager:
    """The manager, by two connections: one for questions, one that says when to ask."""

    def __init__(self, manager: ManagerClient, listener: ManagerClient) -> None:
        self._manager, self._listener = manager, listener
        listener.listen()

    def look(self) -> View:
        """Ask it."""
        found = self._manager.ask("status")
        return View(found, status_lines(found), _settled(found), "" if found["acting"] else "watches only")

    async def wait(self, seconds: float) -> bool:
        """
        Wait until it tells something.

        Raises:
            NotFound: it ended.
        """
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._listener.fileno(), told.set)
        try:
            async with asyncio.timeout(seconds if math.isfinite(seconds) else None):
                await told.wait()
        except TimeoutError:
            return False
        finally:
            loop.remove_reader(self._listener.fileno())
        if not self._listener.drain():
            raise errors.NotFound("the manager ended")
        return True


def _settled(value: Any) -> Any:
    """Return an answer without what changes by itself."""
    if isinstance(value, dict):
        return {key: _settled(each) for key, each in value.items() if key not in _NOT_RUNNING}
    return [_settled(each) for each in value] if isinstance(value, list) else value
