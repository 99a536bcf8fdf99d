"""What simulations found, as records for JSON and as a table for people; pure."""

from collections.abc import Sequence
from typing import Final, TypedDict

from ...simulation.path import SimulatedPath
from ...simulation.result import PathResult, SimulationResult
from ...simulation.timespan import format_time
from ...simulation.workload import MOST_IOS
from .size import human_size
from .terminal import Line, Span

PERCENTS: Final = (50, 90, 99, 99.9, 100)
_HEAD: Final = ("selector", "I/O per s", "bytes per s", "mean", "p50", "p99", "p99.9", "max", "shares of the paths")
_TEXT_COLUMNS: Final = frozenset({0, 8})
_BEST: Final = "green"
_BOLD: Final = "bold"
_FAINT: Final = "dim"
_BAD: Final = "bold red"


class SimulatedPathRecord(TypedDict):
    """
    One path of one simulated run.

    Attributes:
        latency: The law of its latency, as it was given.
        share: Its share of the I/Os, 0 to 1.
        ios: How many I/Os it ended.
        bytes: How many bytes those had.
        errors: How many of them came back with an error.
        utilisation: The share of the time in which it served; without a limit, how many I/Os at once, on average.
        mean_latency_ns: From the arrival of an I/O to its end.
        mean_queue_time_ns: Of that, until it was its turn in the path.
    """

    latency: str
    share: float
    ios: int
    bytes: int
    errors: int
    utilisation: float
    mean_latency_ns: float
    mean_queue_time_ns: float


class SimulationRecord(TypedDict):
    """
    One simulated run.

    Attributes:
        selector: The selector, with the arguments that it was given.
        seed: Of the random numbers.
        ios: How many I/Os ended.
        unfinished: How many did not.
        retries: How often one came back with an error and was sent again.
        elapsed_ns: How long it took, in simulated time.
        ios_per_second: The rate.
        bytes_per_second: The same in bytes.
        mean_latency_ns: From the arrival of an I/O to its end.
        mean_queue_time_ns: Of that, until it was its turn in its path.
        mean_held_time_ns: Of that, while no path was in use.
        percentiles_ns: The percentiles of the latency: ``"50"``, ``"99.9"``.
        paths: What became of each path.
    """

    selector: str
    seed: int
    ios: int
    unfinished: int
    retries: int
    elapsed_ns: int
    ios_per_second: float
    bytes_per_second: float
    mean_latency_ns: float
    mean_queue_time_ns: float
    mean_held_time_ns: float
    percentiles_ns: dict[str, int]
    paths: list[SimulatedPathRecord]


def result_record(label: str, result: SimulationResult, paths: Sequence[SimulatedPath]) -> SimulationRecord:
    """Return one run as a record; ``label`` is the selector with the arguments that it was given."""
    return SimulationRecord(
        selector=label,
        seed=result.seed,
        ios=result.ios,
        unfinished=result.unfinished,
        retries=result.retries,
        elapsed_ns=result.elapsed,
        ios_per_second=result.ios_per_second,
        bytes_per_second=result.bytes_per_second,
        mean_latency_ns=result.mean_latency,
        mean_queue_time_ns=result.mean_queue_time,
        mean_held_time_ns=result.mean_held_time,
        percentiles_ns={f"{percent:g}": result.percentile(percent) for percent in PERCENTS},
        paths=[
            _path_record(path, found, share)
            for path, found, share in zip(paths, result.paths, result.shares, strict=True)
        ],
    )


def _path_record(path: SimulatedPath, found: PathResult, share: float) -> SimulatedPathRecord:
    return SimulatedPathRecord(
        latency=str(path.latency),
        share=share,
        ios=found.ios,
        bytes=found.nbytes,
        errors=found.errors,
        utilisation=found.utilisation,
        mean_latency_ns=found.mean_latency,
        mean_queue_time_ns=found.mean_queue_time,
    )


def table(records: Sequence[SimulationRecord], duration: int | None = None) -> list[Line]:
    """Return one line for each run, in columns, the least of each latency green; then what went wrong in them."""
    rows = [tuple(Span(name, _FAINT) for name in _HEAD), *_with_best(records)]
    widths = [max(len(row[column].text) for row in rows) for column in range(len(_HEAD))]
    lines: list[Line] = [_aligned(row, widths) for row in rows]
    for record in records:
        lines += [(Span(f"{record['selector']}: {text}", _BAD),) for text in _troubles(record, duration)]
    return lines


def _with_best(records: Sequence[SimulationRecord]) -> list[Line]:
    latencies = [_latencies(record) for record in records]
    least = [min(column) for column in zip(*latencies, strict=True)]
    return [
        (
            Span(record["selector"], _BOLD),
            Span(f"{record['ios_per_second']:,.0f}"),
            Span(human_size(round(record["bytes_per_second"]))),
            *(Span(format_time(time), _BEST if time == best else "") for time, best in zip(times, least, strict=True)),
            Span(" ".join(f"{path['share']:.1%}" for path in record["paths"])),
        )
        for record, times in zip(records, latencies, strict=True)
    ]


def _latencies(record: SimulationRecord) -> list[float]:
    found = record["percentiles_ns"]
    return [record["mean_latency_ns"], found["50"], found["99"], found["99.9"], found["100"]]


def _aligned(row: Line, widths: Sequence[int]) -> Line:
    """Return a row with its numbers to the right, and nothing after the last column."""
    cells = [
        f"{span.text:<{width}}" if column in _TEXT_COLUMNS else f"{span.text:>{width}}"
        for column, (span, width) in enumerate(zip(row, widths, strict=True))
    ]
    cells[-1] = cells[-1].rstrip()
    spans = [Span(cell, span.style) for cell, span in zip(cells, row, strict=True)]
    return tuple(part for span in spans for part in (span, Span("  ")))[:-1]


def _troubles(record: SimulationRecord, duration: int | None) -> list[str]:
    found = []
    if record["retries"]:
        found.append(f"{record['retries']} I/Os came back with an error and were sent again")
    if record["mean_held_time_ns"]:
        held = format_time(record["mean_held_time_ns"] * record["ios"])
        found.append(f"I/Os were held for {held} together, because no path was in use")
    if record["unfinished"] and record["elapsed_ns"] != duration:
        found.append(f"{record['unfinished']} I/Os never ended: every path is down for good")
    if record["ios"] == MOST_IOS and duration is not None:
        found.append(f"ended with I/O {MOST_IOS}, at {format_time(record['elapsed_ns'])} of {format_time(duration)}")
    return found
