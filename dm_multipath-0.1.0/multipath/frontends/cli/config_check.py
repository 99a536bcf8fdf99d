"""``mpath config check``: everything that there is to say of a configuration."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from ... import errors
from ...config.configuration import Reading
from ...config.files import read_document
from ...config.finding import Finding, Severity
from ...config.reader import read_documents
from ...config.tree import Document
from .configuration import STDIN, STDIN_NAME, add_files, main_file, read_files, standard_input
from .findings import Sources, counted, finding_lines, finding_record, has_errors
from .manual import Manual, examples
from .output import add_output
from .probe_findings import probe_findings
from .terminal import Line, Span, complain, print_json, print_lines

_VERB: Final = "config check"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``check`` to the parser of ``mpath config``."""
    parser = subparsers.add_parser(
        "check",
        help="say what is wrong with it, line by line",
        formatter_class=Manual,
        description="Find what in multipath.conf does not do what it seems to do: options that nobody knows, values "
        "that are changed or dropped, sections that are never closed. Each finding is one line, as compilers print it, "
        "with file, line and column. The code is 1 where there is an error, else 0. A warning is about what "
        "multipathd takes, but not as everybody would expect; --strict lets it be an error.",
        epilog=examples(
            "mpath config check",
            "mpath config check --strict new.conf",
            "ssh host cat /etc/multipath.conf | mpath config check -",
        ),
    )
    parser.add_argument("file", nargs="?", metavar="FILE", help="the same as --conf FILE")
    add_files(parser)
    parser.add_argument("--strict", action="store_true", help="let each warning be an error")
    add_output(parser)
    parser.set_defaults(run=check)


def check(args: argparse.Namespace) -> int:
    """Run ``mpath config check``."""
    if args.file is not None and args.conf is not None:
        raise argparse.ArgumentTypeError("FILE and --conf are one; give one of them")
    args.conf = args.conf if args.file is None else args.file
    if args.conf is None and not os.path.lexists(main_file(args)):
        complain(_VERB, f"{main_file(args)} is not there; what is built in holds")
    findings, sources = _findings(args, "strict" if args.strict else "compatible")
    if args.output == "json":
        print_json([finding_record(finding) for finding in findings])
    else:
        print_lines([*finding_lines(findings, sources), _summary(findings)])
    return int(has_errors(findings))


def _findings(args: argparse.Namespace, reading: Reading) -> tuple[tuple[Finding, ...], Sources]:
    """Return all findings, and the lines that they are about where somebody looks."""
    given = [standard_input(args)] if args.conf == STDIN else []
    try:
        configuration = read_documents(given, reading=reading) if given else read_files(args, reading=reading)
    except errors.ConfigError as refusal:
        findings = refusal.findings
    else:
        findings = _in_order(configuration.findings, probe_findings(configuration), reading)
    if not sys.stdout.isatty():
        return findings, {}
    return findings, {document.file: document.lines for document in (*given, *_read_again(findings))}


def _in_order(told: Sequence[Finding], more: Iterable[Finding], reading: Reading) -> tuple[Finding, ...]:
    """Return all findings, each file's by its lines; in the strict reading what is added is an error too."""
    added = [replace(each, severity=Severity.ERROR) if reading == "strict" else each for each in more]
    files = list(dict.fromkeys(finding.file for finding in (*told, *added)))
    return tuple(sorted((*told, *added), key=lambda finding: (files.index(finding.file), finding.line)))


def _read_again(findings: Iterable[Finding]) -> Iterator[Document]:
    for file in dict.fromkeys(finding.file for finding in findings if finding.file != STDIN_NAME):
        with suppress(errors.FileError):  # gone meanwhile: its findings are shown without their lines
            yield read_document(file)


def _summary(findings: Sequence[Finding]) -> Line:
    return (Span(counted(findings), "bold" if findings else "green"),)
