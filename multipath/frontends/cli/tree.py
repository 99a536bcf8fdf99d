"""A map as a tree of groups and paths, for people; pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from .columns import column_widths, columns, padded
from .record import GroupRecord, MapRecord, MapTree, PathRecord
from .selector_values import shown_values
from .size import human_size
from .terminal import Line, Span

_BOLD: Final = "bold"
_GOOD: Final = "green"
_BAD: Final = "bold red"
_FAINT: Final = "dim"
_GROUP_STYLES: Final = {"active": _GOOD, "enabled": "", "disabled": "yellow"}
_HEADING: Final = ("NAME", "NODE", "SIZE", "PATHS", "WITHOUT PATHS", "STATE", "UUID")
_SETTLED: Final = ("running", "live")


def tree(record: MapTree) -> list[Line]:
    """Return the lines of one map: the map, its groups, and below each group its paths in columns."""
    widths = column_widths([_cells(path) for group in record["groups"] for path in group["paths"]])
    lines: list[Line] = [_map_line(record)]
    for group in record["groups"]:
        last = group is record["groups"][-1]
        lines.append((Span("└─ " if last else "├─ ", _FAINT), *_group_line(group)))
        for path in group["paths"]:
            edge = "└─ " if path is group["paths"][-1] else "├─ "
            indent = Span(("   " if last else "│  ") + edge, _FAINT)
            lines.append((indent, *padded(_cells(path), widths)))
    return lines


def rows(records: Sequence[MapRecord], *, heading: bool = False) -> list[Line]:
    """Return one line for each map, in columns, and above them their names."""
    return columns([_row(record) for record in records], _HEADING if heading else ())


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
        Span("suspended", "yellow") if record["suspended"] else Span("running", _GOOD),
        Span(record["uuid"] or "-"),
    )


def _path_count(record: MapRecord) -> Span:
    active, total = record["paths_active"], record["paths_total"]
    style = _GOOD if active == total else _BAD
    return Span(f"{active} of {total} paths active", style)
