"""Every command line that the README, ``--help`` and the pages show is one that ``mpath`` takes."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.frontends.cli.config_change import parse_change
from multipath.frontends.cli.main import VERBS, make_parser

ROOT = Path(__file__).parents[4]
_ENDS = re.compile(r" (?:\||>|&&) |\s{3,}")  # what follows is the shell's, or another column


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser and those of its verbs."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from parsers(inner)


def of_help() -> Iterator[str]:
    """Yield the examples of every ``--help``."""
    for verb in VERBS:
        for parser in parsers(make_parser(verb)):
            yield from re.findall(r"^  (?:.* \| )?(mpath .*)$", parser.epilog or "", re.MULTILINE)


def of_readme() -> Iterator[str]:
    """Yield the command lines of the README, two columns of them."""
    (block,) = re.findall(r"## The command line\n\n```\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    yield from re.findall(r"mpath (?:\S+ ?)*\S+", block)


def of_table() -> Iterator[str]:
    """Yield the changes of the table in the page about the command line."""
    page = (ROOT / "docs/command-line.md").read_text("utf-8")
    yield from re.findall(r"^\| `((?:set|unset|remove|blacklist) [^`]*)` \|", page, re.MULTILINE)


@pytest.mark.parametrize("line", [*of_help(), *of_readme()])
def test_an_example_is_taken(line: str) -> None:
    """By the parser of its verb."""
    _, *words = shlex.split(_ENDS.split(line)[0])
    args = make_parser(words[0]).parse_args(words)

    if hasattr(args, "change"):
        parse_change(args.change)


@pytest.mark.parametrize("line", [*of_table()])
def test_a_change_of_the_page_is_one(line: str) -> None:
    """Each row of its table."""
    assert parse_change(shlex.split(line)).place


def test_there_are_examples() -> None:
    """Else the tests above would say nothing."""
    assert [len(list(lines)) > 6 for lines in (of_help(), of_readme(), of_table())] == [True, True, True]
