"""Which files of the configuration a verb reads: the machine's own, others, or what comes in."""

import argparse
import errno
import os
import sys
from typing import Final

from ... import errors
from ...config import files
from ...config.configuration import Configuration, Reading
from ...config.finding import Severity
from ...config.reader import read_documents
from ...config.tree import Document
from .findings import counted
from .terminal import complain

STDIN: Final = "-"
STDIN_NAME: Final = "<stdin>"
_NO_FOLDER: Final = ""


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add ``--conf`` and ``--conf-dir``."""
    parser.add_argument(
        "--conf", metavar="FILE",
        help=f"read this file, - for standard input, in place of {files.CONF}; without --conf-dir it stands alone",
    )  # fmt: skip
    parser.add_argument("--conf-dir", metavar="DIR", help=f"read the *.conf of this folder, in place of {files.FOLDER}")


def read_files(args: argparse.Namespace, *, reading: Reading = "compatible") -> Configuration:
    """
    Return the configuration that the options name.

    Raises:
        FileError: a file that was named is not there, or cannot be read.
        ConfigError: it cannot be used.
    """
    if args.conf == STDIN:
        return read_documents([standard_input(args)], reading=reading)
    if args.conf is not None and not os.path.lexists(args.conf):
        raise errors.FileError(errno.ENOENT, "reading the configuration", args.conf)
    return files.load(main_file(args), _folder(args), reading=reading)


def usable_files(verb: str, args: argparse.Namespace) -> Configuration:
    """
    Return the configuration for a verb that acts on it, and tell in one line of errors in it.

    Raises:
        FileError: a file that was named is not there, or cannot be read.
        ConfigError: it cannot be used.
    """
    configuration = read_files(args)
    wrong = [finding for finding in configuration.findings if finding.severity is Severity.ERROR]
    if wrong:
        complain(verb, f"the configuration has {counted(wrong)}, the first is {wrong[0]}; see mpath config check")
    return configuration


def main_file(args: argparse.Namespace) -> str:
    """Return the main file."""
    return files.CONF if args.conf is None else str(args.conf)


def _folder(args: argparse.Namespace) -> str:
    if args.conf_dir is not None:
        return str(args.conf_dir)
    return files.FOLDER if args.conf is None else _NO_FOLDER


def standard_input(args: argparse.Namespace) -> Document:
    """Return what comes in as a file."""
    if args.conf_dir is not None:
        raise argparse.ArgumentTypeError("standard input stands alone; leave --conf-dir out")
    return Document.parse(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"), STDIN_NAME)
