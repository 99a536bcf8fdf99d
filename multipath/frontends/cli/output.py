"""The options ``-o`` and ``--watch``: for people or for programs, once or from now on."""

import argparse


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add ``-o``; ``args.output`` is ``"text"`` or ``"json"``."""
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", help="%(default)s, or json")


def add_watch(parser: argparse._ActionsContainer, *others: str) -> None:
    """Add ``--watch``, and other names of it; a verb imports what draws only where it is asked for."""
    parser.add_argument(
        "--watch",
        *others,
        action="store_true",
        help="stay, and keep it up to date as events come, until Ctrl-C: in place on a terminal; elsewhere printed "
        "again for each change, with -o json one object a line",
    )
