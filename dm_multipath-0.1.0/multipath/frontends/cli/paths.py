"""``mpath fail`` and ``mpath reinstate``: whether a map may use a path."""

import argparse
from collections.abc import Callable

from ...maps.host import Host
from ...maps.map import Map
from ...units import DevT
from .selection import for_each, member_number

Act = Callable[[Map, DevT], None]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both verbs to the parser of ``mpath``."""
    _add(subparsers, "fail", "Send no I/O down these paths of a map until they are reinstated.", Map.fail_path)
    _add(subparsers, "reinstate", "Use these paths of a map again.", Map.reinstate_path)


def _add(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]", verb: str, description: str, act: Act
) -> None:
    parser = subparsers.add_parser(verb, description=description)
    parser.add_argument("map", metavar="MAP")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="major:minor, kernel name or node")
    parser.set_defaults(run=change_paths, verb=verb, act=act)


def change_paths(args: argparse.Namespace) -> int:
    """Run ``mpath fail`` or ``mpath reinstate``; every path is looked up before any is changed."""
    with Host() as host:
        found = host.map(args.map)
        numbers = [member_number(found, path) for path in args.paths]
        return for_each(args.verb, numbers, lambda number: args.act(found, number))
