"""The section of the page on faults and on idleness, and the picture of the reads around a silent failure."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from .failover import LIMIT
from .managers import BUDGET, TUNED

_HEAD: Final = ("Fault", "Where", "Manager", "First new read", "Last stalled read", "Worst read", "Errors")
_IDLE: Final = ("Manager", "Where", "CPU", "Memory")
_SHOWN: Final = {
    "offline": "the path is offline",
    "lost": "commands are lost",
    "held": "the host holds commands",
    "port_down": "the port is down",
    "alua_state": "the port group goes to standby",
    "all_paths": "all paths away for 5 s, from their return",
}
_FAULT: Final = "lost"  # of the picture
_COLOURS: Final = {BUDGET.name: "tab:blue", TUNED.name: "tab:orange"}
_INTRODUCTION: Final = """\
One reader and fresh reads four times a second, on a map of two or four paths; each manager in turn, on the same array
in the same guest. Seconds from the fault. A read that took no longer than 0.2 s did not stall. Nobody waits for longer
than {limit:g} s. `python -m benchmarks.bench_stall` prints how near the computed bound is to the measured worst.

![Every read around the loss of commands: when it began and how long it took](../docs/failover.png)"""
_IDLENESS: Final = """\
100 maps of 4 paths, all well, in a guest without udevd: what the machine's processors did for the whole guest in 40
seconds, less what they did without any manager, in parts of one processor; and the memory of all the manager's
processes, with shared pages divided among those that share them."""

Row = dict[str, Any]


def failover_section(files: Iterable[tuple[str, Path]]) -> str:
    """Return the section on faults; ``files`` are the places and what was written in them."""
    rows = [{"place": place, **row} for place, file in files for row in json.loads(file.read_text())]
    lines = [_line(row) for fault in _SHOWN for row in rows if row["fault"] == fault]
    title = "## How long do applications wait when a path fails, and who shortens it?"
    return "\n\n".join([title, _INTRODUCTION.format(limit=LIMIT), _table(_HEAD, lines)])


def idle_section(place: str, file: Path) -> str:
    """Return the section on idleness."""
    rows = json.loads(file.read_text())
    lines = [(row["manager"], place, f"{row['cpu'] * 100:.2f} %", f"{row['memory']:.1f} MiB") for row in rows]
    title = "## What does a manager cost while nothing happens?"
    return "\n\n".join([title, _IDLENESS, _table(_IDLE, lines)])


def draw(file: Path, picture: Path) -> None:
    """Draw every read around the loss of commands, as each manager let it be."""
    import matplotlib.pyplot as plt  # the extra "plot"

    rows = [row for row in json.loads(file.read_text()) if row["fault"] == _FAULT and row["manager"] in _COLOURS]
    figure, axes = plt.subplots(figsize=(9, 4.5), layout="constrained")
    for row in rows:
        points = [(began, LIMIT if took is None else max(took, 1e-3)) for began, took in row["points"]]
        axes.scatter(*zip(*points, strict=True), s=8, label=row["manager"], color=_COLOURS[row["manager"]])
    axes.axvline(0, color="tab:red", linewidth=1)
    axes.set(
        yscale="log", xlim=(-1, 30), xlabel="when the read began, seconds from the fault", ylabel="how long it took, s"
    )
    axes.set_title("Commands are lost on the path in use: every read")
    axes.legend(loc="upper right")
    figure.savefig(picture, dpi=110)


def _line(row: Row) -> Sequence[str]:
    if row["stuck"]:
        last = worst = f"more than {LIMIT:g} s ({row['stuck']} reads)"
    else:
        last, worst = (_seconds(row[key]) for key in ("last", "worst"))
    first = "none" if row["first"] is None else _seconds(row["first"])
    return _SHOWN[row["fault"]], row["place"], row["manager"], first, last, worst, str(row["failed"])


def _seconds(value: float) -> str:
    return "none stalled" if value == 0 else f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
