"""``mpath plan``: what would be done to have the maps that the configuration wants, and why."""

import argparse
from typing import Final

from .exit_code import ExitCode
from .manual import Manual, examples
from .output import add_output
from .plan_lines import plan_lines
from .planning import add_asking, add_planning, planned
from .terminal import Line, print_json, print_lines

_VERB: Final = "plan"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``plan`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "plan",
        formatter_class=Manual,
        description="Say which maps this machine should have, by its paths and its configuration, and what would be "
        "done about those that it has: create, reload, resize, rename, switch, nothing, or refuse, each with the "
        "reason. Only a path that nothing else tells the identity of is asked for it; nothing is changed.",
        epilog=examples(
            "mpath plan",
            "mpath plan mpatha sdc",
            "mpath plan --conf new.conf --changes && echo 'new.conf changes nothing'",
            "mpath plan -o json",
        ),
    )
    parser.add_argument(
        "refs", nargs="*", metavar="MAP|DEVICE", help="plan only these maps, and those of these paths; all without one"
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true",
        help="also the texts of the tables, the maps that are as they should be, and the paths of no map",
    )  # fmt: skip
    parser.add_argument("--changes", action="store_true", help="end with 1 where there is something to do")
    add_planning(parser)
    add_asking(parser)
    add_output(parser)
    parser.set_defaults(run=print_plan)


def print_plan(args: argparse.Namespace) -> int:
    """Run ``mpath plan``."""
    with planned(_VERB, args, *args.refs) as found:
        plan = found.plan
        if args.output == "json":
            print_json(plan.as_record())
        else:
            lines: list[Line] = list(plan_lines(plan, verbose=args.verbose, unused=args.verbose or bool(args.refs)))
            print_lines(lines)
        return ExitCode.ERROR if args.changes and plan.changes else ExitCode.OK
