"""``mpath partitions``: what the partition table of a map says, and the maps over its partitions."""

import argparse
from collections.abc import Callable, Sequence

from ... import errors
from ...maps.host import Host
from ...maps.map import Map
from ...maps.partition_change import PartitionAction, PartitionChange
from ...maps.partitions import Partitions
from .exit_code import ExitCode, exit_code
from .manual import Manual, examples
from .output import add_output
from .partition_record import (
    PartitionChangesRecord,
    PartitionsRecord,
    change_record,
    changes_of_removal,
    partition_lines,
    partitions_record,
)
from .selection import selected
from .terminal import Span, complain_of, print_json, print_lines

_VERB = "partitions"
_STYLES = {
    PartitionAction.CREATE: "green",
    PartitionAction.RELOAD: "yellow",
    PartitionAction.RENAME: "yellow",
    PartitionAction.REMOVE: "red",
}
# What a verb would do to the maps over the partitions of a map, and what does it.
_Look = Callable[[Partitions], Sequence[PartitionChange]]
_Act = Callable[[Partitions], object]


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``partitions`` and its own verbs to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "partitions",
        formatter_class=Manual,
        description="Maps over the partitions of maps, with the names and uuids of kpartx: DOS tables with "
        "logical partitions, and GPT. A map that has no usable path and queues is never read.",
        epilog=examples(
            "mpath partitions list",
            "mpath partitions add mpatha",
            "mpath partitions update --delimiter=-part --dry-run mpatha",
            "mpath partitions remove mpatha",
        ),
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    listing = verbs.add_parser("list", help="the partitions, and which of them have maps")
    listing.add_argument("maps", nargs="*", metavar="MAP", help="these maps; all without one")
    add_output(listing)
    listing.set_defaults(run=list_partitions)
    for verb, run, summary in (
        ("add", add, "make a map for each partition"),
        ("update", update, "the same, and remove those without a partition, also where the table was wiped"),
        ("remove", remove, "remove all of them, whatever the table says"),
    ):
        own = verbs.add_parser(verb, help=summary, description=f"{summary[:1].upper()}{summary[1:]}.")
        own.add_argument("maps", nargs="+", metavar="MAP", help="name, WWID, uuid, major:minor, dm-N or node")
        own.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
        if verb == "remove":
            own.add_argument("--deferred", action="store_true", help="what is in use goes away with its last user")
        else:
            own.add_argument(
                "-p",
                "--delimiter",
                metavar="TEXT",
                help="between the map's name and the number; write --delimiter=-part",
            )
            own.add_argument("-r", "--read-only", action="store_true", help="the maps refuse writes")
        add_output(own)
        own.set_defaults(run=run)


def list_partitions(args: argparse.Namespace) -> int:
    """Run ``mpath partitions list``."""
    code, records = ExitCode.OK, list[PartitionsRecord]()
    with Host() as host:
        for found in selected(host, args.maps):
            partitions, table = found.partitions(), None
            try:
                table = partitions.table()
            except errors.MultipathError as error:
                complain_of(_VERB, error)
                code = code or exit_code(error)
            records.append(partitions_record(partitions, table))
    if args.output == "json":
        print_json({"maps": records})
    else:
        print_lines([line for record in records for line in partition_lines(record)])
    return code


def add(args: argparse.Namespace) -> int:
    """Run ``mpath partitions add``."""
    delimiter, read_only = args.delimiter, args.read_only
    return _changed(
        args,
        lambda partitions: partitions.changes(stale=False, delimiter=delimiter, read_only=read_only),
        lambda partitions: partitions.add(delimiter=delimiter, read_only=read_only),
    )


def update(args: argparse.Namespace) -> int:
    """Run ``mpath partitions update``."""
    delimiter, read_only = args.delimiter, args.read_only
    return _changed(
        args,
        lambda partitions: partitions.changes(delimiter=delimiter, read_only=read_only),
        lambda partitions: partitions.update(delimiter=delimiter, read_only=read_only),
    )


def remove(args: argparse.Namespace) -> int:
    """Run ``mpath partitions remove``."""
    return _changed(args, changes_of_removal, lambda partitions: partitions.remove(deferred=args.deferred))


def _changed(args: argparse.Namespace, look: _Look, act: _Act) -> int:
    """Do it to each map, and go on after a failure; a name that is no map ends it before anything is done."""
    code, records = ExitCode.OK, list[PartitionChangesRecord]()
    with Host() as host:
        for found in list(selected(host, args.maps)):
            try:
                changes = _done(found, look, act, dry_run=args.dry_run)
            except errors.MultipathError as error:
                complain_of(_VERB, error)
                code = code or exit_code(error)
                continue
            records.append({"map": found.name, "changes": [change_record(change) for change in changes]})
            if args.output == "text":
                print_lines([(Span(str(change), _STYLES[change.action]),) for change in changes])
    if args.output == "json":
        print_json({"maps": records})
    return code


def _done(found: Map, look: _Look, act: _Act, *, dry_run: bool) -> Sequence[PartitionChange]:
    partitions = found.partitions()
    changes = look(partitions)
    if not dry_run:
        act(partitions)
    return changes
