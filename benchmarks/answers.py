"""
What a run found, as values, as JSON on its way out of the guest, and as the sections of ``README.md``.

Nothing here names the machine: neither its name nor its folders, nor the name of its kernel's build.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from .rounds import Spread

FOLDER: Final = Path(__file__).parents[1] / "build/benchmarks"
"""Where a run leaves its files: the answers as JSON, and the binding of the peer."""

_UNITS: Final = (("ns", 1.0), ("µs", 1e3), ("ms", 1e6), ("s", 1e9))
_COMPARED: Final = ("Task", "Where", "Ours", "Peer", "Theirs", "Theirs / ours (middle half)", "Wanted", "Met")
_PARTS: Final = ("Part", "Where", "Median", "Middle half")


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    We and a peer, at the same task.

    Attributes:
        question: The first line of the benchmark's file.
        task: What both did.
        peer: With what the peer did it.
        ours: Our times, ns.
        theirs: The peer's times, ns.
        ratio: Theirs divided by ours, round by round; above 1 we are faster.
        figure: The least ratio that the project wants; ``None`` where it promises nothing.
    """

    question: str
    task: str
    peer: str
    ours: Spread
    theirs: Spread
    ratio: Spread
    figure: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the figure was met."""
        return "" if self.figure is None else "yes" if self.ratio.median >= self.figure else "**no**"


@dataclass(frozen=True, slots=True)
class Part:
    """A time that is there for scale: what the task consists of, or cannot do without."""

    question: str
    name: str
    time: Spread


@dataclass(slots=True)
class Answers:
    """
    All that one run found.

    Attributes:
        place: Where it ran: on the machine, or in a guest of which kernel.
        comparisons: In the order in which they were made.
        parts: Likewise.
    """

    place: str
    comparisons: list[Comparison] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def write(self, file: Path) -> None:
        """Write them as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what `write` wrote."""
        data = json.loads(file.read_text())
        return cls(
            data["place"],
            [Comparison(**_with_spreads(row, "ours", "theirs", "ratio")) for row in data["comparisons"]],
            [Part(**_with_spreads(row, "time")) for row in data["parts"]],
        )


def sections(runs: Sequence[Answers]) -> str:
    """Return what the runs found as Markdown: for each question its comparisons, then the parts, for scale."""
    questions = dict.fromkeys(row.question for run in runs for row in run.comparisons)
    return "\n\n".join(_section(question, runs) for question in questions)


def _section(question: str, runs: Sequence[Answers]) -> str:
    compared = [_compared(row, run.place) for run in runs for row in run.comparisons if row.question == question]
    parts = [_part(row, run.place) for run in runs for row in run.parts if row.question == question]
    texts = [f"## {question}", _table(_COMPARED, compared)]
    if parts:
        texts += ["For scale, what it consists of or comes with:", _table(_PARTS, parts)]
    return "\n\n".join(texts)


def _compared(row: Comparison, place: str) -> tuple[str, ...]:
    ratio = f"{row.ratio.median:.2f} ({row.ratio.low:.2f} to {row.ratio.high:.2f})"
    wanted = "" if row.figure is None else f"{row.figure:g}"
    return row.task, place, _time(row.ours), row.peer, _time(row.theirs), ratio, wanted, row.verdict


def _part(row: Part, place: str) -> tuple[str, ...]:
    return row.name, place, _time(row.time), _between(row.time)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _with_spreads(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**row, **{name: Spread(*row[name]) for name in names}}


def _time(time: Spread) -> str:
    return _shown(time.median, *_unit(time.median))


def _between(time: Spread) -> str:
    unit = _unit(time.median)
    return f"{_shown(time.low, *unit)} to {_shown(time.high, *unit)}"


def _unit(nanoseconds: float) -> tuple[str, float]:
    return next((unit for unit in reversed(_UNITS) if nanoseconds >= unit[1]), _UNITS[0])


def _shown(nanoseconds: float, unit: str, size: float) -> str:
    return f"{nanoseconds / size:.3g} {unit}"
