"""``mpath demo``: the main job on a real kernel, in the lab where this machine has no virtual array; else in memory."""

import argparse
import os
import sys
from pathlib import Path

from ... import errors
from ...lab import Machine
from ...lab import run as run_in_guest
from ...maps.host import Host
from ...virtual import VirtualHost
from .exit_code import ExitCode
from .rehearsal import rehearse
from .stage import KernelStage, VirtualStage, find_array
from .terminal import complain, has_colours


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``demo`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "demo",
        description="Find four paths, make a map of them, write and read blocks through it while paths and a whole "
        "group of them go away and come back, follow the kernel's events, and remove it all. Runs in a guest of the "
        "lab, unless this host has a virtual array (scsi_debug) with four paths; where no guest can be made, on a "
        "virtual host in memory, which needs no privilege and no kernel.",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--here", action="store_true", help="on this host's kernel, never in a guest")
    where.add_argument("--virtual", action="store_true", help="on a virtual host, in memory")
    parser.add_argument("--kernel", default=Machine().kernel, metavar="K", help="of the guest; %(default)s")
    parser.set_defaults(run=demo)


def demo(args: argparse.Namespace) -> int:
    """Run ``mpath demo``."""
    if args.virtual:
        return _in_memory()
    if args.here or has_array():
        with Host() as host:
            return _exit_code(rehearse(KernelStage(host)).is_good)
    complain("demo", f"no virtual array on this host; booting a guest of the lab with kernel {args.kernel}")
    try:
        return run_in_guest([sys.executable, "-m", f"{__package__}.main", "demo", "--here"], _machine(args.kernel))
    except errors.GuestTimeout:  # it booted: what came to a halt in it is no reason to look away
        raise
    except errors.LabError as error:
        complain("demo", f"the lab cannot run here: {error}")
        complain("demo", "on a virtual host instead, in memory: the same story, and no kernel in it")
        return _in_memory()


def _in_memory() -> int:
    with VirtualHost() as world, Host(**world.seams()) as host:
        return _exit_code(rehearse(VirtualStage(world, host)).is_good)


def _exit_code(is_good: bool) -> ExitCode:
    return ExitCode.OK if is_good else ExitCode.ERROR


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
