"""``mpath switch``: which group a map tries first."""

import argparse

from ... import errors
from ...maps.host import Host


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``switch`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "switch", description="Try a group first, and take every group out of bypass; forgotten where it has no path."
    )
    parser.add_argument("map", metavar="MAP")
    parser.add_argument("group", type=int, metavar="GROUP", help="its number, from 1, as mpath show prints it")
    parser.set_defaults(run=switch)


def switch(args: argparse.Namespace) -> int:
    """Run ``mpath switch``."""
    with Host() as host:
        found = host.map(args.map)
        groups = len(found.snapshot.status.groups)
        if not 1 <= args.group <= groups:
            raise errors.NotFound(f"map {found.name} has no group {args.group}; its groups are 1 to {groups}")
        found.switch_group(args.group)
    return 0
