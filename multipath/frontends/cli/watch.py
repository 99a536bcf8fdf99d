"""``mpath watch``: every event of every map as it happens, one line each."""

import argparse
from typing import Final

from ...maps.event import Event, EventKind
from ...maps.host import Host
from .output import add_output
from .record import event_record
from .terminal import Span, print_json, print_lines
from .until_told import until_told

_STYLES: Final = {
    EventKind.PATH_FAILED: "bold red",
    EventKind.PATH_REINSTATED: "green",
    EventKind.SUSPENDED: "yellow",
    EventKind.GROUP_DISABLED: "yellow",
    EventKind.REMOVED: "yellow",
    EventKind.UNREADABLE: "red",
}


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
        until_told(_follow(host, json=args.output == "json"), args.timeout)
    return 0


async def _follow(host: Host, *, json: bool) -> None:
    async for event in host.watch():
        print_event(event, json=json)


def print_event(event: Event, *, json: bool) -> None:
    """Print one event in one line, and flush."""
    if json:
        print_json(event_record(event), indent=None)
    else:
        what = Span(str(event).removeprefix(event.name), _STYLES.get(event.kind, ""))
        print_lines([(Span(event.name, "bold"), what)])
