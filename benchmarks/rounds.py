"""
Contenders that take turns, so that whatever disturbs the machine disturbs all of them.

Strategy: a round is one turn of each contender, in an order that rotates from round to round. A ratio is taken within a
round, between turns that are milliseconds apart, and the median of the ratios is what is told; the spread is the middle
half of them. Two things of pytest are kept away from both: its deep stack, on which each call can be dear, by a thread;
and its objects, which the garbage collector would walk through, by putting them out of the collector's sight.
"""

import gc
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from typing import Final, NamedTuple

Turn = Callable[[], float]
"""Runs once or many times, and returns nanoseconds for one time."""

_WARM_UP: Final = 2


class Spread(NamedTuple):
    """A series in three numbers: the median and the middle half."""

    low: float
    median: float
    high: float


def spread(series: list[float]) -> Spread:
    """Return quartiles and median."""
    return Spread(*quantiles(series, n=4))._replace(median=median(series))


def turn(call: Callable[[], object], calls: int = 1) -> Turn:
    """Return the turn of a function that is called ``calls`` times in a row."""

    def timed() -> float:
        steps = range(calls)
        begin = time.perf_counter_ns()
        for _ in steps:
            call()
        return (time.perf_counter_ns() - begin) / calls

    return timed


def interleaved(turns: Mapping[str, Turn], rounds: int) -> dict[str, list[float]]:
    """Return the times of each contender, one for each round, in ns."""
    gc.collect()
    gc.freeze()
    try:
        with ThreadPoolExecutor(1) as shallow:
            return shallow.submit(_take_turns, turns, rounds).result()
    finally:
        gc.unfreeze()


def _take_turns(turns: Mapping[str, Turn], rounds: int) -> dict[str, list[float]]:
    names = list(turns)
    times: dict[str, list[float]] = {name: [] for name in names}
    for number in range(-_WARM_UP, rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            elapsed = turns[name]()
            if number >= 0:
                times[name].append(elapsed)
    return times


def ratios(theirs: list[float], ours: list[float]) -> list[float]:
    """Return how many times longer they took, round by round."""
    return [their / our for their, our in zip(theirs, ours, strict=True)]
