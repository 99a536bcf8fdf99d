"""
The command ``mpath``.

Strategy: the table below names each verb, its file and its summary. Only the file of the verb that is run is imported,
so that ``mpath --help`` costs nothing but argparse; one place turns errors into a line and an exit code.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import FileIO, TextIOWrapper
from itertools import pairwise
from typing import Any, Final, NoReturn

from ...errors import MultipathError
from .exit_code import ExitCode, exit_code
from .terminal import WHEN, complain, escaped, trace, trace_errors, use_colours

# The name of the verb: the file that has it, and what it does.
VERBS: Final[dict[str, tuple[str, str]]] = {
    "show": ("show", "the groups and paths of maps, as a tree"),
    "list": ("list", "one line for each map"),
    "watch": ("watch", "every event of every map as it happens"),
    "classify": ("classify", "what block devices are: maps, their paths, partitions, or nothing of it"),
    "explain": ("explain", "everything that decides about a path or a map"),
    "run": ("run", "look after the maps of this machine, as a service in the foreground"),
    "status": ("status", "what the manager that mpath run started knows"),
    "metrics": ("metrics", "what Prometheus is to know: printed, into a file, or over HTTP"),
    "plan": ("plan", "what would be done to have the maps that multipath.conf wants"),
    "apply": ("apply", "let this machine have the maps that multipath.conf wants"),
    "create": ("create", "make a map"),
    "load": ("create", "give a map another table, without losing I/O"),
    "remove": ("remove", "remove maps"),
    "fail": ("paths", "send no I/O down paths of a map"),
    "reinstate": ("paths", "use paths of a map again"),
    "switch": ("switch", "try another group of a map first"),
    "pr": ("reservation", "read and change the persistent reservations of a map"),
    "partitions": ("partitions", "the maps over the partitions of maps: list, add, update, remove"),
    "resize": ("resize", "give maps the size that their units have now"),
    "wait": ("wait", "wait until a map is ready or gone, or until discovery is quiet"),
    "config": ("config", "check multipath.conf, say what holds, and change it"),
    "doctor": ("doctor", "what is wrong with this host's multipath set-up, and what to do about it"),
    "schema": ("schema", "the JSON Schema of what a verb prints with -o json"),
    "simulate": ("simulate", "compare path selectors on a described array, in simulated time"),
    "completion": ("completion", "what lets a shell complete verbs, options, maps and paths"),
    "lab": ("lab", "run a command on a real kernel with virtual arrays"),
    "demo": ("demo", "build a map on a real kernel, lose paths under verified I/O, and clean up"),
}
_TAB: Final = "_ARGCOMPLETE"  # which a shell sets to ask what fits
_EXIT_CODES: Final = "exit codes: 0 ok, 1 error, 2 usage, 3 not found, 4 busy, 5 denied, 6 timeout"


# What a bug says; the traceback is for those who look for it.
_BUG: Final = "this is a fault of mpath itself; --debug tells where, and whoever repairs it wants to see that"


class Parser(argparse.ArgumentParser):
    """A parser that complains in one escaped line, and takes the options that every verb has."""

    def __init__(self, *args: Any, is_bare: bool = False, **options: Any) -> None:
        """Add them; without a default, else that of a verb would hold over what was said before it."""
        super().__init__(*args, **options)
        if is_bare:
            return
        for_all = self.add_argument_group("options of every verb")
        for_all.add_argument(
            "--color", choices=WHEN, default=argparse.SUPPRESS,
            help="auto, without it: on a terminal, as NO_COLOR, FORCE_COLOR and TERM say",
        )  # fmt: skip
        for_all.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help="tell of each error where it came from"
        )

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and exit with the code for usage."""
        self.exit(ExitCode.USAGE, f"{self.prog}: {escaped(message)}; see {self.prog} --help\n")


class _Version(argparse.Action):
    """Print the version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any, **__: Any) -> None:
        """Print it and exit."""
        from importlib.metadata import PackageNotFoundError, version

        try:
            found = version("dm-multipath")
        except PackageNotFoundError:
            found = "(not installed)"
        print(f"mpath {found}")
        parser.exit(ExitCode.OK)


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run ``mpath`` and return its exit code.

    Args:
        argv: The arguments without the program's name; those of this process when absent.

    Raises:
        SystemExit: from argparse, for ``--help`` and faults of usage.
    """
    _open_what_is_closed()
    if _TAB in os.environ:
        import_module(".completed", __package__).complete()
    words = list(sys.argv[1:] if argv is None else argv)
    verb = verb_of(words)
    trace_errors("--debug" in words)
    try:
        args = make_parser(verb, alone=words[:1] == [verb]).parse_args(words)
        trace_errors(getattr(args, "debug", False))
        use_colours(getattr(args, "color", "auto"))
        code = int(args.run(args))
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - here all of them become one line and a code
        trace(error)
        return _failed(verb, error)
    return code


def verb_of(words: Sequence[str]) -> str:
    """
    Return the first word that is no option, and not what ``--color`` is followed by.

    >>> verb_of(["--color", "never", "--debug", "show", "mpatha"])
    'show'
    """
    pairs = pairwise(["", *words])
    return next((word for before, word in pairs if before != "--color" and not word.startswith("-")), "")


def make_parser(verb: str = "", *, alone: bool = False) -> Parser:
    """
    Return the parser of ``mpath``, with the options of ``verb`` alone; the other verbs have names and summaries.

    Args:
        verb: The verb that is run.
        alone: Leave the others out: where the verb is the first word, nobody sees them.
    """
    parser = Parser(prog="mpath", description="Build, watch and change multipath maps.", epilog=_EXIT_CODES)
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    # With the name given, argparse does not ask the terminal for its width to make it up.
    subparsers = parser.add_subparsers(metavar="VERB", required=True, prog=parser.prog)
    own, _ = VERBS.get(verb, ("", ""))
    if own:
        import_module(f".{own}", __package__).add_parser(subparsers)
    for name, (file, summary) in VERBS.items():
        if file != own and not (own and alone):
            subparsers.add_parser(name, help=summary, is_bare=True)
    return parser


def _open_what_is_closed() -> None:
    """
    Give standard streams that the caller closed a descriptor, to which nothing can be written.

    Else the control node could get their number, and Python has no stream to print to.
    """
    fd = os.open(os.devnull, os.O_RDONLY)
    while fd <= 2:
        fd = os.open(os.devnull, os.O_RDONLY)
    os.close(fd)
    sys.stdout = sys.stdout or TextIOWrapper(FileIO(1, "w", closefd=False))
    sys.stderr = sys.stderr or TextIOWrapper(FileIO(2, "w", closefd=False))


def _failed(verb: str, error: BaseException) -> ExitCode:
    if isinstance(error, argparse.ArgumentTypeError):
        complain(verb, str(error))
        return ExitCode.USAGE
    if not isinstance(error, MultipathError | OSError | KeyboardInterrupt):
        complain(verb, f"{type(error).__name__}{f': {error}' if str(error) else ''}; {_BUG}")
        return ExitCode.ERROR
    code = exit_code(error)
    if isinstance(error, OSError) and not isinstance(error, MultipathError):
        # Whatever is still in the buffer cannot be written; the interpreter must not try it again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if code is ExitCode.PIPE_CLOSED:
        return code
    if code is not ExitCode.INTERRUPTED:
        complain(verb, str(error) or type(error).__name__)
    return code


if __name__ == "__main__":
    sys.exit(main())
