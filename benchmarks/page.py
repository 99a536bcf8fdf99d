"""
``README.md``, made of the JSON of pytest-benchmark.

Nothing on it names the machine: neither its name nor its folders, nor the name of its kernel's build.
"""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

_TEXT: Final = """\
# Benchmarks

One question per file, each against the best other way to answer it. `make bench` asks them all, by pytest-benchmark,
and writes this page; it needs no root.

Before anything is timed, both sides must have given the same answer. Then they take turns, in one process on one
kernel, so that what disturbs the machine disturbs both; a ratio is taken within each round, and the median of the
ratios is told with its middle half. A benchmark never fails for being slow: a figure that is not met is shown as such.

{sections}

A guest is user-mode Linux, in which a system call takes many times as long as on the machine; so does a new process.

{foot}
"""
_COMPARED: Final = ("Task", "Where", "Ours", "Peer", "Theirs", "Theirs / ours (middle half)", "Wanted", "Met")
_PARTS: Final = ("Part", "Where", "Median", "Middle half")
_UNITS: Final = (("ns", 1e-9), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0))

Row = dict[str, Any]


def page(files: Sequence[Path], more: Sequence[str], foot: str) -> str:
    """
    Return the page.

    Args:
        files: For each question what was compared, then the parts, for scale.
        more: Sections of other forms.
        foot: What tells of the run.
    """
    rows = [row for file in files for row in _rows(file)]
    questions = dict.fromkeys(row["group"] for row in rows)
    sections = (_section(question, [row for row in rows if row["group"] == question]) for question in questions)
    return _TEXT.format(sections="\n\n".join([*sections, *more]), foot=foot)


def _rows(file: Path) -> list[Row]:
    """Return what is told of each benchmark of one place, in one dictionary each."""
    run = json.loads(file.read_text())
    return [{**run["machine_info"], **row, **row["extra_info"]} for row in run["benchmarks"]]


def _section(question: str, rows: Sequence[Row]) -> str:
    compared = [row for row in rows if "peer" in row and "column" not in row]
    texts = [f"## {question}", *_matrix([row for row in rows if "column" in row])]
    if compared:
        texts.append(_table(_COMPARED, [_compared(row) for row in compared]))
    parts = [_part(row) for row in rows if "peer" not in row]
    if parts:
        texts += ["For scale, what it consists of or comes with:", _table(_PARTS, parts)]
    return "\n\n".join(texts)


def _matrix(rows: Sequence[Row]) -> list[str]:
    """Return how a cell is read, and one table of what was compared in several columns; nothing of no rows."""
    if not rows:
        return []
    columns, tasks = (dict.fromkeys(row[key] for row in rows) for key in ("column", "task"))
    cells = {(row["task"], row["column"]): _cell(row) for row in rows}
    wanted = dict.fromkeys(f"{row['figure']:.2f} at {row['column']}" for row in rows if row["figure"])
    legend = (
        f"In each cell: ours; {rows[0]['peer']}, and how many times ours that is; {rows[0]['beside']}. "
        f"Wanted: {', '.join(wanted)}; what is not met is **bold**. On the {rows[0]['place']}."
    )
    return [
        legend,
        _table(("Task", *columns), [(task, *(cells[task, column] for column in columns)) for task in tasks]),
    ]


def _cell(row: Row) -> str:
    ratio = row["ratio"][1]
    shown = f"{ratio:.2f}" if not row["figure"] or ratio >= row["figure"] else f"**{ratio:.2f}**"
    return f"{_time(row['ours'][1])}; {_time(row['theirs'][1])} ({shown}); {_time(row['besides'])}"


def _compared(row: Row) -> tuple[str, ...]:
    low, ratio, high = row["ratio"]
    ours, theirs = _time(row["ours"][1]), _time(row["theirs"][1])
    told = f"{ratio:.2f} ({low:.2f} to {high:.2f})"
    return row["task"], row["place"], ours, row["peer"], theirs, told, *_wanted(row)


def _wanted(row: Row) -> tuple[str, str]:
    """Return what the project wants, a ratio or a time, and whether it is so."""
    if (limit := row["limit"]) is not None:
        return f"ours at most {_time(limit)}", "yes" if row["ours"][1] <= limit else "**no**"
    if (figure := row["figure"]) is not None:
        return f"{figure:g}", "yes" if row["ratio"][1] >= figure else "**no**"
    return "", ""


def _part(row: Row) -> tuple[str, ...]:
    stats = row["stats"]
    return row["task"], row["place"], _time(stats["median"]), f"{_time(stats['q1'])} to {_time(stats['q3'])}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))


def _time(seconds: float) -> str:
    unit, size = next((unit for unit in reversed(_UNITS) if seconds >= unit[1]), _UNITS[0])
    return f"{seconds / size:.3g} {unit}"
