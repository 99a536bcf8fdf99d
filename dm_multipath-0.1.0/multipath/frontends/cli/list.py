"""``mpath list``: one line for each map."""

import argparse

from ...maps.host import Host
from .output import add_output
from .record import map_record
from .selection import add_selection, readable, selected
from .terminal import print_json, print_lines
from .tree import rows


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``list`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "list", description="Print one line for each map: name, node, size, paths, queueing, state and uuid."
    )
    add_selection(parser)
    add_output(parser)
    parser.set_defaults(run=list_maps)


def list_maps(args: argparse.Namespace) -> int:
    """Run ``mpath list``."""
    with Host() as host:
        maps = list(selected(host, args.maps, args.of))
    records = [map_record(snapshot) for snapshot in readable("list", maps)]
    if args.output == "json":
        print_json({"maps": records})
    else:
        print_lines(rows(records))
    return int(len(records) < len(maps))
