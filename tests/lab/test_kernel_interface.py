"""
What the library believes of a real machine, asked of the kernel itself: one fact for each test.

What holds in a virtual world too is in ``tests/contract``; here is what needs signals, sysfs, processes, udev.
`docs/kernel-interface.md` tells what was found where.
"""

import errno
import mmap
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from multipath import Control, Host, Map, MultipathTable, Target, errors
from multipath._native import codec
from multipath._native.control import ControlFile
from multipath.dm.udev_flag import UdevFlag
from multipath.units import DevT, Sectors
from multipath.wire.features import Features

pytestmark = pytest.mark.kernel

SIZE = Sectors(131072)
QUIET = UdevFlag.DISABLE_DISK_RULES | UdevFlag.DISABLE_OTHER_RULES | UdevFlag.DISABLE_SUBSYSTEM_RULES
DELAY = Path("/sys/bus/pseudo/drivers/scsi_debug/delay")
SECOND = 100  # in the jiffies of ``delay``
TICKS = 30  # of the processor's time, 10 ms each


def multipath(params: str) -> list[Target]:
    """Return a table of one multipath target."""
    return [Target(Sectors(0), SIZE, "multipath", params)]


def one_path(device: str, *arguments: str) -> list[Target]:
    """Return a table with one path."""
    return multipath(" ".join(["0 0 1 1 service-time 0 1", str(len(arguments)), device, *arguments]))


def eventually(condition: Callable[[], object], seconds: float = 10) -> bool:
    """Look until ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        os.sched_yield()
    return True


class Child:
    """A process that does one thing with the kernel and may have to be killed for it."""

    def __init__(self, act: Callable[[], object]) -> None:
        reader, writer = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._run(act, writer)
        os.close(writer)
        self._answer = reader
        self._ended = False

    def _run(self, act: Callable[[], object], writer: int) -> None:
        try:
            answer = str(act())
        except BaseException as error:  # noqa: BLE001 -- whatever it is goes to the parent
            answer = type(error).__name__
        os.write(writer, answer.encode())
        os._exit(0)

    @property
    def ended(self) -> bool:
        """Whether it is gone."""
        self._ended = self._ended or os.waitpid(self.pid, os.WNOHANG)[0] == self.pid
        return self._ended

    def is_in(self, function: str) -> bool:
        """Tell whether it waits inside a function of the kernel."""
        with suppress(OSError):
            return function in Path(f"/proc/{self.pid}/stack").read_text()
        return False

    @property
    def stuck(self) -> bool:
        """Whether it waits for I/O, or for whatever else nothing can interrupt."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "D"

    def answer(self) -> str:
        """Wait for its end; return what its act returned, or the name of what it raised."""
        assert eventually(lambda: self.ended)
        return os.read(self._answer, 4096).decode()

    def close(self) -> None:
        """Kill it if it still runs."""
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
            assert eventually(lambda: self.ended)
        os.close(self._answer)


@contextmanager
def child(act: Callable[[], object]) -> Iterator[Child]:
    """Run ``act`` in a process of its own."""
    process = Child(act)
    try:
        yield process
    finally:
        process.close()


def read_block(node: str) -> int:
    """Read from the device itself, past every cache."""
    fd = os.open(node, os.O_RDONLY | os.O_DIRECT)
    try:
        return os.preadv(fd, [mmap.mmap(-1, 4096)], 0)
    finally:
        os.close(fd)


def raw(command: int, name: str, payload: bytes = b"") -> codec.Reply:
    """Send one request as it stands."""
    file = ControlFile("/dev/mapper/control")
    try:
        return file.call(codec.Request(command, name=name.encode(), payload=payload))
    finally:
        file.close()


def refused(dm: Control, targets: list[Target]) -> errors.TableLoadError:
    """Load what the kernel must refuse."""
    with pytest.raises(errors.TableLoadError) as caught:
        dm.load("subject", targets)
    return caught.value


@pytest.fixture
def subject(dm: Control) -> Control:
    """Give a control with a fresh device, ``subject``."""
    dm.create("subject")
    return dm


@pytest.fixture
def live(subject: Control, paths: list[str]) -> Control:
    """Give it a live table of two groups with one path each."""
    first, second, *_ = paths
    subject.load("subject", multipath(f"0 0 2 1 service-time 0 1 0 {first} service-time 0 1 0 {second}"))
    subject.resume("subject")
    return subject


class TestADeviceWithoutATable:
    def test_is_not_suspended_and_not_in_sysfs(self, subject: Control) -> None:
        """Created: no flag is set, and neither disk nor node is there."""
        info = subject.info("subject")

        assert (info.flags, info.target_count, info.event_nr) == (0, 0, 0)
        assert not Path(f"/sys/block/{info.node}").exists()
        assert not Path(f"/dev/{info.node}").exists()

    def test_is_in_sysfs_from_the_first_load_on(self, subject: Control, paths: list[str]) -> None:
        """The disk comes with the table, before it is live, and holds its paths already."""
        info = subject.load("subject", one_path(paths[0]))

        assert (Path(f"/sys/block/{info.node}/dm/name").read_text(), info.live_table) == ("subject\n", False)
        assert Path(f"/sys/dev/block/{paths[0]}/holders/{info.node}").exists()

    def test_that_somebody_waits_for_cannot_be_removed(self, subject: Control) -> None:
        """The removal does not wake the waiter and waits for it; that is why `Control.wait` asks for a table."""
        with child(lambda: raw(codec.DEV_WAIT, "subject")) as waiter:
            assert eventually(lambda: waiter.is_in("dm_wait_event"))
            with child(lambda: raw(codec.DEV_REMOVE, "subject")) as remover:
                assert eventually(lambda: remover.is_in("dm_destroy"))
                assert (subject.devices(), waiter.ended, remover.ended) == ([], False, False)

                os.kill(waiter.pid, signal.SIGKILL)
                assert eventually(lambda: waiter.ended and remover.ended)


class TestADeviceThatCannotBeAPath:
    def test_is_refused_while_it_is_held(self, subject: Control, paths: list[str]) -> None:
        """EBUSY for an exclusive open, as for a mount; a plain open does no harm."""
        node = os.path.realpath(f"/dev/block/{paths[0]}")
        with open(node, "rb"):
            subject.load("subject", one_path(paths[0]))
        subject.clear("subject")

        held = os.open(node, os.O_RDONLY | os.O_EXCL)
        refusal = refused(subject, one_path(paths[0]))
        os.close(held)
        assert (refusal.errno, refusal.reason) == (errno.EBUSY, "multipath: error getting device (-EBUSY)")


class TestADeviceThatCanBeAPath:
    def test_may_be_in_two_maps(self, live: Control, paths: list[str]) -> None:
        """Device-mapper does not guard its devices against each other: who makes a map must look at the holders."""
        live.create("second")
        live.load("second", one_path(paths[0]))
        live.resume("second")

        holders = os.listdir(f"/sys/dev/block/{paths[0]}/holders")
        assert sorted(holders) == sorted(live.info(name).node for name in ("subject", "second"))

    def test_may_be_read_only(self, subject: Control, paths: list[str]) -> None:
        """The load says nothing, and the map is writable."""
        node = os.path.realpath(f"/dev/block/{paths[0]}")
        subprocess.run(["blockdev", "--setro", node], check=True)
        subject.load("subject", one_path(paths[0]))
        info = subject.resume("subject")
        subprocess.run(["blockdev", "--setrw", node], check=True)

        assert not info.read_only
        assert Path(f"/sys/block/{info.node}/ro").read_text() == "0\n"


class TestAMapWithoutAPath:
    def test_spins_while_it_holds_bios(self, subject: Control) -> None:
        """A worker of the kernel takes a whole processor for as long as a queued bio waits."""
        subject.load("subject", multipath("3 queue_mode bio queue_if_no_path 0 0 0"))
        node = f"/dev/{subject.resume('subject', udev_flags=QUIET).node}"

        with child(lambda: read_block(node)) as reader:
            assert eventually(lambda: reader.stuck)
            before = worker_ticks()
            spins = eventually(lambda: worker_ticks() - before > TICKS)
            subject.message("subject", "fail_if_no_path")

            assert (spins, reader.answer()) == (True, "OSError")

    @pytest.mark.parametrize("act", ["create", "resume", "reload", "rename"])
    def test_that_queues_comes_to_life_without_being_read(self, host: Host, mpath: Map, act: str) -> None:
        """udev's rules would wait for ever for what they read of it, and the library for udev."""
        empty = MultipathTable(features=Features(queue_if_no_path=True))
        queueing = host.create("queueing", empty, uuid="mpath-queueing", size=SIZE)
        acts: dict[str, Callable[[], object]] = {
            "create": lambda: None,
            "resume": lambda: again(queueing),
            "reload": lambda: queueing.reload(empty),
            "rename": lambda: queueing.rename("renamed"),
        }
        acts[act]()

        assert os.stat(f"/dev/mapper/{queueing.name}").st_rdev == queueing.devt
        queueing.queue_if_no_path(False)
        queueing.remove()
        assert mpath.info().live_table


def again(mpath: Map) -> None:
    """Suspend and resume."""
    mpath.suspend()
    mpath.resume()


def worker_ticks() -> int:
    """Return for how long the kernel's workers have run that serve the queued bios of multipath maps."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, fields = stat.read_text().rpartition(")")
            ticks += sum(map(int, fields.split()[11:13])) if name.endswith("kmpathd") else 0
    return ticks


class Interrupted(Exception):
    """What a signal handler raises."""


def interrupted(*_: object) -> None:
    """Give up."""
    raise Interrupted


def ignored(*_: object) -> None:
    """Go on."""


class TestASwapThatMustWait:
    """One read is on its way down the old path when the new table is resumed."""

    @pytest.fixture
    def old(self, live: Control, paths: list[str]) -> str:
        """Give the live table; another one waits."""
        live.load("subject", one_path(paths[2]))
        return live.table("subject")[0].params

    @pytest.fixture
    def slow(self, old: str) -> Iterator[str]:
        """Give it too; from then on the array takes a second for everything."""
        DELAY.write_text(f"{SECOND}\n")
        yield old
        assert eventually(lambda: self._idle() and self._set_fast())

    def _idle(self) -> bool:
        return all(path.read_text().split() == ["0", "0"] for path in Path("/sys/block").glob("sd*/inflight"))

    def _set_fast(self) -> bool:
        with suppress(OSError):  # EBUSY: a command came in between
            DELAY.write_text("0\n")
            return True
        return False

    @contextmanager
    def swap(self, dm: Control, paths: list[str], handler: Callable[..., None]) -> Iterator[Child]:
        """Read, and have a child wait for the read with its swap."""
        node = f"/dev/{dm.info('subject').node}"

        def resume() -> object:
            signal.signal(signal.SIGUSR1, handler)
            with Control(nodes="none") as own:
                return own.resume("subject", udev_flags=QUIET).live_table

        inflight = Path(f"/sys/dev/block/{paths[0]}/inflight")
        with child(lambda: read_block(node)) as reader:
            assert eventually(lambda: inflight.read_text().split()[0] == "1")
            with child(resume) as swapper:
                assert eventually(lambda: swapper.is_in("dm_suspend"))
                yield swapper
            assert reader.answer() == "4096"

    def test_keeps_both_tables_when_a_handler_gives_up(self, live: Control, paths: list[str], slow: str) -> None:
        """The live table goes on, not suspended, and the new one waits for the next resume."""
        with self.swap(live, paths, interrupted) as swapper:
            os.kill(swapper.pid, signal.SIGUSR1)
            assert swapper.answer() == "Interrupted"

            info = live.info("subject")
            assert (info.suspended, info.inactive_table) == (False, True)
            assert live.table("subject")[0].params == slow

    def test_keeps_both_tables_when_it_is_killed(self, live: Control, paths: list[str], slow: str) -> None:
        """A resume by anyone would make the new one live, so who finds it must clear it or mean it."""
        with self.swap(live, paths, ignored) as swapper:
            os.kill(swapper.pid, signal.SIGKILL)
            assert eventually(lambda: swapper.ended)

            info = live.info("subject")
            assert (info.suspended, info.inactive_table) == (False, True)
            assert live.table("subject")[0].params == slow

    @pytest.mark.usefixtures("slow")
    def test_is_sent_again_when_a_handler_returns(self, live: Control, paths: list[str]) -> None:
        """Signals do not stop a swap."""
        with self.swap(live, paths, ignored) as swapper:
            for _ in range(3):
                os.kill(swapper.pid, signal.SIGUSR1)
            assert swapper.answer() == "True"

        assert live.deps("subject") == (DevT(os.makedev(*map(int, paths[2].split(":")))),)


class TestAHostThatIsHeld:
    def test_does_not_keep_a_swap_waiting(self, live: Control, paths: list[str]) -> None:
        """A command that the host does not take yet is not on its way: a reload takes it along to the new path."""
        held = next(Path(f"/sys/dev/block/{paths[0]}/device").resolve().parents[1].glob("scsi_host/host*/state"))
        node = f"/dev/{live.info('subject').node}"
        # What somebody else asks of the path would be on its way, and what comes behind it too.
        subprocess.run(["udevadm", "settle"], check=True)
        held.write_text("recovery\n")
        try:
            with child(lambda: read_block(node)) as reader:
                assert eventually(lambda: reader.stuck)
                live.load("subject", one_path(paths[2]))
                live.resume("subject", udev_flags=QUIET)

                assert reader.answer() == "4096"
        finally:
            held.write_text("running\n")
