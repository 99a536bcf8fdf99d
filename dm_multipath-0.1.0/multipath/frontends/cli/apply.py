"""``mpath apply``: let this machine have the maps that the configuration wants."""

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from ... import errors
from ...maps.plan import Plan
from ...maps.result import Outcome, Progress, Result
from .exit_code import ExitCode
from .manual import Manual, examples
from .output import add_output
from .plan_lines import plan_lines
from .planning import add_asking, add_planning, planned
from .results import result_record, summary, told
from .simulated_array import whole_number
from .table import argument
from .terminal import complain, print_json, print_lines, print_text

_VERB: Final = "apply"
_YES: Final = ("y", "yes")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``apply`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "apply",
        formatter_class=Manual,
        description="Print the plan of mpath plan, then do it. Each map changes as a whole or stays as it is, and one "
        "that fails does not hinder the others. On a terminal it is asked for first. The code is 1 where a map failed "
        "or is refused.",
        epilog=examples("mpath apply --dry-run", "mpath apply --yes", "mpath apply mpatha", "mpath apply -o json"),
    )
    parser.add_argument(
        "refs", nargs="*", metavar="MAP|DEVICE", help="only these maps, and those of these paths; all without one"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the plan and do nothing")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask on a terminal")
    parser.add_argument("--force", action="store_true", help="also beside a running multipathd")
    parser.add_argument(
        "--jobs", type=argument(whole_number), metavar="N", help="how many maps at once; chosen without it"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="as for mpath plan")
    add_planning(parser)
    add_asking(parser)
    add_output(parser)
    parser.set_defaults(run=apply)


def apply(args: argparse.Namespace) -> int:
    """Run ``mpath apply``."""
    with planned(_VERB, args, *args.refs) as found:
        plan = found.plan
        if args.output == "json":
            return _for_programs(plan, args)
        print_lines(list(plan_lines(plan, verbose=args.verbose, unused=args.verbose or bool(args.refs))))
        if plan.changes and not args.dry_run:
            if not (args.yes or _is_wanted()):
                complain(_VERB, "nothing was done")
                return ExitCode.ERROR
            with told(_VERB) as tell:
                results = _done(plan, args, tell)
            print_text(summary(results))
            return _code(plan, results)
        return _code(plan, ())


def _for_programs(plan: Plan, args: argparse.Namespace) -> int:
    if _somebody_sits_there() and plan.changes and not (args.yes or args.dry_run):
        raise argparse.ArgumentTypeError("with -o json nobody is asked; say --yes or --dry-run")
    results = () if args.dry_run else _done(plan, args, None)
    print_json({"plan": plan.as_record(), "results": [result_record(result) for result in results]})
    return _code(plan, results)


def _done(plan: Plan, args: argparse.Namespace, progress: Progress | None) -> tuple[Result, ...]:
    try:
        return plan.apply(progress, args.jobs, force=args.force)
    except errors.ApplyFailed as failed:
        return failed.results


def _code(plan: Plan, results: Sequence[Result]) -> ExitCode:
    failed = any(result.outcome is Outcome.FAILED for result in results)
    return ExitCode.ERROR if failed or plan.refused else ExitCode.OK


def _is_wanted() -> bool:
    """Ask whoever sits there; where nobody does, the command line is the answer."""
    if not _somebody_sits_there():
        return True
    try:
        return input("Do it? [y/N] ").strip().lower() in _YES
    except EOFError:
        return False


def _somebody_sits_there() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
