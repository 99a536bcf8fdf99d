"""
What does one question to a path cost, beside a direct SG_IO?

The direct way opens the node, looks which disk is behind it, sends TEST UNIT READY and closes, in the thread that
asks; where the kernel holds that, the program is held, to its end and beyond. Ours lets a worker do the same, with a
deadline. A thread for it is what programs take that want a deadline and do not care about their end. The attribute is
one of the kernel's memory, for the bare way to a worker and back.
"""

# mypy: untyped-calls-exclude=pytest_benchmark

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Control, Host, Path
from multipath._native.passthrough import sg_read
from multipath.paths.asker import KernelAsker
from multipath.paths.request import Answer, Request, fetch, scsi

from .contest import Contest

_ROUNDS: Final = 100
_CALLS: Final = 20
_TASKS: Final = 50
_READY: Final = bytes(6)
_DEADLINE: Final = 10.0
_BLKGETDISKSEQ: Final = 0x80081280
_ATTRIBUTE: Final = "/proc/sys/kernel/ostype"


@pytest.fixture
def asker() -> Iterator[KernelAsker]:
    """Who asks."""
    with KernelAsker() as made:
        yield made


@pytest.fixture
def path(control: Control) -> Path:
    """A path of the guest's array."""
    with Host(control=control) as host:
        return host.paths()[0]


@pytest.mark.parametrize("thread", [False, True], ids=["direct", "thread"])
def test_question(path: Path, asker: KernelAsker, benchmark: BenchmarkFixture, thread: bool) -> None:
    """From a thread that waits for the answer."""
    request = scsi(path, _READY)
    with ThreadPoolExecutor(1) as threads:

        def direct() -> object:
            return threads.submit(_ready, path).result(_DEADLINE) if thread else _ready(path)

        _check(asker.ask_blocking(request, _DEADLINE), direct())
        peer = "SG_IO in a thread of a pool" if thread else "SG_IO, in the thread that asks"
        contest = Contest("`ask_blocking`: one TEST UNIT READY", peer, _ROUNDS, _CALLS)
        contest.hold(benchmark, lambda: asker.ask_blocking(request, _DEADLINE), direct)


def test_questions_of_tasks(path: Path, asker: KernelAsker, benchmark: BenchmarkFixture) -> None:
    """One after the other, on an event loop that runs."""
    request = scsi(path, _READY)
    with asyncio.Runner() as runner:
        contest = Contest("`await ask`: one TEST UNIT READY", "SG_IO in `asyncio.to_thread`", _ROUNDS // 4, each=_TASKS)
        assert runner.run(_asked(asker, request)) == runner.run(_in_threads(path)) == _TASKS
        contest.hold(benchmark, lambda: runner.run(_asked(asker, request)), lambda: runner.run(_in_threads(path)))


def test_attribute(asker: KernelAsker, benchmark: BenchmarkFixture) -> None:
    """The same way for what costs the kernel nothing."""
    request = fetch(_ATTRIBUTE)
    answer = asker.ask_blocking(request, _DEADLINE)
    assert isinstance(answer, Answer)
    assert answer.data == _read()

    contest = Contest("`ask_blocking`: an attribute", "`open`, `read`, `close`", _ROUNDS, _CALLS)
    contest.hold(benchmark, lambda: asker.ask_blocking(request, _DEADLINE), _read)


def test_attributes_of_tasks(asker: KernelAsker, benchmark: BenchmarkFixture) -> None:
    """And from tasks."""
    request = fetch(_ATTRIBUTE)
    with asyncio.Runner() as runner:
        contest = Contest("`await ask`: an attribute", "the same in `asyncio.to_thread`", _ROUNDS // 4, each=_TASKS)
        assert runner.run(_asked(asker, request)) == runner.run(_threads(_read)) == _TASKS
        contest.hold(benchmark, lambda: runner.run(_asked(asker, request)), lambda: runner.run(_threads(_read)))


def test_many_at_once(asker: KernelAsker, benchmark: BenchmarkFixture) -> None:
    """As a monitor asks 400 paths."""
    requests = [fetch(f"/proc{'/.' * number}/sys/kernel/ostype") for number in range(400)]

    async def ask() -> int:
        return len(await asyncio.gather(*(asker.ask(each, _DEADLINE) for each in requests)))

    async def in_threads() -> int:
        return len(await asyncio.gather(*(asyncio.to_thread(_read) for _ in requests)))

    with asyncio.Runner() as runner:
        contest = Contest("400 tasks `ask` at once: each", "each in `asyncio.to_thread`", _ROUNDS // 10, each=400)
        assert runner.run(ask()) == runner.run(in_threads()) == 400
        contest.hold(benchmark, lambda: runner.run(ask()), lambda: runner.run(in_threads()))


def _check(answer: object, direct: object) -> None:
    assert isinstance(answer, Answer)
    assert (answer.error, answer.status, answer.host) == (0, *direct[:2])  # type: ignore[index]


def _ready(path: Path) -> tuple[int, int, int, bytes, bytes]:
    fd = os.open(f"/dev/{path.name}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        assert os.fstat(fd).st_rdev == path.devt
        assert int.from_bytes(fcntl.ioctl(fd, _BLKGETDISKSEQ, bytes(8)), "little") == path.diskseq
        return sg_read(fd, _READY, 0, 30_000)
    finally:
        os.close(fd)


def _read() -> bytes:
    fd = os.open(_ATTRIBUTE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, 4096)
    finally:
        os.close(fd)


async def _asked(asker: KernelAsker, request: Request) -> int:
    return len([await asker.ask(request, _DEADLINE) for _ in range(_TASKS)])


async def _in_threads(path: Path) -> int:
    return await _threads(lambda: _ready(path))


async def _threads(call: Callable[[], object]) -> int:
    return len([await asyncio.to_thread(call) for _ in range(_TASKS)])
