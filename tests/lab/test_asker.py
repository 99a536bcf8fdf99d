"""A host that holds its commands, on a real kernel: what that costs, whom it delays, and what is left afterwards."""

import asyncio
import errno
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path as Folder

import pytest

from multipath import Host, Path
from multipath.lab.faults import injected
from multipath.lab.guest import kernel_name
from multipath.paths.asker import KernelAsker
from multipath.paths.request import Answer, Operation, Request, Silence, fetch, read, scsi, store
from multipath.units import DevT

pytestmark = pytest.mark.kernel

READY = bytes(6)
INQUIRY = bytes((0x12, 0, 0, 0, 96, 0))
DELAY = Folder("/sys/bus/pseudo/drivers/scsi_debug/delay")
START, STOP = bytes((0x1B, 0, 0, 0, 1, 0)), bytes((0x1B, 0, 0, 0, 0, 0))
PROMPT = 2.0  # seconds: a guest shares its processor with others
LONG = 30.0


@pytest.fixture
def asker() -> Iterator[KernelAsker]:
    """Give an asker; nothing of it is left."""
    before, descriptors = children(), len(os.listdir("/proc/self/fd"))
    with KernelAsker(4, 8) as made:
        yield made
    assert until(lambda: made.held == () and set(children()) <= set(before))
    assert len(os.listdir("/proc/self/fd")) == descriptors


@pytest.fixture
def devices(host: Host) -> tuple[Path, ...]:
    """Give the four paths."""
    return host.paths()


def children() -> list[int]:
    """Return the processes that this one made, but for templates."""
    found = list[int]()
    for task in Folder("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ends just now
            for pid in map(int, (task / "children").read_text("ascii").split()):
                with suppress(ProcessLookupError):
                    found += [pid] if os.getpgid(pid) != pid else []
    return found


def until(fact: Callable[[], bool]) -> bool:
    """Return whether ``fact()`` comes true in time."""
    end = time.monotonic() + LONG
    while not fact():
        if time.monotonic() > end:
            return False
        os.sched_yield()
    return True


def answered(asker: KernelAsker, request: Request) -> Answer:
    """Ask, and be answered."""
    answer = asker.ask_blocking(request, LONG)
    assert isinstance(answer, Answer)
    return answer


class TestAQuestion:
    def test_is_answered_by_the_disk(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """Each kind that a SCSI disk has."""
        path = devices[0]
        with open(f"/dev/{path.name}", "rb") as disk:
            begin = disk.read(4096)

        assert answered(asker, scsi(path, READY)).good
        assert answered(asker, scsi(path, INQUIRY, 96)).data[8:16].rstrip().decode() == path.vendor
        assert answered(asker, read(path, 4096)).data == begin
        assert answered(asker, fetch(f"/sys/block/{path.name}/device/state")).data == b"running\n"
        assert answered(asker, store(f"/sys/block/{path.name}/device/timeout", "31\n")).result == 3
        assert Folder(f"/sys/block/{path.name}/device/timeout").read_text() == "31\n"
        answered(asker, store(f"/sys/block/{path.name}/device/timeout", "30\n"))

    def test_may_be_refused(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """By the disk with sense data, by the kernel with an errno."""
        path = devices[0]

        refused = answered(asker, scsi(path, bytes((0x12, 1, 0xC9, 0, 96, 0)), 96))
        assert (refused.error, refused.status, refused.sense[2] & 0xF) == (0, 2, 5)
        assert answered(asker, Request(Operation.NVME, f"/dev/{path.name}", bytes(64))).error == errno.EINVAL
        assert answered(asker, Request(Operation.CCISS, f"/dev/{path.name}", READY)).error == errno.EINVAL
        assert answered(asker, read(path, 100)).error == errno.EINVAL

    def test_is_of_this_disk_alone(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """Another one may have its name, or its number, by now."""
        request = scsi(devices[0], READY)

        other = replace(request, devt=DevT(devices[1].devt), diskseq=None)  # of a kernel that numbers no disks
        assert answered(asker, other).error == errno.ENXIO
        assert answered(asker, replace(request, diskseq=10_000)).error == errno.ENXIO
        assert answered(asker, replace(request, devt=None, diskseq=None)).good

    def test_may_reset(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """A reset of nothing, and one of the disk that does not escalate: it has to tell that afterwards."""
        node = f"/dev/{devices[0].name}"

        assert answered(asker, Request(Operation.RESET, node, bytes(4))).error == 0
        assert answered(asker, scsi(devices[0], READY)).good
        assert answered(asker, Request(Operation.RESET, node, (0x101).to_bytes(4, sys.byteorder))).error == 0
        assert answered(asker, scsi(devices[0], READY)).sense[12] == 0x29
        assert answered(asker, scsi(devices[0], READY)).good


class TestACommandThatLeads:
    def test_is_followed_where_it_is_answered_well(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """The answer is that of the one behind it."""
        both = replace(scsi(devices[0], INQUIRY, 96), lead=READY)

        answer = answered(asker, both)
        assert (answer.led, answer.data[8:16].rstrip().decode()) == (True, devices[0].vendor)

    def test_is_the_answer_where_it_is_not(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """The other one is not sent: it would have met what a reset left for it."""
        reset = Request(Operation.RESET, f"/dev/{devices[0].name}", (0x101).to_bytes(4, sys.byteorder))
        both = replace(scsi(devices[0], READY), lead=bytes((0x12, 1, 0xC9, 0, 96, 0)))

        assert answered(asker, reset).error == 0
        answer = answered(asker, both)
        assert (answer.led, answer.sense[2] & 0xF) == (False, 5)
        assert answered(asker, replace(both, lead=READY)).sense[12] == 0x29
        assert answered(asker, replace(both, lead=READY)).led

    def test_is_told_of_where_the_other_is_silent(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """Where scsi_debug does not answer at once it takes a second to stop a unit, and another to start it."""
        both = replace(scsi(devices[0], STOP), lead=READY)
        DELAY.write_text("1")
        try:
            assert asker.ask_blocking(both, 0.3) is Silence.LED
            assert asker.ask_blocking(both, 0.3) is Silence.HELD
            assert until(lambda: asker.held == ())
            assert not answered(asker, both).led
            assert asker.ask_blocking(scsi(devices[0], START), 0.3) is Silence.DEADLINE
            assert until(lambda: asker.held == ())
            late = asker.ask_blocking(both, 0.8)  # for each of the two
            assert isinstance(late, Answer)
            assert (late.good, late.led) == (True, True)
            assert late.seconds > 0.8
            asker.ask_blocking(scsi(devices[0], START), 0.3)
            assert until(lambda: asker.held == ())
        finally:
            DELAY.write_text("0")


class TestAHostThatHoldsItsCommands:
    def test_costs_one_worker_and_delays_no_other_path(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """Nor an attribute of its own."""
        with injected("held", devices[0].name):
            assert asker.ask_blocking(scsi(devices[0], READY), 0.2) is Silence.DEADLINE
            begin = time.monotonic()
            others = [answered(asker, scsi(path, READY)).good for path in devices[1:]]
            state = answered(asker, fetch(f"/sys/block/{devices[0].name}/device/state")).data
            again = asker.ask_blocking(read(devices[0], 4096), LONG)
            took = time.monotonic() - begin
            held, alive = asker.held, asker.alive

        assert (others, state, again) == ([True] * 3, b"running\n", Silence.HELD)
        assert took < PROMPT
        print(f"{kernel_name()}: three paths, an attribute and a refusal in {took * 1000:.1f} ms beside a held path")
        assert [(each.node, each.operation) for each in held] == [(f"/dev/{devices[0].name}", Operation.SCSI)]
        assert alive == 2

    def test_gives_the_worker_back(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """The answer is late, and nobody's."""
        with injected("held", devices[0].name):
            assert asker.ask_blocking(scsi(devices[0], READY), 0.2) is Silence.DEADLINE
            alive = asker.alive

        assert until(lambda: not asker.held)
        assert asker.late == 1
        assert answered(asker, scsi(devices[0], READY)).good
        assert asker.alive == alive == 1

    def test_holds_any_question_of_its_paths(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """A task for each path; those that answer are not late."""

        async def ask() -> list[Answer | Silence]:
            return [*await asyncio.gather(*(asker.ask(read(path, 4096), PROMPT) for path in devices))]

        with injected("held", devices[0].name):
            silent, *others = asyncio.run(ask())

        assert silent is Silence.DEADLINE
        assert all(isinstance(answer, Answer) and answer.good for answer in others)
        assert until(lambda: not asker.held)

    def test_does_not_keep_the_asker_from_being_closed(self, asker: KernelAsker, devices: tuple[Path, ...]) -> None:
        """Its worker is reaped when the kernel lets it go."""
        with injected("held", devices[0].name):
            asker.ask_blocking(scsi(devices[0], READY), 0.2)
            (worker,) = children()
            begin = time.monotonic()
            asker.close()
            took = time.monotonic() - begin
            assert took < PROMPT
            assert state_of(worker) == "D"

        with KernelAsker(1, 1) as other:
            assert until(lambda: other.held == () and worker not in children())

    @pytest.mark.parametrize("end", ["", "os._exit(0)", "os.kill(os.getpid(), 9)"])
    def test_does_not_keep_the_program_from_ending(self, devices: tuple[Path, ...], end: str) -> None:
        """However it ends, with a call that the kernel holds still."""
        code = f"""if True:
            import os
            from multipath.paths.asker import KernelAsker
            from multipath.paths.request import Operation, Request
            asker = KernelAsker()
            print(asker.ask_blocking(Request(Operation.SCSI, "/dev/{devices[0].name}", bytes(6)), 0.2), flush=True)
            print(*open(f"/proc/self/task/{{os.getpid()}}/children").read().split(), flush=True)
            {end}
        """
        with injected("held", devices[0].name):
            program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
            assert program.stdout is not None
            said = program.stdout.readline(), int(program.stdout.readline().split()[-1])
            begin = time.monotonic()
            program.wait(LONG)
            rest, took = program.stdout.read(), time.monotonic() - begin
            program.stdout.close()
            assert state_of(said[1]) == "D"

        assert (said[0], rest) == ("deadline\n", "")
        assert took < PROMPT
        print(f"{kernel_name()}: the program ended {took * 1000:.1f} ms after its last word, its worker in the kernel")
        assert until(lambda: state_of(said[1]) in "ZX")


class TestAProgramThatKeepsItsMemory:
    def test_has_workers_that_do_the_same(self, devices: tuple[Path, ...]) -> None:
        """After mlockall() nothing is paged out; and the memory of a pool is not filled for that."""
        code = f"""if True:
            import ctypes
            from multipath.paths.asker import KernelAsker
            from multipath.paths.request import Operation, Request, fetch
            assert ctypes.CDLL(None).mlockall(3) == 0           # MCL_CURRENT | MCL_FUTURE
            def sizes(text):
                return {{line.split(":")[0]: int(line.split()[1]) for line in text.splitlines() if " kB" in line}}
            before = sizes(open("/proc/self/status").read())
            with KernelAsker() as asker:
                asked = asker.ask_blocking(Request(Operation.SCSI, "/dev/{devices[0].name}", bytes(6)), {LONG})
                theirs = sizes(asker.ask_blocking(fetch("/proc/self/status"), {LONG}).data.decode())
                ours = sizes(open("/proc/self/status").read())
            print(asked.good, ours["VmRSS"] - before["VmRSS"], theirs["VmLck"], theirs["VmRSS"])
        """
        said = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout
        good, growth, locked, resident = said.split()

        assert good == "True"
        assert int(growth) < 4096
        assert int(locked) > 0
        assert int(resident) < 32 << 10


def state_of(pid: int) -> str:
    """Return the state of a process, as a letter; X where there is none."""
    try:
        return Folder(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"
