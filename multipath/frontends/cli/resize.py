"""``mpath resize``: give maps the size that their units have now."""

import argparse
from typing import TypedDict

from ...maps.host import Host
from ...units import Sectors, to_bytes
from .manual import Manual, examples
from .output import add_output
from .progress import progress
from .seconds import seconds
from .selection import for_each
from .size import parse_size, sectors_size
from .terminal import Span, print_json, print_lines


class ResizedRecord(TypedDict):
    """
    A map that has the size of its units.

    Attributes:
        name: Its name.
        uuid: Its uuid.
        size_bytes: Its size.
        size_bytes_before: What it was.
        changed: Whether that differs.
    """

    name: str
    uuid: str
    size_bytes: int
    size_bytes_before: int
    changed: bool


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``resize`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "resize",
        formatter_class=Manual,
        description="Have the kernel ask every path for its size, and give the map that. All paths must be up and have "
        "one size, else nothing is changed and each path is told. A map that has the size already is left as it is.",
        epilog=examples("mpath resize mpatha", "mpath resize mpatha --size 2TiB", "mpath resize mpatha --shrink"),
    )
    parser.add_argument("maps", nargs="+", metavar="MAP", help="name, WWID, uuid, major:minor, dm-N, node or link")
    parser.add_argument(
        "--size", type=_size, metavar="SIZE", help="what the paths must have: 64GiB, 2T, 131072 (sectors)"
    )
    parser.add_argument("--shrink", action="store_true", help="also to less; whoever uses what is cut off loses it")
    parser.add_argument("--no-rescan", action="store_true", help="the kernel knows the sizes already")
    parser.add_argument("--timeout", type=seconds, default=30.0, metavar="SECONDS", help="for the paths; %(default)g")
    parser.add_argument("--force", action="store_true", help="also where multipathd manages the map")
    add_output(parser)
    parser.set_defaults(run=resize)


def resize(args: argparse.Namespace) -> int:
    """Run ``mpath resize``."""
    records: list[ResizedRecord] = []
    with Host() as host, progress("resizing") as line:

        def resize_one(ref: str) -> None:
            line.tell(f"resizing {ref}")
            records.append(_resized(host, ref, args))

        code = for_each("resize", args.maps, resize_one)
    if args.output == "json":
        print_json({"maps": records})
    return code


def _resized(host: Host, ref: str, args: argparse.Namespace) -> ResizedRecord:
    found = host.map(ref)
    before = found.snapshot.size
    size = found.resize(
        args.size, shrink=args.shrink, rescan=not args.no_rescan, force=args.force, timeout=args.timeout
    )
    if args.output == "text":
        change = "already" if size == before else f"was {sectors_size(before)}"
        changed = Span(change, "" if size == before else "green")
        print_lines([(Span(found.name, "bold"), Span(f": {sectors_size(size)}, "), changed)])
    return {
        "name": found.name,
        "uuid": found.uuid,
        "size_bytes": to_bytes(size),
        "size_bytes_before": to_bytes(before),
        "changed": size != before,
    }


def _size(text: str) -> Sectors:
    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
