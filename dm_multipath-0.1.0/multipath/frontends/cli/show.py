"""``mpath show``: the groups and paths of maps, as a tree, or in the formats of multipathd."""

import argparse

from ...maps.host import Host
from .formatted import add_format, show_formatted
from .output import add_output
from .record import devices_of, map_tree
from .selection import add_selection, readable, selected
from .terminal import Line, complain, print_json, print_lines
from .tree import tree


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``show`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "show", description="Show the groups and paths of maps, with the state of each; opens no path device."
    )
    add_selection(parser)
    add_output(parser)
    add_format(parser)
    parser.set_defaults(run=show)


def show(args: argparse.Namespace) -> int:
    """Run ``mpath show``."""
    if args.format is not None:
        return show_formatted(args.maps, args.format, raw=args.raw)
    with Host() as host:
        maps, sysfs = list(selected(host, args.maps, args.of)), host.sysfs
    snapshots, json = list(readable("show", maps)), args.output == "json"
    devices = devices_of(snapshots, sysfs, identity=json)
    trees = [map_tree(snapshot, devices) for snapshot in snapshots]
    if json:
        print_json({"maps": trees})
    else:
        lines: list[Line] = [line for record in trees for line in tree(record)]
        print_lines(lines)
    if not maps and not json:
        complain("show", "there are no multipath maps")
    return int(len(trees) < len(maps))
