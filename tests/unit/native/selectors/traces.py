"""
What happens to a selector, step by step: drawn by hypothesis, thrown by dice, or read from a file.

A trace can be replayed in one call by ours and by a kernel's, and played one call at a time on a model.
"""

import random
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from hypothesis import strategies as st

from multipath._native.selector import END, FAIL, REINSTATE, SELECT, START

from .models import NO_PATH
from .setups import Setup, Single, mask, plain

U64: Final = 2**64
WORDS: Final = {"select": SELECT, "start": START, "end": END, "fail": FAIL, "reinstate": REINSTATE}

# Sizes round which the arithmetic of service-time changes, and times round which that of historical-service-time does.
_SIZES: Final = (0, 512, 4096, 1 << 20, 2**31 - 1, 2**31, 2**32 - 1, 2**57 - 1, 2**57, 2**63, U64 - 1)
_DELAYS: Final = (0, 1, 1000, 10**6, 2**24 - 1, 2**24, 2**30, 2**54, U64 - 1, U64 - 10**6)

_ODD: Final = 0.01  # how often a number of a wild trace is one of these


class Replaying(Protocol):
    """What can be given a whole trace: ours, and a kernel's."""

    def replay(
        self, ops: bytes, args: "array[int]", nbytes: "array[int]", now: "array[int]", out: "array[int]"
    ) -> None:
        """Do all steps."""


@dataclass(frozen=True, slots=True)
class Step:
    """
    One step.

    Attributes:
        op: What to do, of `WORDS`.
        arg: Of a choice the CPU, of an end the step that started, else the path.
        nbytes: Of a choice the size.
        now: The time.
    """

    op: int
    arg: int
    nbytes: int
    now: int


Trace = Sequence[Step]


def replayed(trace: Trace, selector: Replaying) -> list[int]:
    """Return the paths of all steps."""
    out = array("i", bytes(4 * len(trace)))
    columns = (array("q", [s.arg for s in trace]), array("Q", [s.nbytes for s in trace]))
    selector.replay(bytes([s.op for s in trace]), *columns, array("Q", [s.now for s in trace]), out)
    return out.tolist()


def played(trace: Trace, selector: Single) -> Iterator[int]:
    """Yield the path of each step, after it was done."""
    paths: list[int] = []
    for step in trace:
        paths.append(_play(trace, step, selector, paths))
        yield paths[-1]


def _play(trace: Trace, step: Step, selector: Single, paths: Sequence[int]) -> int:
    if step.op in (FAIL, REINSTATE):
        (selector.fail if step.op == FAIL else selector.reinstate)(step.arg)
        return step.arg
    if step.op == END:
        started, path = trace[step.arg], paths[step.arg]
        if path != NO_PATH:
            selector.end_io(path, started.nbytes, started.now, step.now)
        return path
    path = selector.select(step.nbytes, step.now, step.arg)
    if step.op == START and path != NO_PATH:
        selector.start_io(path, step.nbytes)
    return path


class Dice:
    """
    Makes steps that can be done of any numbers.

    Args:
        setup: Whose paths and CPUs they are about.
    """

    def __init__(self, setup: Setup) -> None:
        self.n_paths, self.n_cpus = len(setup.paths), len(setup.nodes)
        self.steps: list[Step] = []
        self.open: list[int] = []

    def add(self, op: int, number: int, nbytes: int, now: int) -> None:
        """Add a step; ``number`` says of which CPU, I/O or path, counted round and round."""
        if op == END and not self.open:
            op = START
        if op == END:
            arg = self.open.pop(number % len(self.open))
        else:
            arg = number % (self.n_paths if op in (FAIL, REINSTATE) else self.n_cpus)
        if op == START:
            self.open.append(len(self.steps))
        self.steps.append(Step(op, arg, nbytes, now % U64))


@st.composite
def setups(draw: st.DrawFn, name: str) -> Setup:
    """Return a selector with any arguments."""
    n_paths = draw(st.integers(1, 9))
    if name == "service-time":
        throughputs = st.one_of(st.sampled_from((0, 1, 2, 100)), st.integers(0, 100))
        return Setup(name, tuple(("1", str(draw(throughputs))) for _ in range(n_paths)))
    if name == "historical-service-time":
        threshold = st.one_of(st.sampled_from((0, 1, 2, 2**32 - 1)), st.integers(0, 2**32 - 1))
        weight = st.one_of(st.just(972), st.integers(0, 1023))
        return Setup(name, (("1",),) * n_paths, (str(draw(weight)), str(draw(threshold))))
    if name == "io-affinity":
        return draw(_affinities(n_paths))
    return Setup(name, (("1",),) * n_paths)


@st.composite
def _affinities(draw: st.DrawFn, n_paths: int) -> Setup:
    """Every path gets a CPU of its own, and what masks have beside it may belong to others, or to no CPU at all."""
    cpus = draw(st.integers(n_paths, n_paths + 40))
    own = draw(st.permutations(range(cpus)))[:n_paths]
    nodes = draw(st.lists(st.integers(0, 3), min_size=cpus, max_size=cpus))
    masks = []
    for place, cpu in enumerate(own):
        reserved = sum(1 << other for other in own[place + 1 :])
        masks.append((mask((draw(st.integers(0, 2**70)) & ~reserved) | 1 << cpu),))
    return Setup("io-affinity", tuple(masks), nodes=tuple(nodes))


_OPS: Final = (SELECT, START, START, START, END, END, FAIL, REINSTATE)


@st.composite
def cases(draw: st.DrawFn, name: str) -> tuple[Setup, Trace]:
    """Return a selector, and what happens to it: time runs on, stands, or leaps back."""
    setup, now = draw(setups(name)), draw(st.sampled_from((10**12, 0, 2**63, U64 - 10**9)))
    # Both are drawn once for the trace, so that many traces have ordinary numbers only and get somewhere with them.
    sizes = st.sampled_from(draw(st.sampled_from((_SIZES[:3], _SIZES)))) | st.integers(0, 2**20)
    delays = st.sampled_from(draw(st.sampled_from((_DELAYS[:7], _DELAYS)))) | st.integers(0, 2**30)
    length, dice = draw(st.sampled_from((3, 10, 30, 100))), Dice(setup)
    step = st.tuples(st.sampled_from(_OPS), st.integers(0, 2**10), sizes, delays)
    for op, number, nbytes, delay in draw(st.lists(step, min_size=length, max_size=length)):
        now += delay
        dice.add(op, number, nbytes, now)
    return setup, dice.steps


def thrown(setup: Setup, steps: int, seed: int, *, ends: float, wild: bool = False) -> Trace:
    """
    Return a long trace.

    Args:
        setup: Whose paths and CPUs it is about.
        steps: How many there are.
        seed: The same trace for the same number.
        ends: How often an I/O ends for each that starts: below 1 they pile up.
        wild: Whether sizes and times come along that no machine has.
    """
    chance, dice, now = random.Random(seed), Dice(setup), 10**9
    sizes, weights = (0, 512, 4096, 65536, 1 << 20), (2, 100, 100 * ends, 1, 1)
    for op in chance.choices((SELECT, START, END, FAIL, REINSTATE), weights, k=steps):
        now += int(chance.expovariate(1 / chance.choice((100, 10**5, 10**8))))
        odd = wild and chance.random() < _ODD
        now += chance.choice(_DELAYS) if odd else 0
        dice.add(op, chance.getrandbits(20), chance.choice(_SIZES if odd else sizes), now)
    return dice.steps


def uneven(name: str, n_paths: int, seed: int) -> Setup:
    """Return a selector whose paths differ, with arguments that follow from the seed."""
    chance = random.Random(seed)
    if name == "service-time":
        return Setup(name, tuple(("1", str(chance.choice((0, 1, 2, 50, 100)))) for _ in range(n_paths)))
    if name == "historical-service-time":
        group = chance.choice((972, 0, 1, 512, 1023)), chance.choice((0, 1, 2, 10, 2**32 - 1))
        return Setup(name, (("1",),) * n_paths, tuple(map(str, group)))
    if name == "io-affinity":
        cpus = 2 * n_paths
        own = chance.sample(range(cpus), n_paths)
        masks = [(mask(1 << cpu),) for cpu in own]
        return Setup(name, tuple(masks), nodes=tuple(chance.randrange(4) for _ in range(cpus)))
    return plain(name, n_paths)


def lines(trace: Trace, paths: Sequence[int]) -> list[str]:
    """Return a trace as text, with the path of each step; inverse of `parse_lines`."""
    names = {op: word for word, op in WORDS.items()}
    return [f"{names[s.op]} {s.arg} {s.nbytes} {s.now} {path}" for s, path in zip(trace, paths, strict=True)]


def parse_lines(text: Sequence[str]) -> tuple[Trace, list[int]]:
    """Return the trace and the paths."""
    words = [line.split() for line in text]
    numbers = [[int(number) for number in rest] for _, *rest in words]
    steps = [Step(WORDS[word], *row[:3]) for (word, *_), row in zip(words, numbers, strict=True)]
    return steps, [row[3] for row in numbers]
