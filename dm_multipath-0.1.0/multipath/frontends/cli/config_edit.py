"""``mpath config edit``: change one thing in multipath.conf, and nothing else."""

import argparse
import os
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

from ... import errors
from ...config.files import CONF, FOLDER, read_document, save
from ...config.finding import Finding, Severity
from ...config.reader import read_documents
from ...config.tree import Document
from .config_change import FORMS, Change, parse_change, with_revision
from .configuration import STDIN, main_file, read_files
from .diff import unified
from .exit_code import ExitCode
from .manual import Manual, examples
from .terminal import Span, complain, print_lines

_VERB = "config edit"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``edit`` to the parser of ``mpath config``."""
    parser = subparsers.add_parser(
        "edit",
        help="change one thing in it, and nothing else",
        formatter_class=Manual,
        description="Change one thing in a configuration file: every other byte of it stays, comments and blanks too. "
        "What changes is printed, and written in one step: the file is the old one or the new one at any moment. A "
        "change that would leave the file with errors that it does not have is refused. Where it changes nothing, "
        "nothing is written.\nCHANGE is one of:\n" + "\n".join(f"  {form}" for form in FORMS),
        epilog=examples(
            "mpath config edit set defaults polling_interval 10",
            "mpath config edit --dry-run set device NETAPP LUN no_path_retry queue",
            "mpath config edit set multipath 3600508b400105e210000900000490000 alias data1",
            "mpath config edit blacklist add devnode '^sdb$'",
        ),
    )
    parser.add_argument("change", nargs="+", metavar="CHANGE", help="what is to change, in the words above")
    parser.add_argument(
        "--revision", metavar="R", help="for a device: the entry with this revision; else the one without any"
    )
    parser.add_argument("--conf", metavar="FILE", help=f"the file to change, made where it is not; {CONF}")
    parser.add_argument(
        "--conf-dir", metavar="DIR", help=f"the folder whose files are read later, and may win; {FOLDER}"
    )
    parser.add_argument("--dry-run", action="store_true", help="only print what would change")
    parser.add_argument("--force", action="store_true", help="also where the result has errors")
    parser.set_defaults(run=edit)


def edit(args: argparse.Namespace) -> int:
    """Run ``mpath config edit``."""
    change, file = parse_change(args.change), main_file(args)
    if args.revision is not None:
        change = with_revision(change, args.revision)
    if file == STDIN:
        raise argparse.ArgumentTypeError("standard input cannot be changed; give a file")
    old = read_document(file) if os.path.lexists(file) else Document.parse("", file)
    new = change.of(old)
    if not _is_bearable(old, new, force=args.force):
        return ExitCode.ERROR
    diff = unified(str(old), str(new), file)
    if diff and not args.dry_run:
        save(new, file)
        _tell_who_wins(change, args)
    print_lines(diff or [(Span("nothing changes"),)])
    return ExitCode.OK


def _is_bearable(old: Document, new: Document, *, force: bool) -> bool:
    """Tell whether the file may become so, and of each error that it would get."""
    known = Counter(finding.code for finding in _errors_of(old))
    worse = Counter(finding.code for finding in _errors_of(new)) - known
    for finding in _errors_of(new):
        if finding.code in worse:
            complain(_VERB, str(finding))
    if worse and not force:
        complain(_VERB, "nothing was written: the file would have errors that it does not have; --force writes it")
    return force or not worse


def _errors_of(document: Document) -> list[Finding]:
    try:
        findings: Iterable[Finding] = read_documents([document]).findings
    except errors.ConfigError as refusal:
        findings = refusal.findings
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _tell_who_wins(change: Change, args: argparse.Namespace) -> None:
    """Tell where a file that is read later sets the same again."""
    if change.act != "set" or change.place.matches:
        return
    with suppress(errors.MultipathError):  # the other files can have any fault
        configuration = read_files(args)
        settings = configuration.defaults if change.place.section == "defaults" else configuration.overrides
        setting = settings.get(change.option)
        if setting is not None and setting.origin.file != main_file(args):
            complain(_VERB, f"{setting.origin} sets {change.option} to {setting.text!r}, is read later, and wins")
