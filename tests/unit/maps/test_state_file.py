"""The state files on a real file system, with real processes beside us."""

import fcntl
import os
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath import errors
from multipath.maps.bindings import HEADER, parse_bindings
from multipath.maps.prkeys import Prkey
from multipath.maps.state_file import StateFolder

from .state_writers import APPENDING, BINDING, REMEMBERING, Writers


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    """A folder that is not there yet, whose locks are not waited for."""
    return StateFolder(tmp_path / "etc/multipath", deadline=0)


@pytest.fixture
def bindings(folder: StateFolder) -> Path:
    """The bindings file, with one binding."""
    folder.add_binding("mpatha", "36001")
    return Path(folder.folder, "bindings")


@pytest.fixture
def writers() -> Iterator[Writers]:
    """Processes that are gone at the end, whatever comes."""
    with Writers() as writers:
        yield writers


WRITES: Final[dict[str, Callable[[StateFolder], None]]] = {
    "bindings": lambda folder: folder.add_binding("mpathy", "36025"),
    "wwids": lambda folder: folder.add_wwid("36025"),
    "prkeys": lambda folder: folder.set_prkey("36025", Prkey(25)),
}


def names(folder: StateFolder) -> list[str]:
    """Return the files of a folder."""
    return sorted(os.listdir(folder.folder))


class TestAFolderThatIsNotThere:
    def test_holds_nothing_and_is_not_made(self, folder: StateFolder) -> None:
        """A question changes nothing."""
        assert (folder.bindings().by_alias, folder.wwids().wwids, folder.prkeys().keys) == ({}, (), {})
        folder.remove_wwid("36001")
        folder.remove_prkey("36001")

        assert not os.path.exists(folder.folder)

    def test_is_not_made_for_what_is_refused(self, folder: StateFolder) -> None:
        """Nor an empty file."""
        with pytest.raises(errors.NameRefused):
            folder.add_binding("a/b", "36001")
        with pytest.raises(errors.NameRefused):
            folder.add_wwid("a/b")

        assert not os.path.exists(folder.folder)

    def test_is_made_as_multipath_tools_makes_it(self, folder: StateFolder) -> None:
        """For root's eyes only."""
        folder.add_binding("mpatha", "36001")
        folder.add_wwid("36001")
        folder.set_prkey("36001", Prkey(0xAB))

        assert names(folder) == ["bindings", "prkeys", "wwids"]
        assert {stat.S_IMODE(os.stat(f"{folder.folder}/{name}").st_mode) for name in names(folder)} == {0o600}
        assert stat.S_IMODE(os.stat(folder.folder).st_mode) == 0o700


class TestAChange:
    def test_is_there_afterwards(self, folder: StateFolder) -> None:
        """Each of them."""
        folder.add_bindings({"mpathb": "36002", "mpatha": "36001"})
        folder.add_wwids(["36001", "36002"])
        folder.remove_wwid("36001")
        folder.set_prkey("36001", Prkey(1))
        folder.set_prkey("36002", Prkey(2, aptpl=True))
        folder.remove_prkey("36001")

        assert folder.bindings().by_wwid == {"36001": "mpatha", "36002": "mpathb"}
        assert folder.wwids().wwids == ("36002",)
        assert folder.prkeys().keys == {"36002": Prkey(2, aptpl=True)}

    def test_of_all_wwids_forgets_the_others(self, folder: StateFolder) -> None:
        """As ``multipath -W``."""
        folder.add_wwids(["36001", "36002"])
        folder.replace_wwids(["36002", "36003"])

        assert folder.wwids().wwids == ("36002", "36003")

    def test_keeps_the_mode(self, folder: StateFolder, bindings: Path) -> None:
        """And who may read it."""
        bindings.chmod(0o640)
        folder.add_binding("mpathb", "36002")

        assert stat.S_IMODE(bindings.stat().st_mode) == 0o640
        assert names(folder) == ["bindings"]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
    def test_keeps_the_owner(self, folder: StateFolder, bindings: Path) -> None:
        """And the group."""
        os.chown(bindings, 1, 2)
        folder.add_binding("mpathb", "36002")

        assert (bindings.stat().st_uid, bindings.stat().st_gid) == (1, 2)

    def test_goes_through_a_link(self, folder: StateFolder, bindings: Path, tmp_path: Path) -> None:
        """The link stays one."""
        target = bindings.rename(tmp_path / "elsewhere")
        bindings.symlink_to(target)
        folder.add_binding("mpathb", "36002")

        assert bindings.is_symlink()
        assert set(parse_bindings(target.read_bytes()).by_alias) == {"mpatha", "mpathb"}

    def test_that_contradicts_leaves_every_byte(self, folder: StateFolder, bindings: Path) -> None:
        """All or nothing, with the evidence, and no other file beside it."""
        before = (bindings.read_bytes(), bindings.stat().st_ino)
        with pytest.raises(errors.BindingConflict) as caught:
            folder.add_bindings({"mpathb": "36002", "mpatha": "36003"})

        assert caught.value.conflicts == ("alias mpatha for 36003 is bound to '36001'",)
        assert (bindings.read_bytes(), bindings.stat().st_ino) == before
        assert names(folder) == ["bindings"]

    def test_that_is_none_leaves_the_file_itself(self, folder: StateFolder, bindings: Path) -> None:
        """Whoever watches it sees nothing."""
        before = bindings.stat()
        folder.add_binding("mpatha", "36001")

        assert bindings.stat().st_ino == before.st_ino
        assert bindings.stat().st_mtime_ns == before.st_mtime_ns

    def test_clears_away_what_a_killed_program_left(self, folder: StateFolder, bindings: Path) -> None:
        """Ours alone; others have their own names."""
        bindings.with_name(".bindings.0123456789abcdef").write_bytes(b"half")
        for other in ("bindings.XyZabc", ".bindings.swp"):
            bindings.with_name(other).write_bytes(b"half")
        folder.add_binding("mpathb", "36002")

        assert names(folder) == [".bindings.swp", "bindings", "bindings.XyZabc"]


class TestAFileThatCannotBeUsed:
    @pytest.mark.parametrize("name", ["bindings", "wwids", "prkeys"])
    def test_is_named_with_what_went_wrong(self, folder: StateFolder, name: str) -> None:
        """A folder in its place."""
        os.makedirs(f"{folder.folder}/{name}")
        with pytest.raises(errors.FileError, match=rf"/{name}: cannot be read: "):
            getattr(folder, name)()
        with pytest.raises(errors.FileError, match=rf"/{name}: cannot be written: "):
            WRITES[name](folder)

    def test_is_not_waited_for_where_it_is_a_pipe(self, folder: StateFolder) -> None:
        """It would never end."""
        os.makedirs(folder.folder)
        os.mkfifo(f"{folder.folder}/wwids")

        with pytest.raises(errors.FileError, match="EINVAL"):
            folder.wwids()

    def test_is_not_read_where_it_is_no_state_file(self, folder: StateFolder) -> None:
        """Nobody has so many maps."""
        os.makedirs(folder.folder)
        with open(f"{folder.folder}/bindings", "wb") as file:
            file.truncate(1 << 30)

        with pytest.raises(errors.FileError, match="EFBIG"):
            folder.bindings()


class TestALockThatAnotherProgramHolds:
    @pytest.mark.parametrize("name", ["bindings", "wwids", "prkeys"])
    def test_is_waited_for_until_the_deadline(self, folder: StateFolder, name: str) -> None:
        """Then the error names the file and the process, and nothing was changed."""
        change(folder, name)
        file = Path(folder.folder, name)
        before = file.read_bytes()
        read, write = os.pipe()
        holder = os.fork()
        if holder == 0:
            fd = os.open(file, os.O_RDWR)
            fcntl.lockf(fd, fcntl.LOCK_EX)
            os.write(write, b"x")
            signal.pause()
        os.read(read, 1)
        try:
            with pytest.raises(errors.FileLocked, match=rf"/{name}: process {holder} holds its lock"):
                change(folder, name)
            with pytest.raises(errors.FileLocked):
                getattr(folder, name)()
            assert file.read_bytes() == before
        finally:
            os.kill(holder, signal.SIGKILL)
            os.waitpid(holder, 0)

        change(folder, name)

    def test_of_a_thread_of_this_process_counts_as_well(self, folder: StateFolder) -> None:
        """A lock of the process would let every thread in."""
        patient = StateFolder(folder.folder)
        threads = [threading.Thread(target=patient.add_binding, args=(f"mpath{n}", f"3600{n}")) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert set(folder.bindings().by_wwid) == {f"3600{n}" for n in range(8)}


@pytest.mark.slow
class TestManyWriters:
    def test_lose_no_binding_while_another_program_renames_the_file(
        self, folder: StateFolder, bindings: Path, writers: Writers
    ) -> None:
        """Eight that bind, and one that puts a new file of the same content there, again and again, under the lock."""
        for n in range(8):
            writers.start(BINDING, folder.folder, *(f"38{n}{turn:02}" for turn in range(6)))
        for _ in range(60):
            renamed(bindings)
        said = writers.done()

        assert dict(folder.bindings().by_alias) == {"mpatha": "36001", **dict(said)}
        assert len({alias for alias, _ in said}) == len({wwid for _, wwid in said}) == 48

    def test_lose_no_binding_of_a_program_that_never_looks_at_the_name_again(
        self, folder: StateFolder, writers: Writers
    ) -> None:
        """Four as multipath-tools 0.9.4, which appends to what it opened, and four of ours: no alias is given twice."""
        file = f"{folder.folder}/bindings"
        os.makedirs(folder.folder)
        for n in range(4):
            writers.start(BINDING, folder.folder, *(f"36{n}{turn:02}" for turn in range(8)))
            writers.start(APPENDING, file, *(f"37{n}{turn:02}" for turn in range(40)))
        said = writers.done()

        assert dict(folder.bindings().by_alias) == dict(said)
        assert len({alias for alias, _ in said}) == len({wwid for _, wwid in said}) == 4 * 8 + 4 * 40
        assert [finding for finding in folder.bindings().findings if finding.code != "no-header"] == []
        assert names(folder) == ["bindings"]

    def test_lose_no_wwid(self, folder: StateFolder, writers: Writers) -> None:
        """Eight that remember."""
        for n in range(8):
            writers.start(REMEMBERING, folder.folder, *(f"36{n}{turn:02}" for turn in range(20)))
        said = [wwid for (wwid,) in writers.done()]

        assert sorted(folder.wwids().wwids) == sorted(said)
        assert folder.wwids().findings == ()


@pytest.mark.slow
class TestAWriterThatIsKilled:
    @pytest.mark.parametrize("name", ["bindings", "wwids"])
    def test_leaves_a_whole_file(self, folder: StateFolder, writers: Writers, name: str) -> None:
        """All that it said it had done is there, at most one thing more, and the next writer clears up after it."""
        program = {"bindings": BINDING, "wwids": REMEMBERING}[name]
        said: list[str] = []
        for turn in range(12):
            writer = writers.start(program, folder.folder, *(f"36{turn:02}{step:03}" for step in range(500)))
            said += writers.kill_after(writer, lines=1 + turn % 3)
            found = getattr(folder, name)()
            known = found.by_wwid if name == "bindings" else found.wwids
            assert found.findings == ()
            assert {line.split()[-1] for line in said} <= {*known}
            assert len(known) <= len(said) + turn + 1

        change(folder, name)
        assert names(folder) == [name]


def change(folder: StateFolder, name: str) -> None:
    """Add something new to one of the files."""
    if name == "bindings":
        number = len(folder.bindings().by_alias)
        folder.add_binding(f"other{number}", f"35{number}")
    elif name == "wwids":
        folder.add_wwid(f"35{len(folder.wwids().wwids)}")
    else:
        number = 1 + len(folder.prkeys().keys)
        folder.set_prkey(f"35{number}", Prkey(number))


def renamed(file: Path) -> None:
    """Replace a file as a careful program does: under its lock, by a copy."""
    fd = os.open(file, os.O_RDWR)
    try:
        fcntl.lockf(fd, fcntl.LOCK_EX)
        if os.path.samestat(os.fstat(fd), file.stat()):
            copy = file.with_name("bindings.copied")
            copy.write_bytes(os.pread(fd, 1 << 20, 0))  # another descriptor, once closed, would end the lock
            copy.rename(file)
    finally:
        os.close(fd)


@pytest.mark.slow
class TestAWriterThatIsKilledBeforeAnyOfItsSystemCalls:
    @pytest.mark.parametrize("name", ["bindings", "wwids", "prkeys"])
    def test_leaves_the_old_or_the_new_file(self, folder: StateFolder, name: str) -> None:
        """At every single one of them; and at most one temporary file, which the next writer removes."""
        change(folder, name)
        file = Path(folder.folder, name)
        old, outcomes, calls = file.read_bytes(), set(), 0
        WRITES[name](folder)
        new = file.read_bytes()
        while killed_before(calls, lambda: WRITES[name](folder), lambda: file.write_bytes(old)):
            assert file.read_bytes() in (old, new)
            assert len(names(folder)) <= 2
            outcomes.add(file.read_bytes())
            calls += 1

        assert outcomes == {old, new}
        assert names(folder) == [name]
        assert calls > 10


def killed_before(calls: int, change: Callable[[], None], prepare: Callable[[], object]) -> bool:
    """Make a change in a child that dies after so many system calls; tell whether it came that far."""
    prepare()
    child = os.fork()
    if child == 0:
        left = [calls]

        def count(_: object, event: str, function: object) -> None:
            if event == "c_call" and getattr(function, "__module__", "") in ("posix", "fcntl"):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.setprofile(count)
        change()
        sys.setprofile(None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


class TestTheHeader:
    def test_comes_with_the_next_change(self, folder: StateFolder, bindings: Path) -> None:
        """multipath-tools 0.10 and later write the file anew without it, and drop what they do not know."""
        bindings.write_bytes(b"mpatha 36001\n")
        folder.add_binding("mpathb", "36002")

        assert bindings.read_bytes() == HEADER + b"mpatha 36001\nmpathb 36002\n"
