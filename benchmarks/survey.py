"""Measures for one question and notes the answer."""

import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from .answers import Answers, Comparison, Part
from .rounds import Turn, interleaved, ratios, spread


class Task(NamedTuple):
    """One of our contenders: what it does, its turn, and how many times as fast as the peer it should be."""

    name: str
    turn: Turn
    figure: float | None = None


class Survey:
    """
    The survey of one question.

    Args:
        question: The question.
        answers: What the answers are added to.
    """

    def __init__(self, question: str, answers: Answers) -> None:
        self._question, self._answers = question, answers

    def compare(self, tasks: Sequence[Task], peer: str, theirs: Turn, *, rounds: int) -> None:
        """Let each of our tasks and the peer take turns."""
        times = interleaved({**{task.name: task.turn for task in tasks}, peer: theirs}, rounds)
        for task in tasks:
            ratio = spread(ratios(times[peer], times[task.name]))
            ours, peers = spread(times[task.name]), spread(times[peer])
            self._answers.comparisons.append(
                Comparison(self._question, task.name, peer, ours, peers, ratio, task.figure)
            )
            print(f"\n{task.name}: {ratio.median:.2f} times as fast as {peer}", file=sys.stderr)

    def measure(self, parts: Mapping[str, Turn], *, rounds: int) -> None:
        """Note what the parts cost, for scale."""
        for name, times in interleaved(parts, rounds).items():
            self._answers.parts.append(Part(self._question, name, spread(times)))
