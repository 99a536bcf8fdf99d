"""
What does one path choice cost, per selector and path count, beside the kernel's own compiled C?

The peer is the selector's source in Linux 6.1, compiled as the kernel is, with locks that lock, and driven by the same
loop in C; ``tests/unit/native/selectors/oracle`` builds it. Both are called once for many I/Os, and the time is that of
one. The kernel takes its lock for each choice and each counter; ours is held for 256 I/Os, as in every batch. The
readable model in Python stands beside. A call from Python has a peer of its own: a method that does nothing.
"""

from array import array
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Selector
from multipath._native.selector import END, START
from multipath.lab.guest import inside
from tests.unit.native.selectors.models import Model
from tests.unit.native.selectors.oracle.library import KernelSelector
from tests.unit.native.selectors.oracle.sources import ALWAYS
from tests.unit.native.selectors.setups import NAMES, plain

from .contest import Contest

_PATHS: Final = (2, 4, 8, 32, 64)
_WITH_FIGURES: Final = (4, 32)
_AT_MOST: Final = 1.2  # times what the kernel's C takes
_SLOWEST_CALL: Final = 2.5  # times what a method in Python takes that does nothing
_PEER: Final = f"the kernel's C, Linux {ALWAYS}"
_ROUNDS: Final = 60
_IOS: Final = 10_000
_CALLS: Final = 10_000
_BY_MODEL: Final = 500
_IN_FLIGHT: Final = 2  # I/Os for each path
_STEP: Final = 500  # ns between two steps

pytestmark = pytest.mark.skipif(inside(), reason="nothing of it depends on the kernel: asked on the machine alone")


class _Columns(NamedTuple):
    """A trace, as `Selector.replay` takes it."""

    ops: bytes
    args: "array[int]"
    nbytes: "array[int]"
    now: "array[int]"


@pytest.mark.parametrize("n_paths", _PATHS)
@pytest.mark.parametrize("name", NAMES)
def test_choice(name: str, n_paths: int, benchmark: BenchmarkFixture) -> None:
    """The choice alone, again and again, with nothing on its way."""
    ours, theirs, model = _three(name, n_paths)
    sizes, times = array("Q", [4096]) * _IOS, array("Q", range(0, _IOS * _STEP, _STEP))
    out, other = array("i", [0]) * _IOS, array("i", [0]) * _IOS

    def choose() -> None:
        ours.select_batch(sizes, times, out)

    def let_choose() -> None:
        theirs.select_batch(sizes, times, other)

    def choose_slowly() -> None:
        for size, time in zip(sizes[:_BY_MODEL], times, strict=False):
            model.select(size, time)

    choose()
    let_choose()
    assert out == other

    _hold(benchmark, f"{name}: choose", n_paths, choose, let_choose, choose_slowly)


@pytest.mark.parametrize("n_paths", _PATHS)
@pytest.mark.parametrize("name", NAMES)
def test_whole_io(name: str, n_paths: int, benchmark: BenchmarkFixture) -> None:
    """Choice, start and end of an I/O, with two on their way down each path."""
    ours, theirs, model = _three(name, n_paths)
    trace, depth = _whole_ios(n_paths * _IN_FLIGHT), n_paths * _IN_FLIGHT
    out, other = array("i", [0]) * len(trace.ops), array("i", [0]) * len(trace.ops)

    def run() -> None:
        ours.replay(*trace, out)

    def let_run() -> None:
        theirs.replay(*trace, other)

    run()
    let_run()
    assert out == other
    assert ours.status() == theirs.status()

    _hold(benchmark, f"{name}: choose, start, end", n_paths, run, let_run, lambda: _run_slowly(model, depth))


@pytest.mark.parametrize("name", NAMES)
def test_call_from_python(name: str, benchmark: BenchmarkFixture) -> None:
    """One `Selector.select`, with its arguments checked and its lock taken."""
    selector, nothing = plain(name, 4).native(), _Nothing()
    assert 0 <= selector.select(4096) < selector.n_paths

    contest = Contest(
        f"`Selector.select` of {name}, 4 paths",
        "an empty method in Python",
        rounds=_ROUNDS,
        each=_CALLS,
        figure=1 / _SLOWEST_CALL,
    )
    contest.hold(benchmark, lambda: _call(selector), lambda: _call(nothing))


class _Nothing:
    """What Python itself takes for a call."""

    def select(self, nbytes: int) -> None:
        """Do nothing."""


def _call(selector: Any) -> None:
    for _ in range(_CALLS):
        selector.select(4096)


def _three(name: str, n_paths: int) -> tuple[Selector, KernelSelector, Model]:
    setup = plain(name, n_paths)
    return setup.native(), setup.kernel(ALWAYS), setup.model()


def _whole_ios(depth: int) -> _Columns:
    """Return a trace of many I/Os, each of which ends when ``depth`` others have started behind it."""
    ops, args, going = bytearray(), array("q"), deque[int]()
    for _ in range(_IOS):
        going.append(len(ops))
        ops.append(START)
        args.append(0)
        if len(going) > depth:
            ops.append(END)
            args.append(going.popleft())
    for step in going:
        ops.append(END)
        args.append(step)
    steps = len(ops)
    return _Columns(bytes(ops), args, array("Q", [4096]) * steps, array("Q", range(0, steps * _STEP, _STEP)))


def _run_slowly(model: Model, depth: int) -> None:
    going, now = deque[tuple[int, int]](), 0
    for _ in range(_BY_MODEL):
        now += 2 * _STEP
        path = model.select(4096, now)
        model.start_io(path, 4096)
        going.append((path, now))
        if len(going) > depth:
            path, start = going.popleft()
            model.end_io(path, 4096, start, now + _STEP)


def _hold(
    benchmark: BenchmarkFixture,
    task: str,
    n_paths: int,
    ours: Callable[[], None],
    theirs: Callable[[], None],
    slowly: Callable[[], None],
) -> None:
    figure = 1 / _AT_MOST if n_paths in _WITH_FIGURES else None
    contest = Contest(task, _PEER, rounds=_ROUNDS, each=_IOS, figure=figure)
    contest.hold(benchmark, ours, theirs)
    contest.stand_beside(benchmark, "the model in Python", slowly, each=_BY_MODEL)
    benchmark.extra_info["column"] = f"{n_paths} paths"
