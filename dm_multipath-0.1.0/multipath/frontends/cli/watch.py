"""``mpath watch``: every event of every map as it happens, one line each."""

import argparse
import asyncio
import signal
from contextlib import suppress

from ...maps.event import Event
from ...maps.host import Host
from .output import add_output
from .record import event_record
from .terminal import print_json, print_text

_ENDS = (signal.SIGINT, signal.SIGTERM)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``watch`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "watch",
        description="Print every map as present, then every event in order, one line each; with -o json, JSON lines. "
        "Ends with 0 on SIGINT, SIGTERM, and when the time is over.",
    )
    add_output(parser)
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help="end after so long; never without it")
    parser.set_defaults(run=watch)


def watch(args: argparse.Namespace) -> int:
    """Run ``mpath watch``."""
    with Host() as host:
        asyncio.run(_until_told(host, json=args.output == "json", timeout=args.timeout))
    return 0


async def _until_told(host: Host, *, json: bool, timeout: float | None) -> None:
    task = asyncio.ensure_future(_follow(host, json=json))
    loop = asyncio.get_running_loop()
    for number in _ENDS:
        loop.add_signal_handler(number, task.cancel)
    try:
        # The one cancellation that arrives here is the signal's.
        with suppress(TimeoutError, asyncio.CancelledError):
            await asyncio.wait_for(task, timeout)
    finally:
        for number in _ENDS:
            loop.remove_signal_handler(number)


async def _follow(host: Host, *, json: bool) -> None:
    async for event in host.watch():
        print_event(event, json=json)


def print_event(event: Event, *, json: bool) -> None:
    """Print one event in one line, and flush."""
    if json:
        print_json(event_record(event), indent=None)
    else:
        print_text(str(event))
