"""
A real file or block device as a path: what multipaths over it then runs in user space, without any device-mapper.

Strategy: one open file, one ``preadv``, ``pwritev`` or ``fdatasync`` for an I/O, in the thread that submits it and with
the GIL released; the errno that comes back is the status. Direct I/O wants aligned memory, and whether a buffer is
aligned costs more to ask than to try: what the kernel refuses is sent again through memory that is.

A flush of cached writes that fails is never tried down another path: the kernel has dropped what it could not write,
and the next flush would succeed over the loss. So such an error is final, and the program is told.

A descriptor's number is never given back while somebody may be about to use it: a broken cable puts a file that takes
no I/O under the number (``dup2``), so that no write can reach another file that was opened meanwhile.
"""

import errno
import fcntl
import mmap
import os
import stat
import sys
import weakref
from pathlib import Path
from typing import Final

from ioctl_opt import IO

from .. import errors
from ..units import SECTOR_SIZE, DevT, Sectors, format_devt
from .bio import Bio, BlockDevice, BlockStatus

_STATUSES: Final = {
    errno.EBADF: BlockStatus.OFFLINE,
    errno.ENODEV: BlockStatus.OFFLINE,
    errno.ENXIO: BlockStatus.OFFLINE,
    errno.ENOSPC: BlockStatus.NOSPC,
    errno.EDQUOT: BlockStatus.NOSPC,
    errno.EFBIG: BlockStatus.NOSPC,
    errno.ENOMEM: BlockStatus.RESOURCE,
    errno.EAGAIN: BlockStatus.RESOURCE,
    errno.ETIMEDOUT: BlockStatus.TIMEOUT,
    errno.ENOLINK: BlockStatus.TRANSPORT,
    errno.EREMOTEIO: BlockStatus.TARGET,
    errno.EBADE: BlockStatus.RESV_CONFLICT,
    errno.ENODATA: BlockStatus.MEDIUM,
    errno.EILSEQ: BlockStatus.PROTECTION,
    errno.EOPNOTSUPP: BlockStatus.NOTSUPP,
    # Through aligned memory still refused: smaller blocks than the device has. No other path would take it.
    errno.EINVAL: BlockStatus.NOTSUPP,
}
_GONE: Final = (errno.EBADF, errno.ENODEV, errno.ENXIO)
_BLKSSZGET: Final = IO(0x12, 104)  # <linux/fs.h>
_SYSFS: Final = Path("/sys/dev/block")


def status_of(number: int | None) -> BlockStatus:
    """Return the status of an I/O that ended with this errno; what is not known is an I/O error."""
    return _STATUSES.get(number or 0, BlockStatus.IOERR)


class FilePath(BlockDevice):
    """
    A file or block device that takes bios.

    Args:
        path: The file; its size is taken now, in whole sectors.
        number: The device number that it has in the virtual world.
        name: The name that it has there.
        direct: Past the page cache; otherwise what is written is on the disk after a flush only.
        wwid: Which unit it leads to, where the caller knows better. When absent: of a block device what its driver says
            (``wwid`` in sysfs), of a file where it lies (``file-<device>-<inode>``). Empty where nothing tells.

    Attributes:
        path: The file.
        wwid: Which unit it leads to; paths of one map must agree in it.
        block_size: The logical block size; of a file that of a sector.

    Raises:
        PathError: it cannot be opened, or is neither a file nor a block device.

    Synchronization: any number of threads. An I/O blocks the thread that submits it.
    """

    def __init__(
        self, path: str | os.PathLike[str], number: DevT, name: str, *, direct: bool = True, wwid: str | None = None
    ) -> None:
        self.path, self.devt, self.name = Path(path), number, name
        # O_EXCL keeps what is mounted, or a member of a map, from being written to beneath its owner.
        self._flags = os.O_RDWR | os.O_EXCL | os.O_CLOEXEC | (os.O_DIRECT if direct else 0)
        self._fd = self._opened()
        weakref.finalize(self, os.close, self._fd)
        self._identity = _identity(self._fd)
        self.block_size = _block_size(self._fd)
        self.wwid = _wwid(self._fd) if wwid is None else wwid
        self.size = Sectors(os.lseek(self._fd, 0, os.SEEK_END) // SECTOR_SIZE)

    def __repr__(self) -> str:
        """Return the name, and what it stands for."""
        return f"<FilePath {self.name} of {self.path}>"

    def submit(self, bio: Bio) -> None:
        """Do the I/O, and end it."""
        try:
            if bio.op == "read":
                done = os.preadv(self._fd, (bio.buffer,), bio.sector * SECTOR_SIZE)
            elif bio.op == "write":
                done = os.pwritev(self._fd, (bio.buffer,), bio.sector * SECTOR_SIZE)
            else:
                os.fdatasync(self._fd)
                done = 0
        except OSError as error:
            bio.end(self._failed(bio, error.errno))
            return
        bio.end(BlockStatus.OK if done == len(bio.buffer) else self._rest(bio, bio.buffer[done:], done))

    def break_cable(self) -> None:
        """
        Close the file: refuse every further I/O, as a device that is gone; what is on its way ends as it ends.

        The descriptor's number is given back with the last reference to this object.
        """
        self._replace(os.open("/", os.O_PATH | os.O_CLOEXEC))

    def plug_cable(self) -> None:
        """
        Open the file again, unless it is open.

        Raises:
            PathError: it cannot be opened, or is another file by now.
        """
        if _identity(self._fd) == self._identity:  # a block device would not open twice
            return
        fd = self._opened()
        if _identity(fd) != self._identity:
            os.close(fd)
            raise errors.PathError(errno.ESTALE, "is another file than the one that was added", str(self.path))
        self._replace(fd)

    def _opened(self) -> int:
        try:
            fd = os.open(self.path, self._flags)
        except OSError as error:
            code, direct = error.errno or errno.EIO, self._flags & os.O_DIRECT
            hint = "; its file system may have no direct I/O: direct=False" if code == errno.EINVAL and direct else ""
            raise errors.PathError(code, f"cannot be opened: {error.strerror}{hint}", str(self.path)) from None
        mode = os.fstat(fd).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISBLK(mode)):
            os.close(fd)
            raise errors.PathError(errno.ENOTBLK, "is neither a file nor a block device", str(self.path))
        return fd

    def _replace(self, fd: int) -> None:
        """Put another open file under this path's descriptor, at once."""
        os.dup2(fd, self._fd, inheritable=False)
        os.close(fd)

    def _failed(self, bio: Bio, code: int | None) -> BlockStatus:
        """Return how an I/O ends that the kernel refused."""
        if bio.op != "flush":
            return self._again(bio) if code == errno.EINVAL else status_of(code)
        lost = code not in _GONE and not self._flags & os.O_DIRECT
        return BlockStatus.MEDIUM if lost else status_of(code)

    def _again(self, bio: Bio) -> BlockStatus:
        """Send an I/O through aligned memory, which a mapping is."""
        length = len(bio.buffer)
        with mmap.mmap(-1, length) as aligned:
            if bio.op == "write":
                aligned[:] = bio.buffer
            with memoryview(aligned) as view:
                status = self._rest(bio, view, 0)
            if bio.op == "read" and status is BlockStatus.OK:
                bio.buffer[:] = aligned[:]
        return status

    def _rest(self, bio: Bio, rest: memoryview, done: int) -> BlockStatus:
        """Do what is left of an I/O that the kernel cut short."""
        move = os.preadv if bio.op == "read" else os.pwritev
        while rest:
            try:
                moved = move(self._fd, (rest,), bio.sector * SECTOR_SIZE + done)
            except OSError as error:
                return status_of(error.errno)
            if moved == 0:
                return BlockStatus.IOERR
            rest, done = rest[moved:], done + moved
        return BlockStatus.OK


def _identity(fd: int) -> tuple[int, int, int]:
    """Return what an open file is: of a block device its number, of a file where it lies."""
    status = os.fstat(fd)
    if stat.S_ISBLK(status.st_mode):
        return 0, 0, status.st_rdev
    return status.st_dev, status.st_ino, 0


def _block_size(fd: int) -> int:
    """Return the logical block size of an open file."""
    if not stat.S_ISBLK(os.fstat(fd).st_mode):
        return SECTOR_SIZE
    return int.from_bytes(fcntl.ioctl(fd, _BLKSSZGET, bytes(4)), sys.byteorder)


def _wwid(fd: int) -> str:
    """Return which unit an open file leads to."""
    status = os.fstat(fd)
    if stat.S_ISREG(status.st_mode):
        return f"file-{status.st_dev:x}-{status.st_ino}"
    folder = _SYSFS / format_devt(DevT(status.st_rdev))
    for attribute in ("device/wwid", "wwid"):
        try:
            return (folder / attribute).read_text("utf-8", "backslashreplace").strip()
        except OSError:
            continue
    return ""
