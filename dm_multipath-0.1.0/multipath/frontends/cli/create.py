"""``mpath create`` and ``mpath load``: a new map, and another table for one that is there."""

import argparse

from ...maps.host import Host
from .size import parse_size
from .table import add_table, argument, changed_table, new_table


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both verbs to the parser of ``mpath``."""
    _add_create(subparsers)
    _add_load(subparsers)


def _add_create(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "create",
        description="Make a map. A map that is already there as asked is left as it is; on any error nothing is left.",
    )
    parser.add_argument("name", metavar="NAME", help="letters, digits and # + - . : = @ _")
    parser.add_argument("--uuid", required=True, help="the map's identity, by custom mpath- and the WWID")
    add_table(parser)
    parser.add_argument(
        "--size", type=argument(parse_size), metavar="SIZE", help="for a table without paths: sectors, or 64MiB"
    )
    _add_safety(parser)
    parser.set_defaults(run=create)


def _add_load(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "load",
        description="Give a map another table without losing I/O; what is not said stays, and on any error all of it.",
    )
    parser.add_argument("map", metavar="MAP")
    add_table(parser)
    _add_safety(parser)
    parser.set_defaults(run=load)


def _add_safety(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--no-verify", action="store_false", dest="verify", help="do not ask the paths for their identity and size"
    )
    parser.add_argument("--force", action="store_true", help="also where multipathd manages the map")


def create(args: argparse.Namespace) -> int:
    """Run ``mpath create``."""
    table = new_table(args)
    with Host() as host:
        host.create(args.name, table, uuid=args.uuid, size=args.size, verify=args.verify, force=args.force)
    return 0


def load(args: argparse.Namespace) -> int:
    """Run ``mpath load``."""
    with Host() as host:
        found = host.map(args.map)
        found.reload(changed_table(args, found.read().table), verify=args.verify, force=args.force)
    return 0
