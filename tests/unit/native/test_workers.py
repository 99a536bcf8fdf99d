"""Workers: processes that ask, and that nobody has to wait for."""

import errno
import fcntl
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from multipath._native.workers import Workers
from multipath.paths.request import Operation

from .conftest import Scenario

FETCH, STORE, READ, SCSI = Operation.FETCH, Operation.STORE, Operation.READ, Operation.SCSI
SECONDS = 10.0
Answer = tuple[int, int, int, int, int, int, bytes, bytes, int, bool]


@pytest.fixture
def pool() -> Iterator[Workers]:
    """Give a pool of two."""
    workers = Workers(2, 60_000)
    yield workers
    workers.close()


@pytest.fixture
def silent(tmp_path: Path) -> bytes:
    """Give a file whose open() does not return until somebody writes to it."""
    fifo = tmp_path / "silent"
    os.mkfifo(fifo)
    return bytes(fifo)


def answers(pool: Workers, count: int = 1) -> list[Answer]:
    """Return so many answers, as they come."""
    came: list[Answer] = []
    until = time.monotonic() + SECONDS
    while len(came) < count:
        assert select.select([pool.fileno()], [], [], until - time.monotonic())[0], "nobody answered in time"
        came += pool.collect()
    return came


def children() -> list[int]:
    """Return the processes that this one made, but for templates."""
    found = list[int]()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ends just now
            for pid in map(int, (task / "children").read_text("ascii").split()):
                with suppress(ProcessLookupError):
                    found += [pid] if os.getpgid(pid) != pid else []
    return found


def new_child(before: list[int]) -> int:
    """Return the one child that was not there before."""
    (pid,) = set(children()) - set(before)
    return pid


def has_ended(pid: int) -> bool:
    """Return whether there is no such process, or nothing left of it than its number."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def until(fact: Callable[[], bool], seconds: float = SECONDS) -> bool:
    """Return whether ``fact()`` comes true in time."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            return False
        select.select([], [], [], 0.001)
    return True


def release(silent: bytes) -> None:
    """Let a silent file answer, once a worker has come to it."""
    opened = list[int]()

    def has_reader() -> bool:
        with suppress(OSError):
            opened.append(os.open(silent, os.O_WRONLY | os.O_NONBLOCK))
        return bool(opened)

    assert until(has_reader)
    os.write(opened[0], b"late")
    os.close(opened[0])


class TestAQuestion:
    def test_is_answered_with_what_was_read(self, pool: Workers, tmp_path: Path) -> None:
        """No more than was asked for."""
        (tmp_path / "state").write_text("running\n")

        ticket = pool.submit(FETCH, bytes(tmp_path / "state"), length=4)
        (answer,) = answers(pool)

        assert (ticket, *answer[:2]) == (answer[0], answer[0], 0)
        assert (answer[5], answer[6]) == (4, b"runn")
        assert answer[8] > 0

    def test_may_write(self, pool: Workers, tmp_path: Path) -> None:
        """An attribute that is there; no file is made."""
        state, nothing = tmp_path / "state", tmp_path / "nothing"
        state.touch()

        pool.submit(STORE, bytes(state), b"offline\n")
        pool.submit(STORE, bytes(nothing), b"offline\n")

        assert sorted(answer[1] for answer in answers(pool, 2)) == [0, errno.ENOENT]
        assert state.read_text() == "offline\n"
        assert not nothing.exists()

    def test_may_read_past_the_page_cache(self, pool: Workers, tmp_path: Path) -> None:
        """At an offset, into memory that is aligned."""
        disk = Path("/var/tmp") / f"disk.{os.getpid()}"
        disk.write_bytes(b"a" * 4096 + b"b" * 4096)
        try:
            pool.submit(READ, bytes(disk), length=4096, offset=4096)
            (answer,) = answers(pool)
        finally:
            disk.unlink()

        assert (answer[1], answer[6]) == (0, b"b" * 4096)

    def test_is_not_asked_of_another_device(self, pool: Workers) -> None:
        """What is no block device is none, whatever its number is."""
        pool.submit(SCSI, b"/dev/null", bytes(6), devt=0x103)
        pool.submit(SCSI, b"/dev/null", bytes(6))

        assert sorted(answer[1] for answer in answers(pool, 2)) == [errno.ENOTBLK, errno.ENOTTY]

    @pytest.mark.parametrize(
        ("operation", "node", "payload", "length"),
        [
            (8, b"/dev/null", b"", 0),
            (-1, b"/dev/null", b"", 0),
            (FETCH, b"", b"", 0),
            (FETCH, b"/dev/null\0x", b"", 0),
            (FETCH, b"/" * 4096, b"", 0),
            (FETCH, b"/dev/null", b"", 2**18 + 1),
            (STORE, b"/dev/null", bytes(4097), 0),
            (SCSI, b"/dev/null", bytes(5), 0),
            (SCSI, b"/dev/null", bytes(256), 0),
            (Operation.NVME, b"/dev/null", bytes(63), 0),
            (Operation.RESET, b"/dev/null", bytes(8), 0),
            (Operation.CCISS, b"/dev/null", bytes(17), 0),
            (Operation.CCISS, b"/dev/null", bytes(6), 2**16),
        ],
    )
    def test_is_refused_that_does_not_fit(
        self, pool: Workers, operation: int, node: bytes, payload: bytes, length: int
    ) -> None:
        """Before a worker has anything to do with it."""
        with pytest.raises(ValueError, match=r"no operation|at most|a node has|6 to|64 bytes"):
            pool.submit(operation, node, payload, length)
        assert (pool.alive, pool.busy) == (0, 0)


class TestADriverThatLies:
    def test_makes_nobody_read_what_it_did_not_write(self, run: Scenario) -> None:
        """More sense than there was room for, and more left over than all."""
        seen = run("lying_worker")

        assert seen["bytes"] == [0, 2, 0, 0]
        assert (seen["data"], seen["sense"]) == ("", "5e" * 252)

    def test_gives_no_more_data_than_was_asked_for(self, run: Scenario) -> None:
        """A negative residue is its mistake, not more data."""
        assert run("boasting_worker")["data"] == "da" * 64


class TestAQuestionThatHangs:
    def test_leaves_the_others_alone(self, pool: Workers, silent: bytes) -> None:
        """They have a worker of their own."""
        held = pool.submit(FETCH, silent)
        asked = pool.submit(FETCH, b"/proc/self/comm", length=64)

        assert [answer[0] for answer in answers(pool)] == [asked]
        assert (pool.alive, pool.busy) == (2, 1)
        assert held != asked

    def test_leaves_nobody_to_ask_in_the_end(self, pool: Workers, silent: bytes) -> None:
        """A pool is bounded; nothing waits for a place in it."""
        assert [bool(pool.submit(FETCH, silent)) for _ in range(3)] == [True, True, False]

    def test_gives_its_worker_back_when_it_ends(self, pool: Workers, silent: bytes) -> None:
        """Whoever still wants it gets the answer."""
        ticket = pool.submit(FETCH, silent, length=10)
        release(silent)
        (answer,) = answers(pool)
        pool.submit(FETCH, b"/proc/self/comm", length=64)

        assert (answer[0], answer[6]) == (ticket, b"late")
        assert answers(pool)[0][6] == b"multipath-ask\n"

    def test_is_answered_when_its_worker_is_killed(self, pool: Workers, silent: bytes) -> None:
        """With an error of its own, and there is another worker for the next."""
        before = children()
        ticket = pool.submit(FETCH, silent)
        assert until(lambda: pool.lagging(0) == (0, 1))
        os.kill(new_child(before), signal.SIGKILL)

        assert [answer[:2] for answer in answers(pool)] == [(ticket, errno.ECANCELED)]
        assert (pool.alive, pool.busy) == (0, 0)
        assert set(children()) <= set(before)
        assert pool.submit(FETCH, b"/proc/self/comm", length=64)
        assert answers(pool)[0][1] == 0

    def test_does_not_keep_a_pool_from_being_closed(self, pool: Workers, silent: bytes) -> None:
        """No process and no descriptor is left."""
        before, descriptors = children(), len(os.listdir("/proc/self/fd"))
        pool.submit(FETCH, silent)
        pool.submit(FETCH, silent)

        pool.close()

        assert until(lambda: pool.collect() == [] and set(children()) <= set(before))
        assert len(os.listdir("/proc/self/fd")) == descriptors - 2
        with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
            pool.submit(FETCH, silent)
        assert (pool.collect(), pool.fileno()) == ([], -1)

    @pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)", "os._exit(0)", "os.abort()"])
    def test_does_not_outlive_its_process(self, silent: bytes, end: str) -> None:
        """However that ends, it ends at once, and so does its worker; nobody waits for the pipes that it had."""
        code = f"""if True:
            import os, resource
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            from multipath._native.workers import Workers
            pool = Workers(4, 60_000)
            pool.submit({FETCH:d}, {silent!r})
            print(open(f"/proc/self/task/{{os.getpid()}}/children").read(), flush=True)
            {end}
        """
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=SECONDS, check=False)

        template, worker = map(int, done.stdout.split())
        assert until(lambda: has_ended(template) and has_ended(worker))


class TestAQuestionThatWaits:
    def test_is_asked_when_somebody_is_roused(self, pool: Workers) -> None:
        """Until then nobody has it; one worker is enough for all that wait."""
        asked = [pool.submit(FETCH, b"/proc/self/comm", length=64, start=False) for _ in range(2)]
        assert (pool.alive, pool.busy, pool.lagging(0)) == (0, 2, (2, 0))

        pool.rouse(1)

        assert [answer[0] for answer in answers(pool, 2)] == asked
        assert pool.alive == 1

    def test_can_be_taken_back(self, pool: Workers, silent: bytes, tmp_path: Path) -> None:
        """Nobody ever asks it; one that a worker has taken cannot be."""
        held = pool.submit(FETCH, silent, length=10)
        assert until(lambda: pool.lagging(0) == (0, 1))
        (tmp_path / "state").touch()
        waiting = pool.submit(STORE, bytes(tmp_path / "state"), b"offline\n", start=False)

        assert (pool.withdraw(waiting), pool.withdraw(waiting), pool.withdraw(held)) == (True, False, False)
        release(silent)
        assert [answer[0] for answer in answers(pool)] == [held]
        pool.submit(FETCH, b"/proc/self/comm")
        assert answers(pool)
        assert (tmp_path / "state").read_text() == ""

    def test_does_not_wait_for_ever_when_the_worker_before_it_is_killed(self, pool: Workers, silent: bytes) -> None:
        """There is another one."""
        before = children()
        pool.submit(FETCH, silent)
        assert until(lambda: pool.lagging(0) == (0, 1))
        waiting = pool.submit(FETCH, b"/proc/self/comm", length=64, start=False)
        os.kill(new_child(before), signal.SIGKILL)

        assert {answer[:2] for answer in answers(pool, 2)} >= {(waiting, 0)}

    def test_may_come_round_again_and_again(self, pool: Workers) -> None:
        """Far more often than there are places, some of them taken back."""
        for turn in range(1000):
            first, second = (pool.submit(FETCH, b"/proc/self/comm", length=64, start=False) for _ in range(2))
            one, other = (first, second) if turn % 2 else (second, first)
            taken_back = pool.withdraw(one)  # unless the worker was still awake
            pool.rouse(1)
            expected = {(other, 0)} if taken_back else {(one, 0), (other, 0)}
            assert {answer[:2] for answer in answers(pool, len(expected))} == expected
        assert (pool.alive, pool.busy) == (1, 0)


class TestAWorker:
    def test_is_no_child_that_others_could_wait_for(self, pool: Workers) -> None:
        """The program's own wait() finds what the program started, and nothing else."""
        before = children()
        pool.submit(FETCH, b"/proc/self/comm")
        answers(pool)

        with pytest.raises(ChildProcessError):
            os.waitpid(new_child(before), os.WNOHANG)

    def test_keeps_nothing_of_its_program(self, pool: Workers, tmp_path: Path) -> None:
        """No file, no lock, no folder."""
        lock = os.open(tmp_path, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        before = children()
        pool.submit(FETCH, b"/proc/self/comm")
        answers(pool)
        pid = new_child(before)
        os.close(lock)
        again = os.open(tmp_path, os.O_RDONLY)
        fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(again)

        assert len(os.listdir(f"/proc/{pid}/fd")) == 2
        assert os.readlink(f"/proc/{pid}/cwd") == "/"

    def test_gives_the_programs_memory_back(self) -> None:
        """What the program has and changes later is not there twice; a worker needs less than a megabyte of its own."""
        code = f"""if True:
            import select
            from multipath._native.workers import Workers
            ballast = [bytes(10_000) for _ in range(5000)]
            pool = Workers(1, 60_000)
            pool.submit({FETCH:d}, b"/proc/self/smaps_rollup", length=4096)
            select.select([pool.fileno()], [], [])
            print(pool.collect()[0][6].decode())
        """
        rollup = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in rollup.splitlines()[1:] if line}

        assert sizes["Anonymous"] < 50_000 / 5
        assert sizes["Private_Dirty"] + sizes["Private_Clean"] < 1024

    def test_does_not_run_the_programs_signal_handlers(self, pool: Workers) -> None:
        """Nor does any signal end it but SIGKILL."""
        before = children()
        pool.submit(FETCH, b"/proc/self/comm")
        answers(pool)
        pid = new_child(before)

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGALRM):
            os.kill(pid, number)
        pool.submit(FETCH, b"/proc/self/comm", length=64)

        assert answers(pool)[0][6] == b"multipath-ask\n"
        assert new_child(before) == pid

    def test_ends_when_it_has_nothing_to_do(self) -> None:
        """The next question gets another one."""
        before, pool = children(), Workers(1, 1)
        for _ in range(3):
            pool.submit(FETCH, b"/proc/self/comm", length=64)
            assert answers(pool)[0][1] == 0
            assert select.select([pool.fileno()], [], [], SECONDS)[0]
            assert pool.collect() == []
            assert set(children()) <= set(before)
        pool.close()

    def test_survives_the_thread_that_started_it(self, pool: Workers, silent: bytes) -> None:
        """A process lives for as long as any of its threads."""
        before = children()
        starter = threading.Thread(target=pool.submit, args=(FETCH, silent, b"", 10))
        starter.start()
        starter.join()
        pid = new_child(before)

        release(silent)

        assert [answer[1] for answer in answers(pool)] == [0]
        assert new_child(before) == pid

    def test_is_not_the_business_of_a_copy_of_the_program(self, pool: Workers, silent: bytes) -> None:
        """Which may ask nothing, and ends nothing of it."""
        pool.submit(FETCH, silent)
        copy = os.fork()
        if copy == 0:  # pragma: no cover
            try:
                pool.submit(FETCH, b"/proc/self/comm")
            except OSError as error:
                pool.close()
                os._exit(error.errno or 1)
            os._exit(0)

        assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == errno.EBADF
        assert (pool.alive, pool.collect()) == (1, [])


class TestATemplate:
    def test_is_what_workers_are_copied_from(self, pool: Workers, silent: bytes) -> None:
        """One for all of them, in a group of their own."""
        pool.submit(FETCH, silent)
        pool.submit(FETCH, silent)

        groups = {os.getpgid(pid) for pid in children()[-2:]}
        (template,) = groups
        assert Path(f"/proc/{template}/comm").read_text("ascii") == "multipath-asks\n"
        assert template != os.getpgid(0)

    def test_is_replaced_when_it_was_killed(self, pool: Workers, silent: bytes) -> None:
        """Its workers end with it, and their questions have answers."""
        before = children()
        ticket = pool.submit(FETCH, silent)
        assert until(lambda: pool.lagging(0) == (0, 1))
        worker = new_child(before)
        os.kill(os.getpgid(worker), signal.SIGKILL)
        assert until(lambda: bool(pool.submit(FETCH, b"/proc/self/comm", length=64)))

        assert {answer[:2] for answer in answers(pool, 2)} >= {(ticket, errno.ECANCELED)}
        assert until(lambda: has_ended(worker))
        assert pool.submit(FETCH, b"/proc/self/comm", length=64)
        assert answers(pool)[0][6] == b"multipath-ask\n"


class TestManyThreads:
    def test_each_get_their_own_answers(self, tmp_path: Path) -> None:
        """While one collects for all."""
        pool, wanted, came = Workers(16, 60_000), dict[int, bytes](), dict[int, bytes]()
        refused: list[OSError] = []

        def ask(number: int) -> None:
            file = tmp_path / str(number)
            file.write_text(str(number))
            for _ in range(50):
                try:
                    while not (ticket := pool.submit(FETCH, bytes(file), length=10)):
                        select.select([pool.fileno()], [], [], 0.01)
                except OSError as error:
                    refused.append(error)
                    return
                wanted[ticket] = b"%d" % number

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        while len(came) < 400:
            came |= {answer[0]: answer[6] for answer in answers(pool)}
            assert refused == []
        for thread in threads:
            thread.join()
        pool.close()

        assert came == wanted
