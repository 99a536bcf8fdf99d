"""A file in the place of a disk."""

import errno
import mmap
import os
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from multipath import errors
from multipath.units import devt
from multipath.virtual.bio import Bio, BlockStatus, Operation
from multipath.virtual.file_path import FilePath, status_of

SIZE = 1 << 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a file with a pattern in it."""
    path = tmp_path / "disk"
    path.write_bytes(b"".join(bytes([number % 256]) * 4096 for number in range(SIZE // 4096)))
    return path


@pytest.fixture(params=[True, False], ids=["direct", "cached"])
def path(file: Path, request: pytest.FixtureRequest) -> FilePath:
    """Open it."""
    try:
        return FilePath(file, devt(259, 0), "file0", direct=request.param)
    except errors.PathError:
        pytest.skip("the file system of the temporary folder has no direct I/O")


def _nothing(_: Bio) -> None:
    """Hear of an end."""


def ended(path: FilePath, op: Operation, sector: int, buffer: bytearray | memoryview | mmap.mmap) -> BlockStatus | None:
    """Do an I/O and return its status."""
    bio = Bio(op, sector, memoryview(buffer), _nothing)
    path.submit(bio)
    return bio.status


class TestAFilePath:
    @pytest.mark.parametrize("memory", [bytearray, lambda length: mmap.mmap(-1, length)])
    def test_reads_and_writes(self, path: FilePath, file: Path, memory: Callable[[int], bytearray]) -> None:
        """Through memory that is aligned, and through any other."""
        buffer = memory(8192)

        assert ended(path, "read", 8, buffer) is BlockStatus.OK
        assert bytes(buffer) == b"\1" * 4096 + b"\2" * 4096
        buffer[:] = b"w" * 8192
        assert ended(path, "write", 16, buffer) is BlockStatus.OK
        assert ended(path, "flush", 0, bytearray()) is BlockStatus.OK
        assert file.read_bytes()[8192:16384] == b"w" * 8192

    @pytest.mark.parametrize(
        ("code", "cached", "direct"),
        [
            (errno.EIO, BlockStatus.MEDIUM, BlockStatus.IOERR),
            (errno.ENOSPC, BlockStatus.MEDIUM, BlockStatus.NOSPC),
            (errno.ENODEV, BlockStatus.OFFLINE, BlockStatus.OFFLINE),
        ],
    )
    def test_flushes_cached_writes_once(
        self, file: Path, monkeypatch: pytest.MonkeyPatch, code: int, cached: BlockStatus, direct: BlockStatus
    ) -> None:
        """What could not be written is dropped by the kernel: another flush would succeed over the loss."""

        def fail(_: int) -> None:
            raise OSError(code, os.strerror(code))

        paths = [FilePath(file, devt(259, 0), "file0", direct=False)]
        with suppress(errors.PathError):  # no direct I/O here: the half of it has to do
            paths.append(FilePath(file, devt(259, 1), "file1"))
        monkeypatch.setattr(os, "fdatasync", fail)

        statuses = [ended(path, "flush", 0, bytearray()) for path in paths]

        assert statuses == [cached, direct][: len(paths)]

    def test_tells_its_size_and_who_it_is(self, path: FilePath, file: Path) -> None:
        """By where it lies."""
        status = file.stat()

        assert path.size == SIZE // 512
        assert path.wwid == f"file-{status.st_dev:x}-{status.st_ino}"

    def test_has_the_identity_that_it_is_given(self, file: Path) -> None:
        """The caller may know better: one file through two mounts."""
        assert FilePath(file, devt(259, 0), "file0", direct=False, wwid="mine").wwid == "mine"

    def test_does_not_read_beyond_the_file(self, path: FilePath, file: Path) -> None:
        """A file that was cut short under it."""
        os.truncate(file, 4096)

        assert ended(path, "read", 0, bytearray(8192)) is BlockStatus.IOERR

    def test_takes_nothing_while_its_cable_is_broken(self, path: FilePath, file: Path) -> None:
        """And goes on when it is plugged in."""
        path.break_cable()
        assert ended(path, "read", 0, bytearray(4096)) is BlockStatus.OFFLINE
        assert ended(path, "write", 0, bytearray(4096)) is BlockStatus.OFFLINE
        assert ended(path, "flush", 0, bytearray()) is BlockStatus.OFFLINE

        path.plug_cable()

        assert ended(path, "read", 8, buffer := bytearray(4096)) is BlockStatus.OK
        assert buffer == b"\1" * 4096

    def test_is_not_plugged_into_another_file(self, path: FilePath, file: Path) -> None:
        """What lies under the name now is not what was added."""
        path.break_cable()
        os.rename(file, file.with_name("other"))
        file.write_bytes(bytes(SIZE))

        with pytest.raises(errors.PathError, match="another file"):
            path.plug_cable()

        assert ended(path, "write", 0, bytearray(4096)) is BlockStatus.OFFLINE

    def test_keeps_the_number_of_its_descriptor_to_itself(self, path: FilePath, file: Path) -> None:
        """Whoever opens a file meanwhile gets another one; no write can go astray."""
        path.break_cable()
        other = file.with_name("other")
        with other.open("wb") as opened:
            opened.write(bytes(4096))
            opened.flush()

            assert ended(path, "write", 0, bytearray(b"w" * 4096)) is BlockStatus.OFFLINE

        assert other.read_bytes() == bytes(4096)

    def test_gives_its_descriptor_back_at_its_end(self, file: Path) -> None:
        """With the last reference."""
        before = set(os.listdir("/proc/self/fd"))
        path: FilePath | None = FilePath(file, devt(259, 0), "file0", direct=False)
        gone = weakref.ref(path)
        path = None

        assert gone() is None
        assert set(os.listdir("/proc/self/fd")) == before


class TestWhatIsNoPath:
    def test_is_refused(self, tmp_path: Path) -> None:
        """A folder, a name that leads nowhere, a character device."""
        for path, code in ((tmp_path, errno.EISDIR), (tmp_path / "none", errno.ENOENT), ("/dev/null", errno.ENOTBLK)):
            with pytest.raises(errors.PathError) as error:
                FilePath(path, devt(259, 0), "file0", direct=False)
            assert error.value.errno == code


class TestAStatus:
    def test_comes_from_the_errno(self) -> None:
        """What is not known is an I/O error, which another path may not have."""
        assert status_of(errno.ENOSPC) is BlockStatus.NOSPC
        assert status_of(errno.EIO) is BlockStatus.IOERR
        assert status_of(None) is BlockStatus.IOERR

    def test_of_what_the_kernel_refuses_is_no_path_error(self) -> None:
        """Else one bad request would fail every path."""
        assert not status_of(errno.EINVAL).is_path_error
