"""
One state file under the lock that multipath-tools takes, changed in place or as a whole.

Theory of operation. Every version of multipath-tools opens a state file for writing and takes a POSIX write lock of all
of it, on the file itself; so does this. The lock here belongs to the open file and not to the process: it conflicts
with theirs all the same, and threads exclude each other. Whoever waits for the lock may find, once he has it, that the
name leads to another file by now: he lets go and opens that one.

multipath-tools does not look, and this is what makes replacing a file harder than renaming. Its 0.9.4 waits for our
lock, gets it, and appends a binding to a file that has no name any more; it may even choose the alias that we have
just taken. So the old file is brought up to date as well before its lock is released, and is watched until nobody has
it open for writing; what was appended by then is carried over, under the lock of the new one. The kernel itself tells
whether somebody has: it grants a read lease on nothing that is open for writing.

Its 0.10 and later rename a new file over the name without any lock. So whoever has changed a file looks once more
whether the name still leads to it, and starts again where it does not.
"""

import contextlib
import errno
import fcntl
import os
import re
import secrets
import signal
import stat
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from .. import errors
from .patch import Patch

_LARGEST: Final = 16 << 20  # bytes; 100,000 bindings are some 5 MiB
_FLOCK: Final = "@hhqqi0q"  # struct flock: type, whence, start, length, pid
_LONGEST_PAUSE: Final = 0.005  # seconds between two tries
_LATE: Final = 1.0  # seconds that a file without a name is watched
_TOKEN_BYTES: Final = 8
_TOKEN: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)  # an editor has files like ours: .bindings.swp
_HELD: Final = (errno.EAGAIN, errno.EACCES)
_ELSEWHERE: Final = "keep the state files in a folder that can be written to: --state DIR, or StateFolder(DIR)"


@dataclass(frozen=True, slots=True)
class LockedFile:
    """
    The file at a path, and how long its lock is waited for.

    Attributes:
        path: The file; links are followed, and stay.
        deadline: Seconds; multipath-tools waits 30.
    """

    path: str
    deadline: float = 30.0

    def read(self) -> bytes:
        """
        Return the file as it is while nobody writes it; nothing where there is none.

        Raises:
            FileError: it cannot be read.
            FileLocked: somebody else held its lock until the deadline.
        """
        until = time.monotonic() + self.deadline
        with (
            self._refused("cannot be read"),
            contextlib.suppress(FileNotFoundError),
            self._locked(fcntl.F_RDLCK, until) as fd,
        ):
            return _read(fd)
        return b""

    def patch(self, edit: Callable[[bytes], Sequence[Patch]]) -> None:
        """
        Change the file in place; it is made where there is none.

        Args:
            edit: Gives the patches, from what is there. It may be asked again, after somebody replaced the file.

        Raises:
            FileError: it cannot be written; it is as it was.
            FileLocked: somebody else held its lock until the deadline.
        """
        until = time.monotonic() + self.deadline
        with self._refused("cannot be written"):
            while os.path.exists(self._real) or edit(b""):
                with self._locked(fcntl.F_WRLCK, until) as fd:
                    patches = edit(_read(fd))
                    _write(fd, patches)
                    if not patches or _leads_to(self._real, fd):
                        return
                self._give_up_after(until)

    def replace(self, edit: Callable[[bytes], bytes], merge: Callable[[bytes, bytes], bytes]) -> None:
        """
        Change the file as a whole: whoever reads it finds the old or the new one, whenever this process is killed.

        Args:
            edit: Gives the new file, from what is there; the same bytes where nothing is to be done.
            merge: Gives the new file, from what is there and from what another program appended to the old one.

        Raises:
            FileError: it cannot be written; it is as it was.
            FileLocked: somebody else held its lock until the deadline.
        """
        until = time.monotonic() + self.deadline
        late: list[bytes] = []
        with self._refused("cannot be written"):
            while os.path.exists(self._real) or edit(b""):
                if self._replaced(lambda there: reduce(merge, late, edit(there)), late, until):
                    return
                self._give_up_after(until)

    def _replaced(self, edit: Callable[[bytes], bytes], late: list[bytes], until: float) -> bool:
        """Replace the file until there is nothing to do; ``False`` where another program put its own file there."""
        with self._locked(fcntl.F_WRLCK, until) as first, contextlib.ExitStack() as opened:
            fd = first
            while _leads_to(self._real, fd):
                old = _read(fd)
                new = edit(old)
                if new == old:
                    return True
                reader = os.open(self._real, os.O_RDONLY | os.O_CLOEXEC)
                opened.callback(os.close, reader)
                successor = self._successor(fd, new)
                if successor is None:
                    break
                opened.callback(_close, successor)
                if _same(reader, fd):
                    _write_quickly(fd, new)
                    _give_away(fd, reader)
                    late += filter(None, [_late(fd, new)])
                fd = successor
        return False

    def _successor(self, fd: int, new: bytes) -> int | None:
        """Put a new file into the place of an open and locked one; ``None`` where somebody else did so before."""
        temporary, successor = self._temporary()
        try:
            _keep(fd, successor)
            _write(successor, [Patch(0, new)])
            if _leads_to(self._real, fd):
                os.rename(temporary, self._real)
                _sync_folder(self._real)
                return successor
        except BaseException:
            _discard(temporary, successor)
            raise
        _discard(temporary, successor)
        return None

    def _temporary(self) -> tuple[str, int]:
        """Make a temporary file beside the real one, locked; clear away those of killed processes."""
        folder, name = os.path.split(self._real)
        for other in os.listdir(folder):
            if other.startswith(f".{name}.") and _TOKEN.fullmatch(other.removeprefix(f".{name}.")):
                _clear(os.path.join(folder, other))
        path = os.path.join(folder, f".{name}.{secrets.token_hex(_TOKEN_BYTES)}")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _lock(fcntl.F_WRLCK))
        return path, fd

    @contextlib.contextmanager
    def _locked(self, kind: int, until: float) -> Iterator[int]:
        """Open the file and take its lock."""
        while True:
            fd = self._open(kind)
            try:
                if self._take(fd, kind, until) and _leads_to(self._real, fd):
                    yield fd
                    return
            finally:
                _close(fd)

    def _open(self, kind: int) -> int:
        flags = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY  # a fifo would never open
        if kind == fcntl.F_RDLCK:
            fd = os.open(self._real, os.O_RDONLY | flags)
        else:
            os.makedirs(os.path.dirname(self._real), 0o700, exist_ok=True)
            fd = os.open(self._real, os.O_RDWR | os.O_CREAT | flags, 0o600)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return fd

    def _take(self, fd: int, kind: int, until: float) -> bool:
        """Take the lock; ``False`` where the name leads to another file meanwhile."""
        pause = 0.0005
        while not _try(fd, kind):
            if time.monotonic() >= until:
                raise errors.FileLocked(
                    f"{self.path}: {_holder(fd, kind)} holds its lock, and did not let go within {self.deadline:g} s; "
                    "nothing was changed"
                )
            if not _leads_to(self._real, fd):
                return False
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
        return True

    def _give_up_after(self, until: float) -> None:
        if time.monotonic() >= until:
            raise errors.FileLocked(
                f"{self.path}: another program replaces it again and again; what was to be written may not be there"
            )

    @property
    def _real(self) -> str:
        return os.path.realpath(self.path)

    @contextlib.contextmanager
    def _refused(self, what: str) -> Iterator[None]:
        try:
            yield
        except errors.MultipathError:
            raise
        except OSError as error:
            hint = _ELSEWHERE if error.errno == errno.EROFS else ""
            raise errors.FileError(error.errno or errno.EIO, what, self.path, hint) from error


def _try(fd: int, kind: int) -> bool:
    try:
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _lock(kind))
    except OSError as error:
        if error.errno not in _HELD:
            raise
        return False
    return True


def _close(fd: int) -> None:
    """Close a file; its lock ends even where a child that was forked meanwhile has it open too."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _lock(fcntl.F_UNLCK))
    os.close(fd)


def _lock(kind: int) -> bytes:
    return struct.pack(_FLOCK, kind, os.SEEK_SET, 0, 0, 0)


def _holder(fd: int, kind: int) -> str:
    pid = struct.unpack(_FLOCK, fcntl.fcntl(fd, fcntl.F_OFD_GETLK, _lock(kind)))[4]
    return f"process {pid}" if pid > 0 else "another open file"


def _leads_to(path: str, fd: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(fd))
    except FileNotFoundError:
        return False


def _same(one: int, other: int) -> bool:
    return os.path.samestat(os.fstat(one), os.fstat(other))


def _read(fd: int) -> bytes:
    if os.fstat(fd).st_size > _LARGEST:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    data, offset = bytearray(), 0
    while chunk := os.pread(fd, 1 << 20, offset):
        data += chunk
        offset += len(chunk)
    return bytes(data)


def _write(fd: int, patches: Sequence[Patch]) -> None:
    """Write and wait for the disk; what does not fit is taken back."""
    size = os.fstat(fd).st_size
    try:
        for patch in patches:
            left, offset = memoryview(patch.data), patch.offset
            while left:
                written = os.pwrite(fd, left, offset)
                left, offset = left[written:], offset + written
    except OSError:
        os.ftruncate(fd, size)
        raise
    if patches:
        os.fsync(fd)


def _keep(old: int, new: int) -> None:
    """Give a new file the owner, the mode and the attributes of the old one."""
    status = os.fstat(old)
    if (os.fstat(new).st_uid, os.fstat(new).st_gid) != (status.st_uid, status.st_gid):
        os.fchown(new, status.st_uid, status.st_gid)
    os.fchmod(new, stat.S_IMODE(status.st_mode))
    with contextlib.suppress(OSError):  # a file system without attributes
        for name in os.listxattr(old):
            with contextlib.suppress(OSError):  # one that this process may not set
                os.setxattr(new, name, os.getxattr(old, name))


def _write_quickly(fd: int, data: bytes) -> None:
    """Bring a file up to date that has no name any more; where that fails, those who still have it open see the old."""
    with contextlib.suppress(OSError):
        os.ftruncate(fd, os.pwrite(fd, data, 0))


def _give_away(fd: int, reader: int) -> None:
    """Release the lock of a file, and leave the descriptor open for reading alone."""
    fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _lock(fcntl.F_UNLCK))
    os.dup2(reader, fd, inheritable=False)


def _late(fd: int, new: bytes) -> bytes:
    """Return what others append to a file that has no name any more."""
    _wait_until_alone(fd)
    return _read(fd)[len(new) :]


def _wait_until_alone(fd: int) -> None:
    """Wait until nobody has the file open for writing; not for long, and not where the kernel does not say."""
    until, pause = time.monotonic() + _LATE, 0.0005
    fcntl.fcntl(fd, fcntl.F_SETSIG, signal.SIGURG)  # the default one would end this process; this one is ignored
    while time.monotonic() < until:
        try:
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            if error.errno != errno.EAGAIN:
                return
        else:
            fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            return
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def _clear(path: str) -> None:
    """Remove a temporary file, unless its process is at work."""
    with contextlib.suppress(OSError):
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.fcntl(fd, fcntl.F_OFD_SETLK, _lock(fcntl.F_WRLCK))
            os.unlink(path)
        finally:
            os.close(fd)


def _discard(temporary: str, fd: int) -> None:
    os.close(fd)
    with contextlib.suppress(OSError):
        os.unlink(temporary)


def _sync_folder(path: str) -> None:
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
