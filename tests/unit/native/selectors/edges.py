"""
Traces to places that dice hardly ever reach: each leads two paths to numbers of which the last digit decides.

A path gets I/Os of its own while the other one has failed.
"""

from typing import Final

from multipath._native.selector import END, FAIL, REINSTATE, SELECT, START

from .setups import Setup
from .traces import Step, Trace

_TWO: Final = (("1",), ("1",))
_MILLION: Final = 1 << 20


class Script:
    """Writes a trace for two paths."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def send(self, path: int, *, count: int = 1, nbytes: int = 0, now: int = 0) -> "Script":
        """Send I/Os down a path."""
        self._alone(path, now, [Step(START, 0, nbytes, now)] * count)
        return self

    def serve(self, path: int, took: int, *, now: int = 0) -> "Script":
        """Send an I/O down a path and have it back."""
        begun = len(self.steps) + 1
        self._alone(path, now, [Step(START, 0, 0, now), Step(END, begun, 0, now + took)])
        return self

    def choose(self, now: int = 0, *, nbytes: int = 0) -> "Script":
        """Choose four times: more often than there are paths."""
        self.steps += [Step(SELECT, 0, nbytes, now)] * 4
        return self

    def _alone(self, path: int, now: int, steps: list[Step]) -> None:
        other = 1 - path
        self.steps += [Step(FAIL, other, 0, now), *steps, Step(REINSTATE, other, 0, now)]


def _history(base: int, threshold: int) -> Setup:
    return Setup("historical-service-time", _TWO, (str(base), str(threshold)))


def _serving(first: int, second: int) -> Setup:
    return Setup("service-time", (("1", str(first)), ("1", str(second))))


def _many(first: int, second: int) -> Trace:
    """Averages of 1 and 1.5 ns, which are equal without their fraction, and so many I/Os on each path."""
    return Script().serve(0, 1).serve(1, 2).send(0, count=first).send(1, count=second).choose().steps


EDGES: Final[dict[str, tuple[Setup, Trace]]] = {
    "fewer I/Os than averages lose their fraction for": (_history(512, 0), _many(1023, 1022)),
    "as many as they lose it for": (_history(512, 0), _many(1024, 1023)),
    "as many on the other path": (_history(512, 0), _many(1022, 1024)),
    "as many on both": (_history(512, 0), _many(1024, 1024)),
    "equal averages, threshold 1, one path idle": (_history(972, 1), Script().send(0).choose(5).steps),
    "equal averages, threshold 0, one path idle": (_history(972, 0), Script().send(0).choose(5).steps),
    "an average of 0, threshold 0": (_history(0, 0), Script().serve(0, 0).serve(1, 0).send(0).choose(5).steps),
    "stale times that differ by more than 63 bits": (
        _history(972, 0),
        Script().serve(0, 10, now=2**63 + 100).serve(1, 20, now=5).choose(2**63 + 9).steps,
    ),
    "a threshold of which the product wraps": (
        _history(0, 2**14),
        Script().serve(0, 2**40, now=2**42).serve(1, 2**42).send(0).choose(2**42 + 2**40 + 1).steps,
    ),
    "the smallest size that is compared in units": (
        _serving(41, 4),
        Script().send(1, nbytes=512).choose(nbytes=2**57 - 1 - 512).choose(nbytes=2**57 - 2 - 512).steps,
    ),
    "a size that wraps with what is in flight": (
        _serving(2, 3),
        Script().send(0, nbytes=4096).choose(nbytes=2**64 - 1).choose(nbytes=2**64 - 4096).steps,
    ),
    "a product that wraps": (
        _serving(100, 99),
        Script().send(0, nbytes=2**31 - 1).choose(nbytes=2**57).choose(nbytes=2**63).steps,
    ),
    "a difference that wraps": (
        _serving(1, 1),
        Script().send(0, nbytes=2**31 - 1).send(1, nbytes=2**31 + 1).choose().steps,
    ),
}
"""By what each is about."""

HUGE: Final[dict[str, tuple[Setup, Trace]]] = {
    "a product of I/Os and average that wraps": (
        _history(0, 0),
        Script().serve(0, 2**54).serve(1, 2**54 - 2**12).send(0, count=_MILLION).send(1, count=5).choose().steps,
    ),
}
"""The same, too long for a model."""
