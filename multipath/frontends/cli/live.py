"""
A view that stays: drawn anew in place on a terminal, and printed once more for each change everywhere else.

Strategy: look, show, wait. Whatever can change the view wakes whoever waits; what nobody is told of is looked at again
after a while, and the longer that look takes, the rarer it is. Two views with one ``key`` are the same to a reader of
snapshots; on a terminal what differs between them, such as the I/O in flight, is worth drawing too.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from .screen import Screen, has_screen
from .terminal import Line, complain, print_json, print_lines
from .until_told import until_told

_SHARE: Final = 20  # a look may take so small a part of the time, unless something happens
_FASTEST: Final = 0.1  # seconds between two pictures: what happens meanwhile is in the next one


@dataclass(frozen=True, slots=True)
class View:
    """
    What one look saw.

    Attributes:
        record: What ``-o json`` prints of it.
        lines: What people get.
        key: What makes another snapshot worth printing: differs where something has changed.
        summary: A few words on all of it, for the first line of a terminal.
        complaints: What could not be shown, one line each.
    """

    record: dict[str, Any]
    lines: Sequence[Line]
    key: object
    summary: str = ""
    complaints: tuple[str, ...] = ()


class Source(Protocol):
    """Where views come from."""

    def look(self) -> View:
        """Return the view of now; what happens from here on ends `wait`."""

    async def wait(self, seconds: float) -> bool:
        """Wait until something has happened since the last look; false where nothing has for so many seconds."""


def stay(verb: str, source: Source, *, json: bool, every: float) -> int:
    """
    Show a view and keep it up to date until SIGINT or SIGTERM; return the exit code.

    Args:
        verb: Whose view it is.
        source: Where it comes from.
        json: Print one object a line.
        every: After how many seconds it is looked again though nothing has happened.

    Raises:
        MultipathError: a look failed; the terminal is as it was.
    """
    first = source.look()  # what is wrong from the start is told on an untouched terminal
    if has_screen() and not json:
        with Screen(f"mpath {verb}") as screen:
            until_told(_drawn(source, first, screen, every))
    else:
        until_told(_printed(verb, source, first, json=json, every=every))
    return 0


async def _drawn(source: Source, first: View, screen: Screen, every: float) -> None:
    with screen.following():
        async for view in _views(source, first, every):
            screen.draw(view.lines, view.summary, view.complaints)
            await asyncio.sleep(_FASTEST)


async def _printed(verb: str, source: Source, first: View, *, json: bool, every: float) -> None:
    shown: View | None = None
    async for view in _views(source, first, every):
        if shown is None or view.key != shown.key:
            _print(verb, view, json=json, apart=shown is not None)
            shown = view


async def _views(source: Source, first: View, every: float) -> AsyncIterator[View]:
    yield first
    took = 0.0
    while True:
        await asyncio.sleep(took)  # in a storm of events half of the time is left to others
        await source.wait(max(every, _SHARE * took))
        begin = time.monotonic()
        view = source.look()
        took = time.monotonic() - begin
        yield view


def _print(verb: str, view: View, *, json: bool, apart: bool) -> None:
    if json:
        print_json(view.record, indent=None)
    else:
        print_lines([*([()] if apart else []), *view.lines])
    for complaint in view.complaints:
        complain(verb, complaint)
