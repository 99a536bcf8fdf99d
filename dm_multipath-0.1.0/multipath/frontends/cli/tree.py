"""A map as a tree of groups and paths, for people; pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from .record import GroupRecord, MapRecord, MapTree, PathRecord
from .selector_values import shown_values
from .size import human_size
from .terminal import Line, Span

_BOLD: Final = "bold"
_GOOD: Final = "green"
_BAD: Final = "bold red"
_FAINT: Final = "dim"
_GROUP_STYLES: Final = {"active": _GOOD, "enabled": "", "disabled": "yellow"}
_SETTLED: Final = ("running", "live")


def tree(record: MapTree) -> list[Line]:
    """Return the lines of one map: the map, its groups, and below each group its paths in columns."""
    widths = _widths([_cells(path) for group in record["groups"] for path in group["paths"]])
    lines: list[Line] = [_map_line(record)]
    for group in record["groups"]:
        last = group is record["groups"][-1]
        lines.append((Span("└─ " if last else "├─ ", _FAINT), *_group_line(group)))
        for path in group["paths"]:
            edge = "└─ " if path is group["paths"][-1] else "├─ "
            indent = Span(("   " if last else "│  ") + edge, _FAINT)
            lines.append((indent, *_padded(_cells(path), widths)))
    return lines


def rows(records: Sequence[MapRecord]) -> list[Line]:
    """Return one line for each map, in columns."""
    cells = [_row(record) for record in records]
    widths = _widths(cells)
    return [tuple(_padded(row, widths)) for row in cells]


def _map_line(record: MapTree) -> Line:
    uuid = f" ({record['uuid']})" if record["uuid"] else ""
    parts = [record["node"], record["device_number"], human_size(record["size_bytes"])]
    return (
        Span(record["name"], _BOLD),
        Span(f"{uuid} {' '.join(parts)}, "),
        _path_count(record),
        Span(f", {', '.join(_conditions(record))}"),
    )


def _conditions(record: MapTree) -> Iterator[str]:
    yield "queueing" if record["queue_if_no_path"] else "not queueing"
    if record["hardware_handler"]:
        yield f"handler {record['hardware_handler']}"
    if record["suspended"]:
        yield "suspended"
    if record["read_only"]:
        yield "read-only"


def _group_line(group: GroupRecord) -> Line:
    selector = f", {group['selector']}" if group["selector"] else ""
    return Span(f"group {group['number']} "), Span(group["state"], _GROUP_STYLES[group["state"]]), Span(selector)


def _cells(path: PathRecord) -> Line:
    unit = " ".join(filter(None, (path["vendor"], path["model"])))
    device_state = path["device_state"] or "not in sysfs"
    return (
        Span(path["name"] or "?", _BOLD),
        Span(path["device_number"]),
        Span(path["hctl"] or "-"),
        Span(path["state"], _GOOD if path["state"] == "active" else _BAD),
        Span(device_state, "" if device_state in _SETTLED else _BAD),
        Span(f"failed {path['fail_count']}x"),
        Span(shown_values(path["selector_values"]) or "-"),
        Span(unit, _FAINT),
    )


def _row(record: MapRecord) -> Line:
    return (
        Span(record["name"], _BOLD),
        Span(record["node"]),
        Span(human_size(record["size_bytes"])),
        _path_count(record),
        Span("queueing" if record["queue_if_no_path"] else "not queueing"),
        Span("suspended" if record["suspended"] else "running"),
        Span(record["uuid"] or "-"),
    )


def _path_count(record: MapRecord) -> Span:
    active, total = record["paths_active"], record["paths_total"]
    style = _GOOD if active == total else _BAD
    return Span(f"{active} of {total} paths active", style)


def _widths(rows: Sequence[Line]) -> list[int]:
    return [max(len(cell.text) for cell in column) for column in zip(*rows, strict=True)]


def _padded(cells: Line, widths: Sequence[int]) -> Iterator[Span]:
    """Yield the cells, each but the last filled up to the width of its column."""
    *columns, last = zip(cells, widths, strict=True)
    for cell, width in columns:
        yield Span(f"{cell.text:{width}}  ", cell.style)
    yield last[0]
