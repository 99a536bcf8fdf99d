"""``mpath completion``: what a shell needs so that it completes verbs, options, and the names of maps and paths."""

import argparse
from typing import Final

from ...errors import MultipathError
from .manual import Manual, examples

_SHELLS: Final = ("bash", "zsh", "fish")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``completion`` to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "completion",
        formatter_class=Manual,
        description="Print a script for a shell that lets the tab key complete verbs, options, their values, and the "
        "names of the maps and paths that are here. These are read from sysfs: no device is opened, no privilege is "
        "needed.",
        epilog=examples(
            'eval "$(mpath completion bash)"',
            'eval "$(mpath completion zsh)"',
            "mpath completion fish | source",
        ),
    )
    parser.add_argument("shell", choices=_SHELLS, help="the shell")
    parser.set_defaults(run=print_script)


def print_script(args: argparse.Namespace) -> int:
    """
    Run ``mpath completion``.

    Raises:
        MultipathError: argcomplete is not installed.
    """
    try:
        from argcomplete.shell_integration import shellcode  # the extra "cli"
    except ImportError:
        raise MultipathError("completion needs argcomplete, which is not installed; pip install argcomplete") from None
    print(shellcode(["mpath"], shell=args.shell))  # for a shell to read, as it is
    return 0
