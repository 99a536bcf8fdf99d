"""How a command line says a table: as the kernel's text, or as groups of paths."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from ...units import format_devt
from ...wire.group import PathGroup, TablePath
from ...wire.selectors import SELECTORS, OtherSelector, Selector, ServiceTime
from ...wire.table import MultipathTable
from ...wire.words import MOST_WORDS, Words
from .selection import path_number

T = TypeVar("T")


def argument(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Return ``parse`` for argparse: what it refuses is a fault of usage, told in its own words."""

    def parsed(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return parsed


def add_table(parser: argparse.ArgumentParser) -> None:
    """Add the options of a table."""
    parser.add_argument(
        "--group", action="append", dest="groups", type=parse_group, metavar="PATHS",
        help="one priority group, as sda,8:16,/dev/sdc; the first is tried first",
    )  # fmt: skip
    parser.add_argument(
        "--table", type=argument(MultipathTable.parse), metavar="TEXT", help="all after 'multipath' of a table line"
    )
    parser.add_argument(
        "--selector", type=argument(parse_selector), metavar="S", help="for every group, with its arguments"
    )
    parser.add_argument(
        "--queue-if-no-path", action=argparse.BooleanOptionalAction, help="keep I/O while no path is left"
    )


def parse_group(text: str) -> list[str]:
    """Return the paths of one ``--group``."""
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"a group has an empty name: {text!r}; expected sda,8:16,/dev/sdc")
    return names


def parse_selector(text: str) -> Selector:
    """
    Return the selector of ``--selector``: its name, and its arguments for the group.

    Raises:
        TableError: arguments that it does not take.

    >>> parse_selector("historical-service-time 512").group_words()
    ('512', '0')
    """
    words = Words(text, "path selector")
    name = words.take("the name of a path selector")
    if (known := SELECTORS.get(name)) is None:
        return OtherSelector(name, words.take_some(len(words), "an argument"))
    selector = known.read_group(words, min(len(words), MOST_WORDS))
    words.finish()
    return selector


def new_table(args: argparse.Namespace) -> MultipathTable:
    """
    Return the table of a new map.

    Raises:
        NotFound: a path that is not there.
    """
    if args.table is not None:
        _refuse_mixture(args)
        return _with_queueing(args.table, args.queue_if_no_path)
    groups = groups_of(args.groups or [], args.selector or ServiceTime(), {})
    return _with_queueing(MultipathTable(groups), args.queue_if_no_path)


def changed_table(args: argparse.Namespace, current: MultipathTable) -> MultipathTable:
    """
    Return the table that a map with the table ``current`` is to get: what is not said stays.

    Features, hardware handler, the selector of the first group, and what that selector was told about a path that
    stays, are those of ``current``.
    """
    if args.table is not None:
        _refuse_mixture(args)
        return _with_queueing(args.table, args.queue_if_no_path)
    selector = args.selector or (current.groups[0].selector if current.groups else ServiceTime())
    known = {path.device: path for group in current.groups for path in group.paths}
    names = args.groups or [[path.device for path in group.paths] for group in current.groups]
    table = replace(current, groups=groups_of(names, selector, known), initial_group=1)
    return _with_queueing(table, args.queue_if_no_path)


def groups_of(names: Sequence[Sequence[str]], selector: Selector, known: dict[str, TablePath]) -> tuple[PathGroup, ...]:
    """Return groups of these paths; one in ``known`` keeps its arguments where they suit the selector."""
    return tuple(PathGroup.of([_path(name, selector, known) for name in group], selector) for group in names)


def _path(name: str, selector: Selector, known: dict[str, TablePath]) -> str | TablePath:
    number = format_devt(path_number(name))
    path = known.get(number)
    return path if path is not None and selector.accepts(path.args) else number


def _refuse_mixture(args: argparse.Namespace) -> None:
    if args.groups or args.selector:
        raise argparse.ArgumentTypeError("--table says groups and selectors itself; leave --group and --selector out")


def _with_queueing(table: MultipathTable, queue: bool | None) -> MultipathTable:
    if queue in (None, table.features.queue_if_no_path):
        return table
    return replace(table, features=replace(table.features, queue_if_no_path=bool(queue)))
