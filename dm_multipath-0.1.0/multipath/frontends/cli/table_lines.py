"""
The table of a map for people: its head, its groups, one line a path; and what changes between two of them; pure.

Strategy: two tables are compared line by line, so each fact stands in a line of its own, and what the kernel prints
otherwise than it was given stands in none: else every reload would seem to change what it does not.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...wire.group import PathGroup, TablePath
from ...wire.table import MultipathTable
from .diff import mark_style, marked
from .terminal import Line, Span

# The kernel's name of each device number, where there is such a device.
Names = Mapping[str, str]


def table_lines(table: MultipathTable, names: Names) -> list[str]:
    """Return the lines of a table."""
    lines = _head(table)
    for number, group in enumerate(table.groups, start=1):
        lines += [f"group {number}, {_selector(group)}", *(f"  {_path(group, path, names)}" for path in group.paths)]
    return lines


def changed_lines(old: MultipathTable | None, new: MultipathTable, names: Names) -> Iterator[Line]:
    """Yield the lines of both tables, each with its mark: what goes, what comes, what stays."""
    before = [] if old is None else table_lines(_as_given(old, new), names)
    for mark, line in marked(before, table_lines(new, names)):
        yield (Span(f"{mark} {line}", mark_style(mark)),)


def _as_given(old: MultipathTable, new: MultipathTable) -> MultipathTable:
    """Return the old table with the head of the new one, where a load would change nothing in it."""
    head = replace(new, groups=old.groups, initial_group=old.initial_group)
    return head if head.same_as(old, queueing="exact") else old


def _head(table: MultipathTable) -> list[str]:
    words = " ".join(table.features.words())
    handler = " ".join(table.handler.words()) if table.handler else ""
    return [*([f"features {words}"] if words else []), *([f"handler {handler}"] if handler else [])]


def _selector(group: PathGroup) -> str:
    return " ".join((group.selector.name, *group.selector.effective_group()))


def _path(group: PathGroup, path: TablePath, names: Names) -> str:
    selector = group.selector
    usual = selector.effective_args(path.args) == selector.effective_args(selector.default_args())
    args = [] if usual else [f"({' '.join(path.args.words())})"]
    return " ".join([names.get(path.device, "?"), path.device, *args])
