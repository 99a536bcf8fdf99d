"""
We and a peer at the same task, in the rounds of pytest-benchmark.

Strategy: pytest-benchmark times us; set-up and teardown of a round, which it does not time, are the peer's. The peer
takes one turn in each round, before us in one round and after us in the next, by the same timer. So whatever disturbs
the machine disturbs both; a ratio is taken within a round, between turns that are milliseconds apart.
"""

# mypy: untyped-calls-exclude=pytest_benchmark

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any, Final

from pytest_benchmark.fixture import BenchmarkFixture

Call = Callable[[], object]

_WARM_UP: Final = 2
_BESIDE: Final = 5


@dataclass(frozen=True, slots=True)
class Contest:
    """
    The terms.

    Attributes:
        task: What both do.
        peer: With what the peer does it.
        rounds: How often both take a turn.
        calls: How often both are called in one turn.
        each: How often one call does the task.
        figure: The least ratio that the project wants; ``None`` where it promises nothing.
        limit: The most seconds of ours that the project wants, for one task; ``None`` where it promises nothing.
        warm_up: How many rounds do not count.
    """

    task: str
    peer: str
    rounds: int
    calls: int = 1
    each: int = 1
    figure: float | None = None
    limit: float | None = None
    warm_up: int = _WARM_UP

    def hold(self, benchmark: BenchmarkFixture, ours: Call, theirs: Call, before: Call | None = None) -> None:
        """
        Measure, and note the terms and the quartiles, in seconds for one task, as ``extra_info``.

        ``before`` brings the machine to where a turn starts; nobody's time.
        """
        turn, peers, ready = self._turn(theirs), list[float](), before or (lambda: None)

        def peers_turn() -> None:
            run: Any = benchmark.stats
            # Between set-up and teardown the round's time is added: one of the two finds an even number of times.
            if len(run.stats.data) % 2 == 0:
                timer = run.options["timer"]
                ready()
                begin = timer()
                turn()
                peers.append(timer() - begin)
            ready()

        benchmark.pedantic(
            self._turn(ours), setup=peers_turn, teardown=peers_turn, rounds=self.rounds, warmup_rounds=self.warm_up
        )
        self._note(benchmark, peers[-self.rounds :])

    def stand_beside(self, benchmark: BenchmarkFixture, who: str, call: Call, *, each: int) -> None:
        """Note how long someone takes who is out of competition, and does the task ``each`` times in one call."""
        times = []
        for _ in range(_BESIDE):
            begin = perf_counter()
            call()
            times.append((perf_counter() - begin) / each)
        benchmark.extra_info.update(beside=who, besides=median(times))

    def _turn(self, call: Call) -> Callable[[], None]:
        steps = range(self.calls)

        def turn() -> None:
            for _ in steps:
                call()

        return turn

    def _note(self, benchmark: BenchmarkFixture, peers: list[float]) -> None:
        run: Any = benchmark.stats
        ours, theirs = ([time / self.calls / self.each for time in times] for times in (run.stats.data, peers))
        ratios = [their / our for their, our in zip(theirs, ours, strict=True)]
        benchmark.extra_info.update(
            asdict(self), ours=quantiles(ours, n=4), theirs=quantiles(theirs, n=4), ratio=quantiles(ratios, n=4)
        )
