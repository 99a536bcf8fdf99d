"""``mpath remove``: take maps away; the paths and their data stay."""

import argparse

from ...maps.host import Host
from .selection import for_each


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``remove`` to the parser of ``mpath``."""
    parser = subparsers.add_parser("remove", description="Remove maps; one that is in use is refused, with its users.")
    parser.add_argument("maps", nargs="+", metavar="MAP", help="name, WWID, uuid, major:minor, dm-N or node")
    parser.add_argument("--deferred", action="store_true", help="a map in use goes away with its last user")
    parser.add_argument("--partitions", action="store_true", help="remove the maps over its partitions first")
    parser.add_argument("--force", action="store_true", help="also where multipathd manages the map")
    parser.set_defaults(run=remove)


def remove(args: argparse.Namespace) -> int:
    """Run ``mpath remove``."""
    with Host() as host:
        how = {"partitions": args.partitions, "deferred": args.deferred, "force": args.force}
        return for_each("remove", args.maps, lambda ref: host.map(ref).remove(**how))
