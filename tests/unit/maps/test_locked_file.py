"""A file that is changed under its lock, and others that change it at the same moment."""

import fcntl
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from multipath import errors
from multipath.maps.locked_file import LockedFile
from multipath.maps.patch import Patch

from ..full_disk import said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of one line."""
    path = tmp_path / "state"
    path.write_bytes(b"one\n")
    return path


@pytest.fixture
def locked(file: Path) -> LockedFile:
    """The same, to be changed."""
    return LockedFile(str(file), deadline=20)


def adding(line: bytes) -> Callable[[bytes], bytes]:
    """Return what adds a line, once."""
    return lambda there: there if line in there else there + line


def merged(there: bytes, late: bytes) -> bytes:
    """Carry late lines over."""
    return adding(late)(there)


def until(fact: Callable[[], bool]) -> None:
    """Wait for another thread."""
    for _ in range(10_000_000):
        if fact():
            return
    raise AssertionError("it never came")


def put_another(file: Path, data: bytes) -> None:
    """Rename a new file over the old one, as multipath-tools 0.10 and later do: without the lock."""
    other = file.with_name("other")
    other.write_bytes(data)
    other.rename(file)


def opened(file: Path) -> int:
    """Return how often this process has the file open."""
    links = []
    for fd in os.listdir("/proc/self/fd"):
        try:
            links.append(os.readlink(f"/proc/self/fd/{fd}"))
        except OSError:
            continue
    return links.count(str(file))


class TestAProgramThatHasOpenedTheFileBeforeItWasReplaced:
    def test_sees_the_change_and_loses_nothing(self, locked: LockedFile, file: Path) -> None:
        """It gets the lock of a file without a name, reads, appends; all that ends up in the new file."""
        fd, before = os.open(file, os.O_RDWR), file.stat().st_ino
        change = threading.Thread(target=locked.replace, args=(adding(b"two\n"), merged))
        change.start()
        until(lambda: file.stat().st_ino != before)

        fcntl.lockf(fd, fcntl.LOCK_EX)
        seen = os.pread(fd, 100, 0)
        os.pwrite(fd, b"late\n", len(seen))
        os.close(fd)
        change.join()

        assert seen == b"one\ntwo\n"
        assert file.read_bytes() == b"one\ntwo\nlate\n"

    @pytest.mark.slow
    def test_that_does_not_close_it_is_not_waited_for_for_long(self, locked: LockedFile, file: Path) -> None:
        """An editor may have it open for days."""
        fd = os.open(file, os.O_RDWR)
        locked.replace(adding(b"two\n"), merged)
        os.close(fd)

        assert file.read_bytes() == b"one\ntwo\n"


class TestAFileThatIsReplacedWhileItsLockIsWaitedFor:
    @pytest.mark.parametrize("how", ["patch", "replace"])
    def test_is_opened_again(self, locked: LockedFile, file: Path, how: str) -> None:
        """What is written goes to the file that has the name."""
        fd = os.open(file, os.O_RDWR)
        fcntl.lockf(fd, fcntl.LOCK_EX)
        change = threading.Thread(target=CHANGES[how], args=(locked,))
        change.start()
        until(lambda: opened(file) > 1)
        put_another(file, b"other\n")
        os.close(fd)
        change.join()

        assert file.read_bytes() == b"other\ntwo\n"


class TestAFileThatIsReplacedWhileItIsChanged:
    def test_in_place_is_changed_again(self, locked: LockedFile, file: Path) -> None:
        """Whoever does not take the lock is noticed afterwards."""
        asked: list[bytes] = []

        def edit(there: bytes) -> Sequence[Patch]:
            if not asked:
                put_another(file, b"other\n")
            asked.append(there)
            return [Patch(len(there), b"two\n")]

        locked.patch(edit)

        assert asked == [b"one\n", b"other\n"]
        assert file.read_bytes() == b"other\ntwo\n"

    def test_as_a_whole_is_changed_again(self, locked: LockedFile, file: Path) -> None:
        """And what the other program wrote stays."""
        asked: list[bytes] = []

        def edit(there: bytes) -> bytes:
            if not asked:
                put_another(file, b"other\n")
            asked.append(there)
            return adding(b"two\n")(there)

        locked.replace(edit, merged)

        assert asked[:2] == [b"one\n", b"other\n"]
        assert file.read_bytes() == b"other\ntwo\n"

    def test_again_and_again_is_given_up(self, file: Path) -> None:
        """At the deadline, with an error that says so."""

        def edit(there: bytes) -> bytes:
            put_another(file, there + b"x")
            return there + b"two\n"

        with pytest.raises(errors.FileLocked, match="another program replaces it again and again"):
            LockedFile(str(file), deadline=0).replace(edit, merged)


class TestAChangeThatFails:
    @pytest.mark.slow
    @pytest.mark.parametrize("change", ["patch(lambda there: [Patch(len(there), b'two')])", "replace(add, add)"])
    def test_leaves_the_file_and_no_other(self, file: Path, change: str) -> None:
        """A disk that is full: what was written of it is taken back."""
        imports = "from multipath.maps.locked_file import LockedFile\nfrom multipath.maps.patch import Patch"
        add = "add = lambda there, *late: there + b'two'"

        error = said(6, f"{imports}\n{add}", f"LockedFile(sys.argv[1], deadline=20).{change}", str(file))

        assert error.startswith(f"EFBIG {file}: cannot be written: File too large")
        assert (file.read_bytes(), os.listdir(file.parent)) == (b"one\n", ["state"])


CHANGES: dict[str, Callable[[LockedFile], None]] = {
    "patch": lambda locked: locked.patch(lambda there: [] if b"two" in there else [Patch(len(there), b"two\n")]),
    "replace": lambda locked: locked.replace(adding(b"two\n"), merged),
}
