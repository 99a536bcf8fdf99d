"""``mpath remove``: take maps away, with their partitions, and where that is allowed their disks."""

import argparse
import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ... import errors
from ...maps.detach_plan import DetachPlan
from ...maps.detach_report import DetachReport
from ...maps.detach_step import StepResult
from ...maps.host import Host
from .exit_code import ExitCode, exit_code
from .manual import Manual, examples
from .output import add_output
from .terminal import complain, print_json, print_text

_VERB: Final = "remove"
_GATES: Final = {
    "paths": "delete the disks of their paths too, each after it was asked who it is",
    "ghosts": "also maps without a usable path, to which nothing can be written back",
    "fail-io": "fail the I/O that such a map keeps, for who waits for it keeps the map; it is lost",
    "stale": "with --paths, also a disk that leads to another unit by now",
    "forget": "take the WWID out of the wwids file",
    "deferred": "a map in use goes away with its last user",
    "force": "not through multipathd where that manages the map",
}

_KEYWORD: Final = re.compile(r"\b([a-z_]+)=True allows", re.ASCII)


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``remove`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "remove",
        formatter_class=Manual,
        description="Write back what is cached, then remove the maps of partitions and the map: all of them, or none. "
        "Nothing is suspended, and queueing stays as it is. What is in use is refused, with its users and what ends "
        "them. A map that is not there is told with code 3; a second time nothing else happens.",
        epilog=examples(
            "mpath remove mpatha --dry-run",
            "mpath remove mpatha",
            "mpath remove 360014050000000000000000100000001 --paths --forget",
            "mpath remove mpatha --ghosts --fail-io --paths",
        ),
    )
    parser.add_argument(
        "refs", nargs="+", metavar="MAP|WWID|PATH",
        help="name, WWID, uuid, major:minor, dm-N or node; a WWID or a path without a map with --paths",
    )  # fmt: skip
    for gate, text in _GATES.items():
        parser.add_argument(f"--{gate}", action="store_true", help=text)
    parser.add_argument("--if-exists", action="store_true", help="what is not there is no failure")
    parser.add_argument("--dry-run", action="store_true", help="print the steps and do nothing")
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=30.0,
        metavar="S",
        help="seconds until data is written, a disk gone; %(default)g",
    )
    parser.add_argument(
        "--patience",
        type=_seconds,
        default=5.0,
        metavar="S",
        help="seconds for users that are about to end; %(default)g",
    )
    add_output(parser)
    parser.set_defaults(run=remove)


def remove(args: argparse.Namespace) -> int:
    """Run ``mpath remove``."""
    if args.deferred and args.paths:
        raise argparse.ArgumentTypeError("a map that goes with its last user keeps its paths: --deferred or --paths")
    gates = {gate.replace("-", "_"): getattr(args, gate.replace("-", "_")) for gate in _GATES}
    with _interruptible(), Host() as host:
        plan = host.detach_plan(args.refs, **gates)
        report, failed = (None, ()) if args.dry_run else _run(plan, args)
    return _told(plan, report, failed, args)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let whoever ends the command end it as an interrupt does: what was changed is put back first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(plan: DetachPlan, args: argparse.Namespace) -> tuple[DetachReport, tuple[Exception, ...]]:
    try:
        return plan.run(
            timeout=args.timeout, patience=args.patience, progress=None if args.output == "json" else _tell
        ), ()
    except errors.DetachFailed as error:
        return error.report, error.errors


def _tell(result: StepResult) -> None:
    if result.error is None:
        print_text(str(result))


def _told(
    plan: DetachPlan, report: DetachReport | None, failed: tuple[Exception, ...], args: argparse.Namespace
) -> int:
    """Tell the rest, and return the exit code: of the first failure, else of what is not there."""
    if report is None:
        failed = tuple(unit.refused for unit in plan.refused if unit.refused is not None)
    if args.output == "json":
        print_json({"plan": plan.as_record(), "report": None if report is None else report.as_record()})
    elif report is None:
        for line in (line for unit in plan.units if unit.refused is None for line in str(unit).splitlines()):
            print_text(line)
    else:
        for leftover in report.leftovers:
            print_text(str(leftover))
    for error in failed:
        complain(_VERB, _KEYWORD.sub(_option, str(error)))
    if plan.missing and not args.if_exists:
        complain(_VERB, f"nothing answers to {', '.join(map(repr, plan.missing))}: gone already, or never there")
    missing = ExitCode.NOT_FOUND if plan.missing and not args.if_exists else ExitCode.OK
    left = ExitCode.ERROR if report is not None and report.leftovers and not args.deferred else ExitCode.OK
    return exit_code(failed[0]) if failed else missing or left


def _option(match: re.Match[str]) -> str:
    """Return the option that opens a gate, for the argument that does."""
    return f"--{match[1].replace('_', '-')} allows"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} are no seconds: 0 to 86400")
    return seconds
