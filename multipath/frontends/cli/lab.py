"""
``mpath lab``: run a command on a real kernel with virtual arrays.

Exit codes are the command's own; 124 when the time limit passed, 125 when the guest died or could not be made.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from ...errors import GuestTimeout, LabError
from ...lab import Guest, Machine, backends, cache, kernels, run, stock_kernels, stock_modules
from ...lab.terminal import lent
from .columns import columns
from .progress import progress
from .terminal import Line, Span, note, print_lines

USAGE = 2
TIMED_OUT = 124
NO_GUEST = 125
_HEADING = ("KIND", "KERNEL", "SUITE", "RELEASE", "STATE")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``lab`` with its verbs to the parser of ``mpath``."""
    lab = subparsers.add_parser("lab", help="run a command on a real kernel with virtual arrays")
    verbs = lab.add_subparsers(metavar="VERB", required=True)
    _add_run(verbs.add_parser("run", help="run a command in a guest and exit with its status"))
    _add_shell(verbs.add_parser("shell", help="a shell in a guest, on this terminal"))
    _add_kernels(verbs.add_parser("kernels", help="the catalogue of kernels, and which of them are here"))


def _add_machine(parser: argparse.ArgumentParser) -> None:
    default = Machine()
    parser.add_argument(
        "--kernel", default=default.kernel, metavar="K", choices=kernels.names(), help="%(choices)s; %(default)s"
    )
    parser.add_argument("--stock", action="store_true", help="Debian's stock kernel in QEMU, not user-mode Linux")
    parser.add_argument(
        "--backend", default=default.backend, choices=backends.names(), help="the kind of array; %(default)s"
    )
    parser.add_argument(
        "--paths", type=_count, default=default.paths, metavar="N", help="paths of each logical unit; %(default)s"
    )
    parser.add_argument("--luns", type=_count, default=default.luns, metavar="N", help="logical units; %(default)s")
    parser.add_argument(
        "--size", type=_positive, default=default.size, metavar="MIB", help="of each logical unit; %(default)s"
    )
    parser.add_argument(
        "--memory", type=_positive, default=default.memory, metavar="MIB", help="of the guest; %(default)s"
    )
    parser.add_argument(
        "--cpus", type=_positive, default=default.cpus, metavar="N", help="of a stock guest; %(default)s"
    )
    parser.add_argument(
        "--package", action="append", default=[], metavar="NAME", help="a Debian package that is fetched for the guest"
    )
    parser.add_argument(
        "--module", action="append", default=[], choices=sorted(stock_modules.NAMES), metavar="M",
        help="of a stock guest, built for it: %(choices)s",
    )  # fmt: skip
    parser.add_argument("--no-udev", action="store_true", help="devtmpfs only, as in an installer")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="a folder that the guest may write to")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 7):
        raise argparse.ArgumentTypeError(f"not a number from 0 to 999999: {text!r}")
    return int(text)


def _positive(text: str) -> int:
    if not _count(text):
        raise argparse.ArgumentTypeError("0 is too small")
    return int(text)


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_machine(parser)
    parser.add_argument(
        "--timeout", type=float, default=Machine().timeout, metavar="S", help="hard limit, boot included; %(default)s"
    )
    parser.add_argument("command", nargs="+", metavar="COMMAND")
    parser.set_defaults(run=run_command)


def _add_shell(parser: argparse.ArgumentParser) -> None:
    _add_machine(parser)
    parser.set_defaults(run=run_shell, timeout=86400.0)


def _add_kernels(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", help="%(default)s")
    parser.add_argument("--fetch", action="store_true", help="fetch those that are not here")
    parser.set_defaults(run=list_kernels)


def _machine(args: argparse.Namespace) -> Machine:
    return Machine(
        kernel=args.kernel, stock=args.stock, backend=args.backend, paths=args.paths, luns=args.luns, size=args.size,
        udev=not args.no_udev, memory=args.memory, cpus=args.cpus, timeout=args.timeout, scratch=args.scratch,
        packages=tuple(args.package), modules=tuple(args.module),
    )  # fmt: skip


def run_command(args: argparse.Namespace) -> int:
    """Run ``mpath lab run``."""
    return _reported(lambda: run(args.command, _machine(args)))


def run_shell(args: argparse.Namespace) -> int:
    """Run ``mpath lab shell``."""
    if not sys.stdin.isatty():
        print(
            "mpath lab shell: stdin is not a terminal; for a single command there is: mpath lab run -- COMMAND",
            file=sys.stderr,
        )
        return USAGE
    return _reported(lambda: _shell(_machine(args)))


def _shell(machine: Machine) -> int:
    with lent() as terminal, Guest([os.environ.get("SHELL", "/bin/sh")], machine, terminal=terminal) as guest:
        return guest.wait()


def _reported(work: Callable[[], int]) -> int:
    cache.show_by(note, progress)
    try:
        return work()
    except LabError as error:
        print(f"mpath lab: {error}", file=sys.stderr)
        return TIMED_OUT if isinstance(error, GuestTimeout) else NO_GUEST


def list_kernels(args: argparse.Namespace) -> int:
    """Run ``mpath lab kernels``."""
    cache.show_by(note, progress)
    states = [
        catalogue.state(name, fetch=args.fetch) for catalogue in (kernels, stock_kernels) for name in kernels.names()
    ]
    if args.output == "json":
        print(json.dumps([asdict(state) for state in states], indent=2))
    else:
        print_lines(columns([_cells(state) for state in states], _HEADING if sys.stdout.isatty() else ()))
    return 0 if not any(state.reason and state.name in kernels.ALWAYS for state in states) or not args.fetch else 1


def _cells(state: kernels.State) -> Line:
    return (
        Span("stock" if state.stock else "user-mode"),
        Span(state.name, "bold"),
        Span(state.suite),
        Span(state.release or "-"),
        Span(state.reason, "yellow") if state.reason else Span("here", "green"),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``mpath lab`` as a program of its own."""
    parser = argparse.ArgumentParser(prog="mpath")
    add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["lab", *(sys.argv[1:] if arguments is None else arguments)])
    return int(args.run(args))


if __name__ == "__main__":
    sys.exit(main())
