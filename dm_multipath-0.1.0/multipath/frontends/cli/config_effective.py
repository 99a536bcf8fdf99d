"""``mpath config effective``: which value of an option holds, where it stands, and what it beats."""

import argparse
from typing import Final

from ...config.entry import Subject
from ...config.resolve import Effective
from ...policy.settings import PER_MAP
from .configuration import usable_files
from .lookup import map_of, named
from .manual import Manual, examples
from .output import add_output
from .path_settings import of_map, of_path
from .planning import add_planning, planned
from .setting_lines import setting_lines, setting_record
from .terminal import Line, print_json, print_lines

_VERB: Final = "config effective"
_OF_ARRAY: Final = ("vendor", "product", "revision", "protocol", "wwid")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``effective`` to the parser of ``mpath config``."""
    parser = subparsers.add_parser(
        "effective",
        help="say which value of an option holds, and why",
        formatter_class=Manual,
        description="Say which value of an option holds for a path, a map or an array, in which file and line it "
        "stands, and which other values it beats. What the hardware decides is told for a path or a map that is here. "
        "Without any of them: what holds for a device that no entry is for.",
        epilog=examples(
            "mpath config effective polling_interval",
            "mpath config effective no_path_retry sdc",
            "mpath config effective path_grouping_policy mpatha -o json",
            "mpath config effective no_path_retry --vendor NETAPP --product LUN",
            "mpath config effective fast_io_fail_tmo --protocol scsi:iscsi",
        ),
    )
    parser.add_argument("option", metavar="OPTION", help="as in multipath.conf(5)")
    parser.add_argument("target", nargs="?", metavar="DEVICE|MAP", help="a path or a map of this machine")
    array = parser.add_argument_group("an array that does not have to be here")
    array.add_argument("--vendor", metavar="TEXT", help="from INQUIRY; NVME for a namespace")
    array.add_argument("--product", metavar="TEXT", help="from INQUIRY, or the model of a namespace")
    array.add_argument("--revision", metavar="TEXT", help="from INQUIRY, or the firmware's")
    array.add_argument("--protocol", metavar="TYPE", help="such as scsi:fcp or nvme:tcp")
    array.add_argument("--wwid", metavar="WWID", help="the map's, for its entry in multipaths")
    add_planning(parser)
    add_output(parser)
    parser.set_defaults(run=effective)


def effective(args: argparse.Namespace) -> int:
    """Run ``mpath config effective``."""
    found = _resolved(args)
    if args.output == "json":
        print_json(setting_record(found))
    else:
        lines: list[Line] = list(setting_lines(found))
        print_lines(lines)
    return 0


def _resolved(args: argparse.Namespace) -> Effective:
    given = {name: value for name in _OF_ARRAY if (value := getattr(args, name)) is not None}
    if args.target is None:
        return usable_files(_VERB, args).effective(args.option, Subject(**given))
    if given:
        raise argparse.ArgumentTypeError(f"{args.target} says what it is; leave --{next(iter(given))} out")
    with planned(_VERB, args) as found:
        target = named(found.host, found.plan, args.target)
        if target.planned is not None:
            return of_map(args.option, target.planned, found.configuration)
        verdict = target.paths[0]
        of_its_map = map_of(found.plan, verdict.path.devt)
        if of_its_map is not None and args.option in PER_MAP:
            return of_map(args.option, of_its_map, found.configuration)
        return of_path(args.option, verdict.path, verdict.wwid, found.configuration)
