"""``mpath export``: let the system in another root know this host's maps by the same names."""

import argparse
from typing import Final

from .manual import Manual, examples
from .output import add_output
from .planning import add_planning, planned
from .terminal import complain, print_json, print_text

_VERB: Final = "export"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``export`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "export",
        formatter_class=Manual,
        description="Write what the system in another root needs to know the maps of this machine by the same names: "
        "etc/multipath.conf and etc/multipath/bindings, wwids and prkeys below it. What is there already stays; what "
        "contradicts is refused, with --force replaced. All files are written, or none; a second time nothing is.",
        epilog=examples("mpath export /mnt", "mpath export /mnt mpatha --dry-run", "mpath export /mnt --force"),
    )
    parser.add_argument("dest", metavar="ROOT", help="where the root of the other system is mounted")
    parser.add_argument("refs", nargs="*", metavar="MAP", help="only these maps; all without one")
    parser.add_argument("--force", action="store_true", help="replace what contradicts")
    parser.add_argument("--dry-run", action="store_true", help="print what would be written, and write nothing")
    add_planning(parser)
    add_output(parser)
    parser.set_defaults(run=export)


def export(args: argparse.Namespace) -> int:
    """Run ``mpath export``."""
    with planned(_VERB, args) as found:
        exported = found.host.export_identity(
            args.dest,
            args.refs or None,
            config=found.configuration,
            state=found.state,
            force=args.force,
            dry_run=args.dry_run,
        )
    if args.output == "json":
        print_json(exported.as_record())
        return 0
    for line in (*exported.maps, *exported.files):
        print_text(str(line))
    for remark in exported.remarks:
        complain(_VERB, remark)
    return 0
