"""``mpath announce``: tell udev of maps that were made before it ran."""

import argparse

from ...maps.host import Host
from .manual import Manual, examples
from .terminal import print_text


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``announce`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "announce",
        formatter_class=Manual,
        description="Tell udev of the maps that were made before it ran, by an installer or in an initramfs, and of "
        "the maps over their partitions: until then they have no links by identity, and systemd waits for them. Each "
        "is reloaded with the table that it has, and its I/O goes on. What udev knows is left alone; where it does "
        "not run, nothing is done.",
        epilog=examples("mpath announce"),
    )
    parser.add_argument("--force", action="store_true", help="also maps of a running multipathd")
    parser.set_defaults(run=announce)


def announce(args: argparse.Namespace) -> int:
    """Run ``mpath announce``."""
    with Host() as host:
        for device in host.announce(force=args.force):
            print_text(f"announced {device.name}")
    return 0
