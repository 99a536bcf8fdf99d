"""``mpath run``: the manager as a service in the foreground."""

import argparse
import asyncio
from pathlib import Path
from typing import Final

from ...config.configuration import Configuration
from ...dm.resident import lock_memory, spare_from_killer
from ...maps.host import Host
from ...maps.monitor import Monitor
from ...maps.state_file import StateFolder
from ..manager.log import Level, Log
from ..manager.notify import Notifier
from ..manager.service import Service
from ..manager.single import only_one
from ..manager.status_socket import FOLDER
from .configuration import add_files, read_files, usable_files
from .manual import Manual, examples
from .table import argument

_VERB: Final = "run"
_DESCRIPTION: Final = """\
Look after the maps of this machine until SIGTERM or SIGINT: make those that multipath.conf wants, check their paths, \
fail and reinstate them, and follow every change. Every decision is one line on standard error, with its reason; \
mpath status asks the manager that runs.
SIGHUP lets it read the configuration again and apply it; one that is worse than the one that holds is not taken.
Beside a running multipathd it refuses with code 4, and only watches with --watch-only."""


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``run`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "run",
        formatter_class=Manual,
        description=_DESCRIPTION,
        epilog=examples("mpath run", "mpath run --max-stall 5", "mpath run --watch-only", "mpath run --mlock --oom"),
    )
    parser.add_argument("--watch-only", action="store_true", help="tell what would be done, and do nothing")
    parser.add_argument("--force", action="store_true", help="also beside a running multipathd")
    parser.add_argument(
        "--max-stall", type=argument(_seconds), metavar="SECONDS",
        help="the longest time for which an I/O may stand still because a path went silent, for maps whose "
        "configuration says none",
    )  # fmt: skip
    parser.add_argument("--mlock", action="store_true", help="keep this process in memory")
    parser.add_argument("--oom", action="store_true", help="ask the kernel to spare it when memory runs out")
    parser.add_argument("-v", "--verbose", action="store_true", help="also write down each step of a check")
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="DIR", help="of its lock and its socket; %(default)s"
    )
    parser.add_argument(
        "--state", metavar="DIR", help="keep bindings, wwids and prkeys in this folder, not in /etc/multipath"
    )
    add_files(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run ``mpath run``."""
    with only_one(args.folder):
        if args.oom:
            spare_from_killer()
        if args.mlock:
            lock_memory()
        config = usable_files(_VERB, args)
        with Host() as host:
            asyncio.run(_serve(host, config, args))
    return 0


async def _serve(host: Host, config: Configuration, args: argparse.Namespace) -> None:
    log = Log(Level.DEBUG if args.verbose else Level.INFO)
    monitor = Monitor(
        host,
        config=config,
        state=StateFolder(args.state) if args.state else None,
        max_stall=args.max_stall,
        act=not args.watch_only,
        force=args.force,
    )
    await Service(monitor, lambda: read_files(args), config, args.folder, Notifier(), log).run()


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError("a number of seconds above 0")
    return value
