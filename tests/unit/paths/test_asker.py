"""Asking what may never be answered: turns, deadlines, and what is left behind."""

import asyncio
import errno
import os
import select
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

from multipath import errors
from multipath.maps.host import Host
from multipath.paths.asker import KernelAsker
from multipath.paths.request import Answer, Operation, Request, Silence, fetch, store

LONG, SHORT = 10.0, 0.8  # seconds; the short ones are enough for a worker to begin, on a busy machine too


@pytest.fixture
def asker() -> Iterator[KernelAsker]:
    """Give an asker of at most three workers."""
    with KernelAsker(2, 3) as made:
        yield made


@pytest.fixture
def silent(tmp_path: Path) -> Callable[[int], str]:
    """Give files that do not answer until somebody writes to them."""

    def node(number: int = 0) -> str:
        file = tmp_path / f"silent{number}"
        if not file.exists():
            os.mkfifo(file)
        return str(file)

    return node


@pytest.fixture
def good(tmp_path: Path) -> str:
    """Give a file that answers."""
    (tmp_path / "good").write_text("running\n")
    return str(tmp_path / "good")


def other_end(node: str) -> int:
    """Return the end of a silent file that answers, once a worker has come to the other."""
    until = time.monotonic() + LONG
    while True:
        try:
            return os.open(node, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            assert time.monotonic() < until, "no worker came"
            select.select([], [], [], 0.001)


def release(node: str) -> None:
    """Let a silent file answer."""
    end = other_end(node)
    os.write(end, b"late")
    os.close(end)


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine on a loop of its own."""
    return asyncio.run(work)


def nobody_is_held(asker: KernelAsker) -> bool:
    """Return whether the kernel lets go of all that it held."""
    until = time.monotonic() + LONG
    while asker.held and time.monotonic() < until:
        select.select([], [], [], 0.001)
    return not asker.held


class TestAQuestion:
    def test_is_answered(self, asker: KernelAsker, good: str) -> None:
        """With what was read, and how long it took."""
        answer = run(asker.ask(fetch(good), LONG))

        assert isinstance(answer, Answer)
        assert (answer.good, answer.data, answer.result) == (True, b"running\n", 8)
        assert 0 < answer.seconds < LONG

    def test_is_answered_to_a_thread(self, asker: KernelAsker, good: str) -> None:
        """Which has no event loop."""
        assert asker.ask_blocking(store(good, "offline\n"), LONG).good  # type: ignore[union-attr]
        assert asker.ask_blocking(fetch(good), LONG).data == b"offline\n"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (fetch("/nowhere"), errno.ENOENT),
            (Request(Operation.SCSI, "/dev/null", bytes(6)), errno.ENOTTY),
            (Request(Operation.SCSI, "/dev/null", b""), errno.EINVAL),
            (Request(Operation.FETCH, "/dev/null\0", b""), errno.EINVAL),
            (Request(Operation.READ, "/dev/null", length=2**40), errno.EINVAL),
            (Request(Operation.READ, "/dev/null", length=512, offset=2**70), errno.EINVAL),
        ],
    )
    def test_may_be_refused(self, asker: KernelAsker, request_: Request, code: int) -> None:
        """That is an answer too, with the errno of the kernel, or of a call that it cannot be asked."""
        assert run(asker.ask(request_, LONG)).error == code

    def test_waits_for_its_turn(self, asker: KernelAsker, silent: Callable[..., str]) -> None:
        """One call is made to a node at a time; the next one when that has ended."""
        node = silent()

        async def ask() -> list[Answer | Silence]:
            first = asyncio.create_task(asker.ask(fetch(node), LONG))
            second = asyncio.create_task(asker.ask(fetch(node), LONG))
            end = await asyncio.to_thread(other_end, node)
            os.write(end, b"one")
            answers = [await first]
            assert (second.done(), asker.alive) == (False, 1)
            ends = end, await asyncio.to_thread(other_end, node)
            os.write(end, b"two")
            answers.append(await second)
            for each in ends:
                os.close(each)
            return answers

        assert [answer.data for answer in run(ask())] == [b"one", b"two"]

    def test_may_be_one_of_many(self, asker: KernelAsker, tmp_path: Path) -> None:
        """More than there are workers, of several tasks, threads and loops."""
        files = [str(tmp_path / str(number)) for number in range(50)]
        for number, file in enumerate(files):
            Path(file).write_text(str(number))

        async def ask() -> list[Answer | Silence]:
            return await asyncio.gather(*(asker.ask(fetch(file), LONG) for file in files))

        seen = list[list[bytes]]()
        thread = threading.Thread(target=lambda: seen.append([answer.data for answer in run(ask())]))
        thread.start()
        blocking = [asker.ask_blocking(fetch(file), LONG) for file in files]
        mine = run(ask())
        thread.join()

        expected = [str(number).encode() for number in range(50)]
        assert [answer.data for answer in mine] == expected == seen[0]
        assert [isinstance(answer, Answer) and answer.data for answer in blocking] == expected


class TestQuestionsThatAreAnsweredAtOnce:
    def test_need_one_worker(self, tmp_path: Path) -> None:
        """However many are asked in one round of the loop."""
        file = tmp_path / "state"
        file.write_text("running")
        with KernelAsker(8, 64) as asker:
            names = [f"{tmp_path}{'/.' * number}/state" for number in range(16)]

            async def ask() -> list[Answer | Silence]:
                with asker.listening(asyncio.get_running_loop()):
                    await asker.ask(fetch(names[0]), LONG)
                    return await asyncio.gather(*(asker.ask(fetch(name), LONG) for name in names))

            assert {answer.data for answer in run(ask())} == {b"running"}
            assert asker.alive == 1


class TestAQuestionThatHangs:
    def test_has_no_answer_in_time(self, asker: KernelAsker, silent: Callable[..., str]) -> None:
        """It is reported for as long as the kernel holds it."""
        assert run(asker.ask(fetch(silent()), SHORT)) is Silence.DEADLINE

        (held,) = asker.held
        assert (held.node, held.operation) == (silent(), Operation.FETCH)
        assert held.seconds >= SHORT

    def test_delays_no_other(self, asker: KernelAsker, silent: Callable[..., str], good: str) -> None:
        """Others are answered meanwhile, however few workers there are."""

        async def ask() -> tuple[Answer | Silence, ...]:
            hung = [asyncio.create_task(asker.ask(fetch(silent(number)), LONG)) for number in range(2)]
            await asyncio.sleep(0)
            answer = await asker.ask(fetch(good), LONG)
            for task in hung:
                task.cancel()
            return (answer, *(await asyncio.gather(*hung, return_exceptions=True)))  # type: ignore[arg-type]

        answer, *_ = run(ask())
        assert answer.good
        assert len(asker.held) == 2

    def test_refuses_others_of_its_node_at_once(self, asker: KernelAsker, silent: Callable[..., str]) -> None:
        """Those that wait, and those that come."""
        node = silent()

        async def ask() -> list[Answer | Silence]:
            return [*await asyncio.gather(asker.ask(fetch(node), SHORT), asker.ask(fetch(node), LONG))]

        since = time.monotonic()
        assert run(ask()) == [Silence.DEADLINE, Silence.HELD]
        assert run(asker.ask(fetch(node), LONG)) is Silence.HELD
        assert asker.ask_blocking(fetch(node), LONG) is Silence.HELD
        assert time.monotonic() - since < LONG / 2

    def test_is_left_behind_by_a_task_that_is_cancelled(self, asker: KernelAsker, silent: Callable[..., str]) -> None:
        """The kernel has it all the same."""

        async def ask() -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(SHORT):
                    await asker.ask(fetch(silent()), LONG)

        run(ask())
        assert [held.node for held in asker.held] == [silent()]

    def test_is_forgotten_when_the_kernel_lets_go(
        self, asker: KernelAsker, silent: Callable[..., str], good: str
    ) -> None:
        """Its answer is late and nobody's, and its worker is used again."""
        run(asker.ask(fetch(silent()), SHORT))
        alive = asker.alive

        release(silent())

        assert nobody_is_held(asker)
        assert asker.late == 1
        assert run(asker.ask(fetch(good), LONG)).good
        assert asker.alive == alive

    def test_costs_a_thread_no_more_than_its_deadline(self, asker: KernelAsker, silent: Callable[..., str]) -> None:
        """Without an event loop likewise."""
        assert asker.ask_blocking(fetch(silent()), SHORT) is Silence.DEADLINE
        assert len(asker.held) == 1

    def test_leaves_nobody_to_ask_in_the_end(self, asker: KernelAsker, silent: Callable[..., str], good: str) -> None:
        """Where as many hang as there may be workers, the next is told so at once."""
        for number in range(3):
            assert run(asker.ask(fetch(silent(number)), SHORT)) is Silence.DEADLINE

        assert run(asker.ask(fetch(good), LONG)) is Silence.FULL
        assert asker.ask_blocking(fetch(good), LONG) is Silence.FULL
        assert len(asker.held) == 3

    def test_tells_those_that_wait_for_a_worker_when_there_is_none(
        self, asker: KernelAsker, silent: Callable[..., str], good: str
    ) -> None:
        """They do not wait for their own deadlines."""

        async def ask() -> list[Answer | Silence]:
            hung = [asker.ask(fetch(silent(number)), SHORT) for number in range(3)]
            return await asyncio.gather(*hung, asker.ask(fetch(good), LONG))

        assert run(ask()) == [Silence.DEADLINE] * 3 + [Silence.FULL]

    def test_is_given_up_before_it_is_asked(self, asker: KernelAsker, silent: Callable[..., str], good: str) -> None:
        """One that waits for its turn is not held: nobody asked it."""

        async def ask() -> list[Answer | Silence]:
            first = asyncio.create_task(asker.ask(fetch(silent()), LONG))
            await asyncio.sleep(0)
            silences = [await asker.ask(fetch(silent()), SHORT)]
            await asyncio.to_thread(release, silent())
            return [*silences, await first]

        silence, answer = run(ask())
        assert (silence, answer.good, asker.held) == (Silence.DEADLINE, True, ())


class TestAnAskerThatIsClosed:
    def test_answers_those_that_wait(self, asker: KernelAsker, silent: Callable[..., str]) -> None:
        """Nobody knows what became of their calls."""

        async def ask() -> Answer | Silence:
            task = asyncio.create_task(asker.ask(fetch(silent()), LONG))
            await asyncio.sleep(SHORT)
            asker.close()
            return await task

        assert run(ask()).error == errno.ECANCELED

    def test_asks_nothing(self, asker: KernelAsker, good: str) -> None:
        """A second close does nothing."""
        asker.close()
        asker.close()

        assert run(asker.ask(fetch(good), LONG)).error == errno.EBADF
        assert asker.ask_blocking(fetch(good), LONG) == Answer(error=errno.EBADF)
        assert (asker.held, asker.alive) == ((), 0)

    def test_does_not_wait_for_what_hangs(self, asker: KernelAsker, silent: Callable[..., str]) -> None:
        """And gives every descriptor back."""
        descriptors = len(os.listdir("/proc/self/fd"))
        run(asker.ask(fetch(silent()), SHORT))
        since = time.monotonic()

        asker.close()

        assert time.monotonic() - since < LONG / 2
        assert len(os.listdir("/proc/self/fd")) == descriptors - 2


class TestAHost:
    def test_has_an_asker_of_its_own(self, good: str) -> None:
        """Made when it is first asked for, and closed with the host."""
        with Host() as host:
            asker = host.asker
            assert asker is host.asker
            assert run(asker.ask(fetch(good), LONG)).good

        assert run(asker.ask(fetch(good), LONG)).error == errno.EBADF
        with pytest.raises(errors.Closed):
            _ = host.asker

    def test_may_be_given_one(self, asker: KernelAsker, good: str) -> None:
        """Which it leaves open."""
        with Host(asker=asker) as host:
            assert host.asker is asker

        assert run(asker.ask(fetch(good), LONG)).good
