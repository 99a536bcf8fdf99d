"""``mpath config show``: the whole configuration that holds, in the form of ``multipath -t``."""

import argparse
import sys
from collections.abc import Iterator
from typing import Final

from ...config.configuration import Configuration
from ...config.dump import dump
from ...config.entry import Subject
from ...paths.sysfs import SYSFS, attribute
from .configuration import usable_files
from .manual import Manual, examples
from .planning import add_planning, planned
from .terminal import Line, Span, print_lines

_VERB: Final = "config show"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``show`` to the parser of ``mpath config``."""
    parser = subparsers.add_parser(
        "show",
        help="print all of it that holds, with what is built in",
        formatter_class=Manual,
        description="Print the whole configuration that holds: every default, every rule, every array that is known "
        "and all that the files say, as one file in the form of multipath -t. Read alone, that file says the same.",
        epilog=examples(
            "mpath config show --origins | less",
            "mpath config show --local",
            "mpath config show --conf new.conf > whole.conf",
        ),
    )
    parser.add_argument("--origins", action="store_true", help="end each line with a comment: where its value stands")
    parser.add_argument("--local", action="store_true", help="leave out what no path of this machine needs")
    add_planning(parser)
    parser.set_defaults(run=show)


def show(args: argparse.Namespace) -> int:
    """Run ``mpath config show``."""
    configuration, subjects = _local(args) if args.local else (usable_files(_VERB, args), None)
    native = attribute(SYSFS / "module/nvme_core/parameters", "multipath") == "Y"
    text = dump(configuration, subjects=subjects, native_nvme=native, origins=args.origins)
    if sys.stdout.isatty():
        print_lines(list(_shown(text)))
    else:  # a file, byte for byte
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
    return 0


def _local(args: argparse.Namespace) -> tuple[Configuration, list[Subject]]:
    """Return the configuration, and what the paths of this machine are to it."""
    with planned(_VERB, args) as found:
        return found.configuration, [verdict.path.subject(verdict.wwid) for verdict in found.plan.paths]


def _shown(text: str) -> Iterator[Line]:
    for line in text.splitlines():
        expanded = line.expandtabs()
        yield (Span(expanded, "" if expanded.startswith(" ") else "bold"),)
