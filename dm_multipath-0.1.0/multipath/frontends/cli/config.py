"""``mpath config``: what multipath.conf says, whether it is right, and a change of it."""

import argparse

from . import config_check, config_edit, config_effective, config_show


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``config`` and its own verbs to the parser of ``mpath``."""
    parser = subparsers.add_parser(
        "config",
        description="Read multipath.conf as multipathd does, and say what it means; or change a line of it and nothing "
        "else.",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    config_check.add_parser(verbs)
    config_show.add_parser(verbs)
    config_effective.add_parser(verbs)
    config_edit.add_parser(verbs)
