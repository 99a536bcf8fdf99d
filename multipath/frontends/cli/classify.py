"""``mpath classify``: what block devices are to multipath."""

import argparse
import sys

from ...maps.host import Host
from ...maps.role import DeviceRole, RoleKind
from .columns import columns
from .manual import Manual, examples
from .output import add_output
from .role_record import RoleRecord, role_cells, role_record
from .selection import for_each
from .terminal import print_json, print_lines

_VERB = "classify"
_HEADING = ("NAME", "NUMBER", "WHAT", "MAP", "WWID")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``classify`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        _VERB,
        formatter_class=Manual,
        description="Say what each block device is to multipath, one line each: a map, a member (a path that a map "
        "has), a path (one that no map has), a partition of either, native (multipathed by the NVMe driver), another "
        "device of device-mapper, or something else. Nothing is opened, and nothing guessed from names. The code is 3 "
        "where a device is not there, and 1 with --is where one of them is something else.",
        epilog=examples(
            "mpath classify sda /dev/mapper/mpatha1",
            "mpath classify 8:16 -o json",
            "mpath classify --is member /dev/sdb && echo 'use its map, not the disk'",
        ),
    )
    parser.add_argument(
        "devices", nargs="+", metavar="DEVICE",
        help="a kernel name, a node or link, major:minor; or as for a map: name, WWID, uuid, dm-N",
    )  # fmt: skip
    parser.add_argument("--is", dest="kind", choices=[str(each) for each in RoleKind], help="ask whether all are this")
    add_output(parser)
    parser.set_defaults(run=classify)


def classify(args: argparse.Namespace) -> int:
    """Run ``mpath classify``."""
    roles: list[DeviceRole] = []
    with Host() as host:
        code = for_each(_VERB, args.devices, lambda device: roles.append(host.classify(device)))
    if args.output == "json":
        records: list[RoleRecord] = [role_record(role) for role in roles]
        print_json({"devices": records})
    else:
        print_lines(columns([role_cells(role) for role in roles], _HEADING if sys.stdout.isatty() else ()))
    others = args.kind is not None and any(role.kind != args.kind for role in roles)
    return code or int(others)
