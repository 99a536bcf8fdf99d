"""``mpath wait``: until a map is there and ready, or gone; or until discovery is quiet."""

import argparse

from ...maps.host import Host
from .manual import Manual, examples
from .output import add_output
from .record import map_record
from .seconds import seconds
from .terminal import print_json

_TIMEOUT = 30.0  # seconds


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``wait`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "wait",
        formatter_class=Manual,
        description="Wait until a map is there, and as asked; woken by events. The code is 6 where it is not in time, "
        "and the message says what was missing.",
        epilog=examples(
            "mpath wait mpatha --paths 4 --usable",
            "mpath wait 3600140500000000000000000000a11 --read-write --timeout 60",
            "mpath wait mpatha --gone --path sda --path sdb",
            "mpath wait --settle 1",
        ),
    )
    parser.add_argument("map", nargs="?", metavar="MAP", help="name, WWID, uuid, major:minor, dm-N, node or link")
    parser.add_argument("--paths", type=_count, default=0, metavar="N", help="at least so many active paths")
    parser.add_argument("--paths-total", type=_count, default=0, metavar="N", help="at least so many paths")
    parser.add_argument("--usable", action="store_true", help="I/O flows: not suspended, and a path answers")
    parser.add_argument("--read-write", action="store_true", help="the map and all of its paths take writes")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--gone", action="store_true", help="until the map and its links are gone")
    other.add_argument("--settle", type=seconds, metavar="SECONDS", help="until nothing has happened for so long")
    parser.add_argument("--path", action="append", default=[], metavar="PATH", help="with --gone: that path too")
    parser.add_argument(
        "--timeout", type=seconds, default=_TIMEOUT, metavar="SECONDS", help="%(default)g; 0 looks once"
    )
    add_output(parser)
    parser.set_defaults(run=wait)


def wait(args: argparse.Namespace) -> int:
    """Run ``mpath wait``."""
    _refuse_nonsense(args)
    with Host() as host:
        if args.settle is not None:
            host.settle(quiet_for=args.settle, timeout=args.timeout)
        elif args.gone:
            host.wait_gone(args.map, paths=args.path, timeout=args.timeout)
        else:
            found = host.wait_map(
                args.map,
                paths=args.paths,
                paths_total=args.paths_total,
                usable=args.usable,
                read_write=args.read_write,
                timeout=args.timeout,
            )
            if args.output == "json":
                print_json({"map": map_record(found.snapshot)})
                return 0
    if args.output == "json":
        print_json({"map": None})
    return 0


def _refuse_nonsense(args: argparse.Namespace) -> None:
    ready = bool(args.paths or args.paths_total or args.usable or args.read_write)
    if (args.map is None) == (args.settle is None):
        raise argparse.ArgumentTypeError("give a MAP, or --settle; see mpath wait --help")
    if ready and (args.gone or args.settle is not None):
        raise argparse.ArgumentTypeError("what is gone or quiet has no paths and takes no writes")
    if args.path and not args.gone:
        raise argparse.ArgumentTypeError("--path goes with --gone")
    if args.settle is not None and args.settle > args.timeout:
        raise argparse.ArgumentTypeError(f"nothing can be quiet for {args.settle:g} s within {args.timeout:g} s")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise argparse.ArgumentTypeError(f"not a number of paths: {text!r}")
    return int(text)
