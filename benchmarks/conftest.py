"""
What every benchmark stands on: the kernel's device-mapper, maps on its array, the peer, and the book of answers.

A benchmark that needs maps needs root and an array that nobody misses; it runs in a guest of the lab only.
"""

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from multipath import Control, Host, MultipathTable, Target
from multipath.lab.guest import inside
from multipath.units import Sectors, format_devt

from .answers import Answers, Comparison, Part
from .libdevmapper import Libdevmapper
from .rounds import Turn, interleaved, ratios, spread

FOLDER: Final = Path(__file__).parents[1] / "build/benchmarks"
_ANSWERS: Final = pytest.StashKey[Answers]()


def pytest_configure(config: pytest.Config) -> None:
    """Open the book."""
    config.stash[_ANSWERS] = Answers(f"guest, Linux {platform.release()}" if inside() else "machine")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write the book, where the run asks for it."""
    file = os.environ.get("MULTIPATH_BENCHMARKS_ANSWERS")
    if file:
        config.stash[_ANSWERS].write(Path(file))


class Task(NamedTuple):
    """One of our contenders: what it does, its turn, and how many times as fast as the peer it should be."""

    name: str
    turn: Turn
    figure: float | None = None


class Survey:
    """
    Measures for one question, and notes the answer.

    Args:
        question: The question.
        answers: The book.
    """

    def __init__(self, question: str, answers: Answers) -> None:
        self._question, self._answers = question, answers

    def compare(self, tasks: Sequence[Task], peer: str, theirs: Turn, *, rounds: int) -> None:
        """Let each of our tasks and the peer take turns."""
        times = interleaved({**{task.name: task.turn for task in tasks}, peer: theirs}, rounds)
        for task in tasks:
            ratio = spread(ratios(times[peer], times[task.name]))
            ours, peers = spread(times[task.name]), spread(times[peer])
            row = Comparison(self._question, task.name, peer, ours, peers, ratio, task.figure)
            self._answers.comparisons.append(row)
            print(f"\n{row.task}: {ratio.median:.2f} times as fast as {peer}", file=sys.stderr)

    def measure(self, parts: dict[str, Turn], *, rounds: int) -> None:
        """Note what the parts cost, for scale."""
        for name, times in interleaved(parts, rounds).items():
            self._answers.parts.append(Part(self._question, name, spread(times)))


@pytest.fixture
def survey(request: pytest.FixtureRequest) -> Survey:
    """The survey of the question on the first line of the benchmark's file."""
    question = (request.module.__doc__ or "").strip().partition("\n")[0]
    assert question.endswith("?"), f"{request.module.__name__} asks nothing on its first line"
    return Survey(question, request.config.stash[_ANSWERS])


@pytest.fixture
def control() -> Iterator[Control]:
    """The guest's device-mapper, with nobody making nodes in ``/dev``."""
    if not inside():
        pytest.skip("needs a guest of the lab: make bench")
    with Control(nodes="none") as control:
        yield control


@pytest.fixture
def libdevmapper() -> Libdevmapper:
    """The peer."""
    return Libdevmapper(FOLDER)


@contextmanager
def made_maps(control: Control, count: int) -> Iterator[list[str]]:
    """Make ``count`` maps over all paths of the array, one group each; yield their names, and remove them."""
    paths = Host(control=control).paths()
    words = " ".join(f"{format_devt(path.devt)} 1" for path in paths)
    table = MultipathTable.parse(f"0 0 1 1 service-time 0 {len(paths)} 1 {words}")
    line = Target(Sectors(0), paths[0].size, "multipath", str(table))
    names = [f"mpath{number:04}" for number in range(count)]
    try:
        for number, name in enumerate(names):
            control.create(name, uuid=f"mpath-3600000000000000000000000{number:08}")
            control.load(name, [line])
            control.resume(name)
        yield names
    finally:
        for entry in control.devices():
            control.remove(entry)
