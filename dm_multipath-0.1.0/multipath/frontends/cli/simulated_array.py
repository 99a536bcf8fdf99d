"""How a command line describes an array and its load for a simulation."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ...simulation.latency import Latency, Measured, parse_latency
from ...simulation.path import Outage, SimulatedPath
from ...simulation.sizes import SizeMix
from ...simulation.timespan import parse_time
from ...simulation.trace import Trace
from ...simulation.trace_formats import parse_trace
from .size import parse_bytes

PATH_HELP: Final = (
    "a path of the array: fixed:1ms, exp:200us, lognormal:150us/0.4 (median and sigma) or hist:FILE (a latency in ns "
    "and a count on each line), and after commas parallel=8, bandwidth=1GiB, throughput=2, cpus=0-3, count=2"
)
_MOST_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Failure:
    """An outage and the path that it is of, from 1."""

    path: int
    outage: Outage


def parse_paths(text: str) -> list[SimulatedPath]:
    """
    Return the paths of one ``--path``.

    Raises:
        ValueError: another form.

    >>> parse_paths("exp:200us,parallel=8,count=2")[1].parallel
    8
    """
    latency, *options = text.split(",")
    path, count = SimulatedPath(_latency(latency)), 1
    for option in options:
        key, _, value = option.partition("=")
        if key == "count":
            count = whole_number(value)
        elif (change := _OPTIONS.get(key)) is None or not value:
            raise ValueError(
                f"not an option of a path: {option!r}; expected {', '.join(_OPTIONS)} or count, and a value"
            )
        else:
            path = change(path, value)
    return [path] * count


def parse_failure(text: str) -> Failure:
    """
    Return the outage of one ``--fail``: ``path@start-end,error=time``.

    Raises:
        ValueError: another form.

    >>> parse_failure("1@2s-3s,error=500ms").outage.error_after
    500000000
    """
    when, *options = text.split(",")
    path, at, span = when.partition("@")
    start, to, end = span.partition("-")
    if not at or any(not option.startswith("error=") for option in options) or len(options) > 1:
        raise ValueError(f"not a failure: {text!r}; expected path@start-end as 1@2s-3s, and perhaps ,error=30s")
    after = parse_time(options[0].removeprefix("error=")) if options else 0
    return Failure(whole_number(path), Outage(parse_time(start), parse_time(end) if to else None, after))


def with_failures(paths: list[SimulatedPath], failures: list[Failure]) -> list[SimulatedPath]:
    """
    Return the paths with their outages.

    Raises:
        ValueError: an outage of a path that is not there, or two of one path at one time.
    """
    failing = list(paths)
    for failure in sorted(failures, key=lambda failure: failure.outage.start):
        if not 1 <= failure.path <= len(paths):
            raise ValueError(f"--fail names path {failure.path}: there are {len(paths)}, from 1")
        path = failing[failure.path - 1]
        failing[failure.path - 1] = replace(path, outages=(*path.outages, failure.outage))
    return failing


def parse_io_sizes(text: str) -> int | SizeMix:
    """
    Return the sizes of ``--bytes``: one, or a mix with weights.

    Raises:
        ValueError: another form.

    >>> parse_io_sizes("4KiB:70,64KiB:30")
    SizeMix(shares=((4096, 70), (65536, 30)))
    """
    if ":" not in text:
        return parse_bytes(text)
    shares = [share.partition(":") for share in text.split(",")]
    return SizeMix(tuple((parse_bytes(size), whole_number(weight)) for size, _, weight in shares))


def read_trace(name: str) -> Trace:
    """
    Return the load that a file has.

    Raises:
        ValueError: not a trace, or not readable.
    """
    return parse_trace(_text(name))


def whole_number(text: str) -> int:
    """
    Return a number from 1.

    Raises:
        ValueError: another form.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text)):
        raise ValueError(f"not a whole number from 1: {text!r}")
    return int(text)


def parse_cpus(text: str) -> frozenset[int]:
    """
    Return the CPUs of ``0-3+8``.

    Raises:
        ValueError: another form.

    >>> sorted(parse_cpus("0-2+8"))
    [0, 1, 2, 8]
    """
    cpus: set[int] = set()
    for part in text.split("+"):
        first, _, last = part.partition("-")
        numbers = [first, last or first]
        if not all(number.isascii() and number.isdigit() and len(number) <= 5 for number in numbers):
            raise ValueError(f"not numbers of CPUs: {text!r}; expected 0, 0-3 or 0-1+8-9")
        cpus.update(range(int(numbers[0]), int(numbers[1]) + 1))
    if not cpus:
        raise ValueError(f"no CPU in {text!r}")
    return frozenset(cpus)


def _latency(text: str) -> Latency:
    kind, _, name = text.partition(":")
    return Measured.parse(_text(name)) if kind == "hist" else parse_latency(text)


def _text(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise ValueError(f"cannot read {name!r}: {getattr(error, 'strerror', None) or error}") from None


_OPTIONS: Final[dict[str, Callable[[SimulatedPath, str], SimulatedPath]]] = {
    "parallel": lambda path, value: replace(path, parallel=whole_number(value)),
    "bandwidth": lambda path, value: replace(path, bytes_per_second=parse_bytes(value)),
    "throughput": lambda path, value: replace(path, throughput=0 if value == "0" else whole_number(value)),
    "cpus": lambda path, value: replace(path, cpus=parse_cpus(value)),
}
