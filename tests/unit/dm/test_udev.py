"""The udev cookie protocol, on the System V semaphores of this machine; it needs no device-mapper."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multipath._native.libc import ffi, lib
from multipath.dm import udev
from multipath.dm.nodes import UdevNodes
from multipath.dm.udev import UdevCookie, remove_orphans
from multipath.dm.udev_flag import UdevFlag
from multipath.errors import UdevError

MAGIC = 0x0D4D
HOLDER = """
import sys, time
from multipath.dm.udev import UdevCookie
cookie = UdevCookie()
print(cookie.key, flush=True)
sys.stdin.read()
"""


def cookies() -> dict[int, int]:
    """Return the cookies of this machine: the id of each key's semaphores."""
    lines = Path("/proc/sysvipc/sem").read_text("ascii").splitlines()[1:]
    sets = [tuple(map(int, line.split()[:2])) for line in lines]
    return {key: semid for key, semid in sets if key >> 16 == MAGIC}


def value(key: int) -> int:
    """Return the protocol's semaphore: 1, and 1 for each uevent that is outstanding."""
    return int(lib.semctl_plain(cookies()[key], 0, lib.GETVAL))


def complete(key: int) -> None:
    """Do what udev's last rule does: find the one semaphore of the key, and subtract."""
    semid = lib.semget(key, 1, 0)
    assert lib.semop(semid, ffi.new("struct sembuf *", {"sem_op": -1, "sem_flg": lib.IPC_NOWAIT}), 1) == 0


def remove(key: int) -> None:
    """Remove a cookie by force, as ``dmsetup udevcomplete_all`` does."""
    lib.semctl_plain(cookies()[key], 0, lib.IPC_RMID)


def make(key: int, values: list[int]) -> None:
    """Make a set of semaphores that no `UdevCookie` made."""
    semid = lib.semget(key, len(values), lib.IPC_CREAT | lib.IPC_EXCL | 0o600)
    assert semid >= 0
    assert lib.semctl_array(semid, lib.SETALL, ffi.new("unsigned short[]", values)) == 0


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    """Every cookie that a test made is gone when it is over."""
    before = cookies()
    yield
    assert cookies().keys() <= before.keys()


@pytest.fixture
def cookie() -> Iterator[UdevCookie]:
    """A cookie of this process."""
    with UdevCookie() as cookie:
        yield cookie


@pytest.fixture
def foreign() -> Iterator[Callable[[int, list[int]], int]]:
    """Make a set of semaphores, which goes when the test is over."""
    keys: list[int] = []

    def make_set(key: int, values: list[int]) -> int:
        keys.append(key)
        make(key, values)
        return key

    yield make_set
    for key in keys:
        if (semid := lib.semget(key, 0, 0)) >= 0:
            lib.semctl_plain(semid, 0, lib.IPC_RMID)


@pytest.fixture
def dmsetup() -> str:
    """The path of dmsetup, an oracle where it is installed."""
    path = shutil.which("dmsetup", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        pytest.skip("dmsetup is not installed on this machine; it comes with the package dmsetup")
    return path


class TestACookie:
    def test_counts_what_udev_has_to_finish(self, cookie: UdevCookie) -> None:
        """It starts at 1; a command adds 1, udev subtracts it, the wait takes the first 1 and finds zero."""
        assert value(cookie.key) == 1
        cookie.add()
        assert value(cookie.key) == 2
        complete(cookie.key)
        assert value(cookie.key) == 1

        cookie.wait(0)

        assert value(cookie.key) == 0

    def test_has_a_key_with_the_magic_number(self, cookie: UdevCookie) -> None:
        """The base is never zero, which would mean no cookie."""
        assert cookie.key >> 16 == MAGIC
        assert cookie.key & 0xFFFF

    def test_can_be_subtracted_from_by_root_alone(self, cookie: UdevCookie) -> None:
        """Nobody else may make us believe that udev is done."""
        line = next(line for line in Path("/proc/sysvipc/sem").read_text().splitlines() if str(cookie.key) in line)

        assert line.split()[2] == "600"

    def test_gives_the_kernel_its_flags_and_its_base(self, cookie: UdevCookie) -> None:
        """The flags in the upper half, where the key has the magic number."""
        cookie.key = 0x0D4D1234

        flags = UdevFlag.SUBSYSTEM_FLAG0 | UdevFlag.DISABLE_LIBRARY_FALLBACK | UdevFlag.PRIMARY_SOURCE
        assert cookie.kernel_value(flags) == 0x01601234 == 23073332

        with UdevCookie() as other:
            cookie.key = other.key

    def test_takes_back_what_no_uevent_comes_for(self, cookie: UdevCookie) -> None:
        """A command that failed leaves the count as it was."""
        cookie.add()
        cookie.drop()

        assert value(cookie.key) == 1

    def test_may_serve_many_commands(self, cookie: UdevCookie) -> None:
        """One wait for all of them."""
        for _ in range(5):
            cookie.add()
        for _ in range(5):
            complete(cookie.key)

        cookie.wait(0)

    def test_is_gone_after_use(self) -> None:
        """Also when the command raised, and when it is released twice."""
        with pytest.raises(KeyError), UdevCookie() as cookie:
            raise KeyError
        cookie.release()

        assert cookie.key not in cookies()

    def test_is_gone_when_nobody_got_it(self) -> None:
        """As when a signal's exception comes between its making and the ``with``."""
        key = UdevCookie().key

        assert key not in cookies()

    def test_is_not_taken_away_by_a_fork(self, cookie: UdevCookie) -> None:
        """What goes away there is a copy."""
        child = os.fork()
        if child == 0:
            cookie.__del__()
            os._exit(0)
        os.waitpid(child, 0)

        assert cookie.key in cookies()

    def test_takes_another_key_when_one_is_taken(
        self, monkeypatch: pytest.MonkeyPatch, foreign: Callable[[int, list[int]], int]
    ) -> None:
        """A key in use is somebody else's cookie."""
        foreign(0x0D4D0008, [1])
        bases = iter([b"\0\x08", b"\0\x08", b"\0\x09"])
        monkeypatch.setattr("multipath.dm.udev.os.urandom", lambda _: next(bases))

        with UdevCookie() as cookie:
            assert cookie.key == 0x0D4D0009

    def test_says_when_the_host_has_no_room(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The error keeps the errno and tells where to look."""

        class Full:
            IPC_CREAT = IPC_EXCL = errno = 0
            semget = staticmethod(lambda *_: -1)

        monkeypatch.setattr(udev, "lib", Full)
        monkeypatch.setattr(udev, "ffi", type("ffi", (), {"errno": errno.ENOSPC}))
        monkeypatch.setattr(udev, "remove_orphans", lambda: 0)
        with pytest.raises(UdevError, match="compare ipcs -s") as caught:
            UdevCookie()

        assert caught.value.errno == errno.ENOSPC


class TestAWait:
    def test_ends_when_udev_is_done(self, cookie: UdevCookie) -> None:
        """Another process's subtraction wakes it."""
        cookie.add()
        udev_rule = threading.Timer(0.05, complete, (cookie.key,))
        udev_rule.start()

        cookie.wait(10)

        udev_rule.join()
        assert value(cookie.key) == 0

    @pytest.mark.parametrize("timeout", [0.0, 0.02, -1.0])
    def test_ends_when_its_time_is_over(self, cookie: UdevCookie, timeout: float) -> None:
        """The error says that udev did not finish, and what to look at."""
        cookie.add()

        with pytest.raises(UdevError, match="udevadm monitor") as caught:
            cookie.wait(timeout)

        assert caught.value.errno == errno.ETIMEDOUT

    def test_ends_when_someone_removes_the_cookie(self, cookie: UdevCookie) -> None:
        """``dmsetup udevcomplete_all`` is an administrator's word that nothing is to be waited for."""
        cookie.add()
        force = threading.Timer(0.05, remove, (cookie.key,))
        force.start()

        cookie.wait(10)

        force.join()

    def test_does_not_begin_when_someone_removed_the_cookie(self, cookie: UdevCookie) -> None:
        """The same word, given before the wait."""
        cookie.add()
        remove(cookie.key)

        cookie.drop()
        cookie.wait(10)

    def test_goes_on_after_a_signal(self, cookie: UdevCookie) -> None:
        """A handler that returns does not end it."""
        seen: list[int] = []
        before = signal.signal(signal.SIGALRM, lambda number, _: seen.append(number))
        cookie.add()
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        udev_rule = threading.Timer(0.1, complete, (cookie.key,))
        udev_rule.start()

        cookie.wait(10)

        udev_rule.join()
        signal.signal(signal.SIGALRM, before)
        assert seen == [signal.SIGALRM]

    def test_ends_when_a_handler_raises(self, cookie: UdevCookie) -> None:
        """Control-C is not waited out."""

        def interrupt(number: int, _: object) -> None:
            raise KeyboardInterrupt(number)

        before = signal.signal(signal.SIGALRM, interrupt)
        cookie.add()
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        try:
            with pytest.raises(KeyboardInterrupt):
                cookie.wait(10)
        finally:
            signal.signal(signal.SIGALRM, before)

    def test_cannot_count_for_a_cookie_that_is_gone(self, cookie: UdevCookie) -> None:
        """A command must not go out with a cookie that nobody could wait for."""
        remove(cookie.key)

        with pytest.raises(UdevError, match="could not count a uevent"):
            cookie.add()


class TestACommandThatIsAnnounced:
    def test_waits_for_its_uevent(self) -> None:
        """The number has flags and base, the count is 2 while the command runs, and the wait ends with udev."""
        with UdevNodes(timeout=5).announced(UdevFlag.SUBSYSTEM_FLAG0) as announcement:
            key = MAGIC << 16 | announcement.value & 0xFFFF
            assert (announcement.value >> 16, value(key)) == (0x0140, 2)
            announcement.generated = True
            complete(key)

    def test_does_not_wait_without_a_uevent(self) -> None:
        """The kernel said that it sent none."""
        with UdevNodes(timeout=5).announced(UdevFlag(0)) as announcement:
            announcement.generated = False

    def test_leaves_nothing_when_it_fails(self) -> None:
        """Its own error comes through, and does not wait for udev."""
        with pytest.raises(KeyError), UdevNodes(timeout=60).announced(UdevFlag(0)):
            raise KeyError

    def test_says_when_udev_does_not_finish(self) -> None:
        """The kernel's part is done: the error is udev's."""
        with pytest.raises(UdevError, match="did not finish"), UdevNodes(timeout=0.01).announced(UdevFlag(0)) as said:
            said.generated = True


class Holders:
    """Processes that hold a cookie each."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []

    def start(self) -> tuple[subprocess.Popen[str], int]:
        """Start a process, and return it with its cookie's key."""
        command = [sys.executable, "-c", HOLDER]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        assert process.stdout is not None
        return process, int(process.stdout.readline())

    def kill(self) -> None:
        """Kill them all, as the kernel does when memory runs out."""
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture
def processes() -> Iterator[Holders]:
    """Processes that hold cookies; what they leave is removed."""
    started = Holders()
    yield started
    started.kill()
    remove_orphans()


class TestTheCookieOfAnotherProcess:
    def test_is_collected_when_its_owner_was_killed(self, processes: Holders) -> None:
        """The next cookie of anyone removes it."""
        _, key = processes.start()
        processes.kill()
        assert key in cookies()

        with UdevCookie():
            assert key not in cookies()

    def test_is_left_alone_while_its_owner_lives(self, processes: Holders) -> None:
        """Collecting takes the dead one and not the living."""
        living, key = processes.start()
        _, of_dead = processes.start()
        processes.processes[1].kill()
        processes.processes[1].communicate()

        assert remove_orphans() == 1
        assert (key in cookies(), of_dead in cookies()) == (True, False)
        assert living.poll() is None

    def test_is_collected_when_its_owners_number_is_used_again(self, foreign: Callable[[int, list[int]], int]) -> None:
        """A process with the same number that started at another time is another process."""
        low, high, started, namespace = udev._owner(os.getpid())
        key = foreign(0x0D4D0101, [1, low, high, started ^ 1, namespace])

        assert remove_orphans() == 1
        assert key not in cookies()

    def test_is_left_alone_in_another_container(self, foreign: Callable[[int, list[int]], int]) -> None:
        """Processes of another namespace cannot be seen from here, and are not taken for dead."""
        low, high, started, namespace = udev._owner(os.getpid())
        key = foreign(0x0D4D0102, [1, low, high, started ^ 1, namespace ^ 1])

        assert remove_orphans() == 0
        assert key in cookies()

    def test_is_left_alone_before_it_names_its_owner(self, foreign: Callable[[int, list[int]], int]) -> None:
        """Between its first two steps a cookie is all zeroes."""
        key = foreign(0x0D4D0103, [0, 0, 0, 0, 0])

        assert remove_orphans() == 0
        assert key in cookies()

    @pytest.mark.parametrize(
        ("key", "values"), [(0x0D4D0104, [1]), (0x0D4D0104, [1] * 6), (0x0E4D0104, [1, 1, 0, 0, 0])]
    )
    def test_is_left_alone_when_another_program_made_it(
        self, foreign: Callable[[int, list[int]], int], key: int, values: list[int]
    ) -> None:
        """Sets of another size, as libdevmapper's of one semaphore, and keys without the magic number."""
        foreign(key, values)

        assert remove_orphans() == 0
        assert lib.semget(key, 0, 0) >= 0


class TestTheOracle:
    def test_lists_the_same_cookie(self, cookie: UdevCookie, dmsetup: str) -> None:
        """``dmsetup udevcookies`` shows key, id and value."""
        cookie.add()
        listed = subprocess.run([dmsetup, "udevcookies"], check=True, capture_output=True, text=True).stdout

        rows = [line.split()[:3] for line in listed.splitlines()]
        assert [f"{cookie.key:#x}", str(cookies()[cookie.key]), "2"] in rows

    @pytest.mark.parametrize(
        ("flags", "names"),
        [
            (UdevFlag.DISABLE_LIBRARY_FALLBACK, ["DM_UDEV_DISABLE_LIBRARY_FALLBACK_FLAG"]),
            (UdevFlag.PRIMARY_SOURCE, ["DM_UDEV_PRIMARY_SOURCE_FLAG"]),
            (UdevFlag.DISABLE_DM_RULES, ["DM_UDEV_DISABLE_DM_RULES_FLAG"]),
            (UdevFlag.DISABLE_SUBSYSTEM_RULES, ["DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG"]),
            (UdevFlag.DISABLE_DISK_RULES, ["DM_UDEV_DISABLE_DISK_RULES_FLAG"]),
            (UdevFlag.DISABLE_OTHER_RULES, ["DM_UDEV_DISABLE_OTHER_RULES_FLAG"]),
            (UdevFlag.LOW_PRIORITY, ["DM_UDEV_LOW_PRIORITY_FLAG"]),
            (UdevFlag.SUBSYSTEM_FLAG0, ["DM_SUBSYSTEM_UDEV_FLAG0"]),
            (UdevFlag.SUBSYSTEM_FLAG1, ["DM_SUBSYSTEM_UDEV_FLAG1"]),
            (UdevFlag.SUBSYSTEM_FLAG2, ["DM_SUBSYSTEM_UDEV_FLAG2"]),
        ],
    )
    def test_reads_the_same_flags(self, cookie: UdevCookie, dmsetup: str, flags: UdevFlag, names: list[str]) -> None:
        """``dmsetup udevflags`` prints the name of each bit of the kernel's number."""
        number = f"{cookie.kernel_value(flags):#010x}"
        printed = subprocess.run([dmsetup, "udevflags", number], check=True, capture_output=True, text=True).stdout

        assert [line.partition("=")[0] for line in printed.splitlines()] == names


class TestAHostWithoutUdev:
    def test_leaves_no_cookie_where_its_owner_cannot_be_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without procfs there is no cookie, rather than one that nobody would collect."""

        def unreadable(pid: int) -> list[int]:
            raise FileNotFoundError(errno.ENOENT, "no procfs", pid)

        monkeypatch.setattr(udev, "_owner", unreadable)
        before = cookies()

        with pytest.raises(OSError, match="no procfs"):
            UdevCookie()

        assert cookies() == before


class TestManyThreads:
    def test_have_a_cookie_each(self) -> None:
        """No two share a key, and none is left."""
        keys: list[int] = []

        def work() -> None:
            for _ in range(20):
                with UdevCookie() as cookie:
                    keys.append(cookie.key)
                    time.sleep(0)
                    cookie.wait(5)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(keys) == 80
