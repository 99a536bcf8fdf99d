"""``mpath doctor``: what is wrong with this host's multipath set-up, and what to do about it."""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ... import errors
from ...config.configuration import Configuration
from ...config.finding import Severity
from ...maps.doctor.catalogue import CHECKS
from ...maps.doctor.check import Check
from ...maps.doctor.diagnosis import Diagnosis
from ...maps.host import Host
from ...maps.state_file import StateFolder
from ..manager.status_socket import FOLDER
from .configuration import read_files
from .exit_code import ExitCode
from .manual import Manual, examples
from .output import add_output
from .planning import add_planning
from .progress import progress
from .terminal import Line, Span, print_json, print_lines

_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.NOTE: "bold cyan"}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``doctor`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "doctor",
        formatter_class=Manual,
        description="Examine the kernel, udev, the configuration, the maps, their paths and who uses them, and say "
        "what is wrong, why that matters, and what to do next. Nothing is changed, and a path that hangs is found "
        "within seconds. The code is 1 where an error is found, else 0: warnings and notes leave it at 0.",
        epilog=examples(
            "mpath doctor", "mpath doctor -o json", "mpath doctor --list", "mpath doctor --ignore queues-for-ever"
        ),
    )
    parser.add_argument("--list", action="store_true", help="name all checks and what each finds; examine nothing")
    parser.add_argument(
        "--ignore", action="append", default=[], choices=[check.id for check in CHECKS], metavar="CHECK",
        help="leave out what this check finds; may be given again",
    )  # fmt: skip
    parser.add_argument(
        "--no-ask", dest="ask", action="store_false", help="ask no path whether it works and where it leads"
    )
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, metavar="DIR", help="of the socket of mpath run; %(default)s"
    )
    add_planning(parser)
    add_output(parser)
    parser.set_defaults(run=doctor)


def doctor(args: argparse.Namespace) -> int:
    """Run ``mpath doctor``."""
    json = args.output == "json"
    if args.list:
        checks = [check for check in CHECKS if check.id not in args.ignore]
        print_json({"checks": [check.as_record() for check in checks]}) if json else print_lines(_catalogue(checks))
        return ExitCode.OK
    state = StateFolder(args.state) if args.state else None
    with Host() as host, progress("examining"):
        found = host.doctor(_configuration(args), state=state, manager=args.folder, ask=args.ask)
    found = tuple(each for each in found if each.id not in args.ignore)
    if json:
        print_json(_record(found))
    else:
        print_lines([*_lines(found), _summary(found)])
    return ExitCode.ERROR if any(each.severity is Severity.ERROR for each in found) else ExitCode.OK


def _configuration(args: argparse.Namespace) -> Configuration | errors.ConfigError | None:
    """Return the configuration that was named; the machine's own is the examination's to read."""
    if args.conf is None and args.conf_dir is None:
        return None
    try:
        return read_files(args)
    except errors.ConfigError as refusal:
        return refusal


def _record(found: Sequence[Diagnosis]) -> dict[str, Any]:
    counts = Counter(str(each.severity) for each in found)
    return {
        "findings": [each.as_record() for each in found],
        "counts": {str(severity): counts[severity] for severity in Severity},
        "checks": len(CHECKS),
    }


def _lines(found: Iterable[Diagnosis]) -> Iterator[Line]:
    """Yield one paragraph for each check that found something."""
    for _, group in groupby(found, key=lambda each: (each.severity, each.id)):
        same = list(group)
        first = same[0]
        yield (
            Span(f"{first.severity}: ", _STYLES[first.severity]),
            Span(first.title, "bold"),
            Span(f" [{first.id}]", "dim"),
        )
        for each in same:
            yield Span(f"  {each.object}: ", "bold"), Span(each.evidence)
            if len({other.step for other in same}) > 1:
                yield Span("    next: ", "green"), Span(each.step)
        yield Span("  why:  ", "cyan"), Span(first.cause)
        if len({other.step for other in same}) == 1:
            yield Span("  next: ", "green"), Span(first.step)


def _summary(found: Sequence[Diagnosis]) -> Line:
    counts = Counter(each.severity for each in found)
    told = [f"{counts[each]} {each}{'s' if counts[each] > 1 else ''}" for each in Severity if counts[each]]
    text = ", ".join(told) or f"nothing is wrong, by {len(CHECKS)} checks"
    return (Span(text, "bold" if found else "green"),)


def _catalogue(checks: Iterable[Check]) -> list[Line]:
    lines: list[Line] = []
    for check in checks:
        lines += [
            (Span(check.id, "bold"), Span(f" ({check.severity})", _STYLES[check.severity]), Span(f": {check.title}")),
            (Span("  why:  ", "cyan"), Span(check.cause)),
        ]
        lines += [(Span("  next: ", "green"), Span(check.step))] if check.step else []
    return lines
