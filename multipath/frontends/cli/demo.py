"""``mpath demo``: the main job on a real kernel, in the lab where this machine has no virtual array."""

import argparse
import os
import sys
from pathlib import Path

from ... import errors
from ...lab import Machine
from ...lab import run as run_in_guest
from ...maps.host import Host
from .exit_code import ExitCode
from .rehearsal import find_array, rehearse
from .terminal import complain, has_colours


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``demo`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "demo",
        description="Find four paths, make a map of them, write and read blocks through it while paths and a whole "
        "group of them go away and come back, follow the kernel's events, and remove it all. Runs in a guest of the "
        "lab, unless this host has a virtual array (scsi_debug) with four paths.",
    )
    parser.add_argument("--here", action="store_true", help="never in a guest")
    parser.add_argument("--kernel", default=Machine().kernel, metavar="K", help="of the guest; %(default)s")
    parser.set_defaults(run=demo)


def demo(args: argparse.Namespace) -> int:
    """Run ``mpath demo``."""
    if not args.here and not has_array():
        complain("demo", f"no virtual array on this host; booting a guest of the lab with kernel {args.kernel}")
        return run_in_guest([sys.executable, "-m", f"{__package__}.main", "demo", "--here"], _machine(args.kernel))
    with Host() as host:
        outcome = rehearse(host)
    return ExitCode.OK if outcome.is_good else ExitCode.ERROR


def has_array() -> bool:
    """Tell whether this process could run the rehearsal on this host."""
    try:
        with Host() as host:
            host.control.version()
            return bool(find_array(host))
    except errors.DeviceMapperError:
        return False


def _machine(kernel: str) -> Machine:
    """Return the guest: it imports this very package, and has colours where this process would."""
    root = str(Path(__file__).resolve().parents[3])
    search = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    colours = {"FORCE_COLOR": "1"} if has_colours(sys.stdout) else {}
    return Machine(kernel=kernel, environment={"PYTHONPATH": search, **colours})
