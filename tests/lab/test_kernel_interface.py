"""
What the library believes of device-mapper, asked of the kernel itself: one fact for each test.

`docs/kernel-interface.md` tells what was found where. Kernels that differ are told apart by the version of the
interface or of the target, never by their name.
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
from multipath._native.control import ControlFile, Unanswered
from multipath.dm.udev import UdevFlag
from multipath.units import DevT, Sectors, format_devt
from multipath.wire.features import Features

pytestmark = pytest.mark.kernel

SIZE = Sectors(131072)
# From this minor version on names are looked up as files alone, a message without a table is EINVAL, and a map that
# would be its own path is refused.
STRICT_MINOR = 48
# From this minor version on a number that needs more than 64 bits is read as the greatest, not cut.
SATURATES_MINOR = 50
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


@pytest.fixture
def strict(dm: Control) -> bool:
    """Whether this kernel is one of the stricter ones."""
    return dm.version().minor >= STRICT_MINOR


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

    def test_has_no_lines_and_no_devices(self, subject: Control) -> None:
        """Table, status and dependencies are empty answers, no errors."""
        assert (list(subject.table("subject")), list(subject.status("subject"))) == ([], [])
        assert subject.deps("subject") == ()

    def test_may_be_suspended_and_then_needs_a_table_to_resume(self, subject: Control, paths: list[str]) -> None:
        """EINVAL, and it stays suspended until a table is there."""
        subject.suspend("subject")
        with pytest.raises(errors.DeviceMapperError) as refusal:
            subject.resume("subject")
        assert (refusal.value.errno, subject.info("subject").suspended) == (errno.EINVAL, True)

        subject.load("subject", one_path(paths[0]))
        assert not subject.resume("subject").suspended

    @pytest.mark.parametrize("waiting", [False, True], ids=["empty", "inactive table"])
    def test_answers_a_message_in_one_of_two_ways(self, subject: Control, strict: bool, waiting: bool) -> None:
        """A positive result, or EINVAL; the library says `TableMissing` for both."""
        if waiting:
            subject.load("subject", multipath("0 0 0 0"))
        with pytest.raises((Unanswered, OSError)) as answer:
            raw(codec.TARGET_MSG, "subject", codec.pack_message(0, b"queue_if_no_path"))
        with pytest.raises(errors.TableMissing):
            subject.message("subject", "queue_if_no_path")

        error = answer.value
        found = error.result if isinstance(error, Unanswered) else getattr(error, "errno", 0)
        assert (type(error), found) == ((OSError, errno.EINVAL) if strict else (Unanswered, 2))

    def test_that_somebody_waits_for_cannot_be_removed(self, subject: Control) -> None:
        """The removal does not wake the waiter and waits for it; that is why `Control.wait` asks for a table."""
        with child(lambda: raw(codec.DEV_WAIT, "subject")) as waiter:
            assert eventually(lambda: waiter.is_in("dm_wait_event"))
            with child(lambda: raw(codec.DEV_REMOVE, "subject")) as remover:
                assert eventually(lambda: remover.is_in("dm_destroy"))
                assert (subject.devices(), waiter.ended, remover.ended) == ([], False, False)

                os.kill(waiter.pid, signal.SIGKILL)
                assert eventually(lambda: waiter.ended and remover.ended)


class TestAMessageForAMissingPath:
    def test_is_refused_as_a_message(self, live: Control, strict: bool) -> None:
        """ENXIO or EINVAL: the map is not what is missing."""
        with pytest.raises(errors.MessageRefused) as refusal:
            live.message("subject", "fail_path 8:4080")

        assert refusal.value.errno == (errno.EINVAL if strict else errno.ENXIO)

    def test_for_a_map_that_is_missing_too_is_not(self, dm: Control) -> None:
        """There is no map to refuse it."""
        with pytest.raises(errors.DeviceNotFound):
            dm.message("nowhere", "fail_path 8:4080")


class TestNumbersOfATable:
    @pytest.mark.parametrize(
        ("given", "printed"),
        [("1 007", "1 7"), ("01 1", "1 1"), (f"{2**32 + 1} 1", "1 1"), (f"1 {2**32 + 2}", "1 2"), ("0 1", "0 1")],
    )
    def test_may_have_zeros_in_front_and_are_cut_to_32_bits(
        self, subject: Control, paths: list[str], given: str, printed: str
    ) -> None:
        """Accepted, and printed as what they became; a repeat count of 0 stays."""
        subject.load("subject", one_path(paths[0], *given.split()))

        assert subject.table("subject", inactive=True)[0].params.endswith(f"{paths[0]} {printed} ")

    def test_beyond_64_bits_are_cut_or_the_greatest(self, subject: Control, paths: list[str]) -> None:
        """Older kernels cut these too, newer ones read the greatest number."""
        saturates = subject.version().minor >= SATURATES_MINOR

        subject.load("subject", one_path(paths[0], str(2**64), "1"))

        # A repeat count above 1 is printed as 1, one of 0 as 0.
        assert subject.table("subject", inactive=True)[0].params.split()[-2] == ("1" if saturates else "0")

    @pytest.mark.parametrize("word", ["+1", "-1", "0x1", "1a", "1.0"])
    def test_are_decimal_digits_alone(self, subject: Control, paths: list[str], word: str) -> None:
        """No sign, no other base, nothing behind."""
        assert refused(subject, one_path(paths[0], word, "1")).reason == (
            "multipath: service-time ps: invalid repeat count (-EINVAL)"
        )

    def test_of_a_device_are_cut_too(self, subject: Control) -> None:
        """What is no number of a device may name another one, so the library sends only numbers that it has read."""
        subject.load("subject", one_path(f"{2**32 + 8}:0"))

        assert [format_devt(number) for number in subject.deps("subject", inactive=True)] == ["8:0"]


class TestADeviceThatCannotBeAPath:
    @pytest.mark.parametrize(
        ("device", "codes"),
        [
            ("8:4080", ("ENXIO", "ENXIO")),
            ("250:7", ("ENXIO", "ENXIO")),
            ("4096:0", ("EOVERFLOW", "EOVERFLOW")),
            ("/dev/missing", ("ENODEV", "ENOENT")),
            ("sda", ("ENODEV", "ENOENT")),
            ("/dev/null", ("ENODEV", "ENOTBLK")),
        ],
    )
    def test_is_refused_with_the_reason_in_the_log(
        self, subject: Control, strict: bool, device: str, codes: tuple[str, str]
    ) -> None:
        """A missing number is ENXIO everywhere; a name that leads nowhere differs."""
        refusal = refused(subject, one_path(device))

        assert refusal.reason == f"multipath: error getting device (-{codes[strict]})"
        assert errno.errorcode[refusal.errno or 0] == codes[strict]

    def test_is_refused_while_it_is_offline(self, subject: Control, paths: list[str]) -> None:
        """ENXIO, as for a missing one: a reload that keeps an offline path in the table fails."""
        state = Path(f"/sys/dev/block/{paths[1]}/device/state")
        state.write_text("offline\n")
        refusal = refused(subject, multipath(f"0 0 1 1 service-time 0 2 0 {paths[0]} {paths[1]}"))
        state.write_text("running\n")

        assert (refusal.errno, refusal.reason) == (errno.ENXIO, "multipath: error getting device (-ENXIO)")

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

    def test_may_be_the_map_itself_on_older_kernels(self, subject: Control, strict: bool) -> None:
        """Refused once its disk is there, where the kernel looks."""
        subject.load("subject", multipath("0 0 0 0"))
        itself = one_path(format_devt(subject.info("subject").devt))

        if strict:
            assert refused(subject, itself).errno == errno.EINVAL
        else:
            subject.load("subject", itself)
            subject.clear("subject")


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


class TestWhatATablePrints:
    @pytest.mark.parametrize("delay", ["0", "1234", "2000"])
    def test_has_the_delay_that_was_asked_for(self, subject: Control, paths: list[str], delay: str) -> None:
        """A given pg_init_delay_msecs is kept."""
        text = f"2 pg_init_delay_msecs {delay} 0 1 1 service-time 0 1 2 {paths[0]} 1 1"
        subject.load("subject", multipath(text))

        assert subject.table("subject", inactive=True)[0].params == f"{text} "

    def test_may_lack_the_word_that_retains_the_handler(self, subject: Control, paths: list[str]) -> None:
        """From target version 1.15 on, without device handlers in the kernel, it is taken and not printed."""
        text = f"1 retain_attached_hw_handler 0 1 1 service-time 0 1 2 {paths[0]} 1 1"
        subject.load("subject", multipath(text))
        forgotten = subject.target_versions()["multipath"] >= (1, 15, 0)

        printed = subject.table("subject", inactive=True)[0].params
        assert printed.split()[0] == ("0" if forgotten else "1")

    def test_has_no_paths_when_it_was_given_none(self, live: Control) -> None:
        """A map may lose all its paths and get them back; it keeps its kind."""
        live.load("subject", multipath("0 0 0 0"))
        live.resume("subject", udev_flags=QUIET)

        assert (live.table("subject")[0].params, live.status("subject")[0].params) == ("0 0 0 0 ", "2 1 0 0 0 0 ")

    @pytest.mark.parametrize(
        ("first", "then"), [("0 0 0 0", "2 queue_mode bio 0 1 1"), ("2 queue_mode bio 0 0 0", "0 0 1 1")]
    )
    def test_cannot_change_between_requests_and_bios(
        self, subject: Control, paths: list[str], first: str, then: str
    ) -> None:
        """The first load decides, also one without paths."""
        subject.load("subject", multipath(first))
        subject.resume("subject")

        assert refused(subject, multipath(f"{then} service-time 0 1 0 {paths[0]}")).errno == errno.EINVAL


class TestTheOrder:
    def test_of_dependencies_is_last_used_first(self, subject: Control, paths: list[str]) -> None:
        """Each device once, where it was used first, from the end."""
        a, b, c, d = paths
        groups = f"service-time 0 2 0 {b} {a} service-time 0 2 0 {d} {b} service-time 0 1 0 {c}"
        subject.load("subject", multipath(f"0 0 3 1 {groups}"))

        assert [format_devt(number) for number in subject.deps("subject", inactive=True)] == [c, d, a, b]

    def test_of_the_list_is_that_of_bytes(self, dm: Control) -> None:
        """Capitals first, and 10 before 9."""
        for name in ("zeta", "alpha", "Mid", "a10", "a9"):
            dm.create(name)

        assert [entry.name for entry in dm.devices()] == ["Mid", "a10", "a9", "alpha", "zeta"]


class Events:
    """A device's event number and a poller, looked at together."""

    def __init__(self, dm: Control) -> None:
        self.dm, self.poller = dm, dm.sibling()

    def after(self, act: Callable[[], object], name: str = "subject") -> tuple[int, bool]:
        """Return by how much the number grew, and whether the poller woke."""
        before = self.dm.info(name).event_nr
        self.poller.arm_poll()
        act()
        # An event of a target comes from a worker: a message that causes one is followed by it.
        woke = self.poller.poll(0) or self.poller.poll(0.3)
        left = [entry for entry in self.dm.devices() if entry.name.startswith(name)]
        return ((left[0].event_nr or 0) - before if left else 0), woke


class TestEvents:
    @pytest.fixture
    def events(self, dm: Control) -> Iterator[Events]:
        """Watch."""
        watched = Events(dm)
        yield watched
        watched.poller.close()

    def test_are_not_caused_by_load_clear_and_suspend(self, live: Control, events: Events) -> None:
        """Nor by a resume that has nothing to do, or only lets I/O flow again."""
        assert events.after(lambda: live.load("subject", multipath("0 0 0 0"))) == (0, False)
        assert events.after(lambda: live.clear("subject")) == (0, False)
        assert events.after(lambda: live.resume("subject")) == (0, False)
        assert events.after(lambda: live.suspend("subject")) == (0, False)
        assert events.after(lambda: live.resume("subject")) == (0, False)

    def test_of_a_swap_wake_a_poller_alone(self, live: Control, events: Events, paths: list[str]) -> None:
        """A reload does not count as an event of the device: a watch must compare the tables."""
        live.load("subject", one_path(paths[2]))

        assert events.after(lambda: live.resume("subject")) == (0, True)

    def test_of_a_creation_and_a_removal_wake_a_poller(self, live: Control, events: Events) -> None:
        """They are no events of another device."""
        assert events.after(lambda: live.create("other")) == (0, True)
        assert events.after(lambda: live.remove("other")) == (0, True)

    def test_of_a_rename_count(self, live: Control, events: Events) -> None:
        """As does a uuid that is set; but a device without a table has none to count."""
        live.create("empty")

        assert events.after(lambda: live.set_uuid("subject", "mpath-subject")) == (1, True)
        assert events.after(lambda: live.rename("subject", "subject2")) == (1, True)
        assert events.after(lambda: live.rename("empty", "empty2"), "empty") == (0, True)

    def test_of_paths_count_when_the_state_changes(self, live: Control, events: Events, paths: list[str]) -> None:
        """A path that has failed already cannot fail."""
        fail, reinstate = f"fail_path {paths[0]}", f"reinstate_path {paths[0]}"

        assert [events.after(lambda: live.message("subject", fail)) for _ in range(2)] == [(1, True), (0, False)]
        assert [events.after(lambda: live.message("subject", reinstate)) for _ in range(2)] == [(1, True), (0, False)]

    @pytest.mark.parametrize("message", ["switch_group 2", "disable_group 1", "enable_group 1"])
    def test_of_groups_always_count(self, live: Control, events: Events, message: str) -> None:
        """Also when nothing changes."""
        assert [events.after(lambda: live.message("subject", message)) for _ in range(2)] == [(1, True)] * 2

    @pytest.mark.parametrize("message", ["queue_if_no_path", "fail_if_no_path"])
    def test_of_queueing_do_not_exist(self, live: Control, events: Events, message: str) -> None:
        """A watch sees it in the table alone."""
        assert events.after(lambda: live.message("subject", message)) == (0, False)


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
        held.write_text("recovery\n")
        with child(lambda: read_block(node)) as reader:
            assert eventually(lambda: reader.stuck)
            live.load("subject", one_path(paths[2]))
            live.resume("subject", udev_flags=QUIET)

            assert reader.answer() == "4096"
        held.write_text("running\n")
