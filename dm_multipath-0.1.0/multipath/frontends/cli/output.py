"""The option ``-o``: for people or for programs."""

import argparse


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add ``-o``; ``args.output`` is ``"text"`` or ``"json"``."""
    parser.add_argument("-o", "--output", choices=("text", "json"), default="text", help="%(default)s, or json")
