"""What is asked of a path's node, and what becomes of each answer."""

import errno
import os
import re
from collections.abc import Callable
from pathlib import Path as Folder

import pytest

from multipath.errors import PathError
from multipath.paths import commands
from multipath.paths.commands import KernelCommands
from multipath.paths.path import Path
from multipath.units import DevT, Sectors, devt

from .world import NAA, naa_page

Answer = tuple[int, int, int, bytes, bytes]
Disk = Callable[[bytes], list[tuple[int, int]]]
PATH = Path("sda", devt(8, 0), Sectors(8), None, None, None, "2:0:0:0", "running")


def path_of(name: str, devt: DevT, diskseq: int | None = None) -> Path:
    """Return a path device."""
    return Path(name, devt, Sectors(8), None, None, None, "2:0:0:0", "running", diskseq)


def open_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every node open, as an empty file."""
    monkeypatch.setattr(commands, "_opened", lambda *_: os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC))


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer | OSError], None]:
    """Sets what every command is answered."""
    open_anything(monkeypatch)

    def set_answer(answer: Answer | OSError) -> None:
        def send(fd: int, _: bytes, length: int, timeout: int) -> Answer:
            assert os.fstat(fd)
            assert timeout == 5000
            if isinstance(answer, OSError):
                raise answer
            return (*answer[:3], answer[3][:length], answer[4])

        monkeypatch.setattr(commands, "sg_read", send)

    return set_answer


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Sets the page that a disk has, and gives the commands that it got: page and length."""
    open_anything(monkeypatch)

    def set_page(page: bytes) -> list[tuple[int, int]]:
        asked: list[tuple[int, int]] = []

        def send(_: int, cdb: bytes, length: int, __: int) -> Answer:
            assert (len(cdb), cdb[0], cdb[1], int.from_bytes(cdb[3:5], "big")) == (6, 0x12, 1, length)
            asked.append((cdb[2], length))
            return (0, 0, 0, page[:length], b"")

        monkeypatch.setattr(commands, "sg_read", send)
        return asked

    return set_page


class TestADeviceThatAnswers:
    def test_is_asked_for_the_length_and_then_for_the_page(self, disk: Disk) -> None:
        """Four bytes of header tell how much there is."""
        page = naa_page(NAA)
        asked = disk(page)

        assert KernelCommands().vpd_page(PATH, 0x83) == page
        assert asked == [(0x83, 4), (0x83, len(page))]

    def test_may_claim_the_longest_page(self, disk: Disk) -> None:
        """A length that no command can ask for is cut to the longest that one can."""
        asked = disk(bytes((0, 0x83, 0xFF, 0xFF)))

        KernelCommands().vpd_page(PATH, 0x83)

        assert asked == [(0x83, 4), (0x83, 0xFFFF)]

    def test_may_send_sense_with_a_good_answer(self, answer: Callable[[Answer | OSError], None]) -> None:
        """A driver byte of 8 only says that sense data came."""
        answer((0, 0, 8, bytes((0, 0x83, 0, 0)), b"\x70"))

        assert KernelCommands().vpd_page(PATH, 0x83) == bytes((0, 0x83, 0, 0))


class TestADeviceThatDoesNot:
    @pytest.mark.parametrize(
        ("came", "said"),
        [
            ((2, 0, 8, b"", b"\x70\0\5"), "status 0x02, host 0x00, driver 0x08"),
            ((0, 1, 0, b"", b""), "status 0x00, host 0x01, driver 0x00"),
            ((0, 0, 6, b"", b""), "driver 0x06"),
            ((0, 0, 0, b"", b""), "answered"),
            ((0, 0, 0, b"\0\x83\0", b""), "answered 00 83 00"),
            ((0, 0, 0, b"\0\x80\0\4", b""), "answered 00 80 00 04"),
            ((0, 0, 0, b"\0\0\0\0", b""), "answered 00 00 00 00"),
            (OSError(errno.ENODEV, "No such device"), "INQUIRY was not sent: No such device"),
        ],
    )
    def test_gives_an_error_with_all_that_came(
        self, answer: Callable[[Answer | OSError], None], came: Answer | OSError, said: str
    ) -> None:
        """Which path, what was asked, how it ended, and the sense data."""
        answer(came)

        with pytest.raises(PathError, match=re.escape(said)) as caught:
            KernelCommands().vpd_page(PATH, 0x83)

        assert caught.value.path == "/dev/sda"
        assert caught.value.sense == (b"" if isinstance(came, OSError) else came[4])

    def test_leaves_no_descriptor_open(self, answer: Callable[[Answer | OSError], None]) -> None:
        """However it ended."""
        answer((2, 0, 0, b"", b""))
        before = len(os.listdir("/proc/self/fd"))

        with pytest.raises(PathError):
            KernelCommands().vpd_page(PATH, 0x83)

        assert len(os.listdir("/proc/self/fd")) == before


class TestANode:
    @pytest.fixture
    def node(self) -> Folder:
        """A block device of this host."""
        for node in sorted(Folder("/dev").iterdir()):
            if node.is_block_device() and os.access(node, os.R_OK):
                return node
        pytest.skip("this machine has no block device that this user may open")

    def test_that_is_gone_is_an_error(self) -> None:
        """With the kernel's errno."""
        with pytest.raises(PathError, match="cannot be opened") as caught:
            KernelCommands().vpd_page(path_of("nowhere", devt(8, 0)), 0x83)

        assert caught.value.errno == errno.ENOENT

    def test_that_is_no_block_device_is_refused(self) -> None:
        """A character device may have the same number."""
        with pytest.raises(PathError, match="is no block device"):
            KernelCommands().vpd_page(path_of("null", devt(1, 3)), 0x83)

    def test_of_another_number_is_refused(self, node: Folder) -> None:
        """The name belongs to another device by now: the error says to which."""
        number = node.stat().st_rdev
        found = f"is device {os.major(number)}:{os.minor(number)}"

        with pytest.raises(PathError, match=f"{found}.*, not 4000:1") as caught:
            KernelCommands().vpd_page(path_of(node.name, devt(4000, 1)), 0x83)

        assert caught.value.errno == errno.ENXIO

    def test_of_another_disk_is_refused(self, node: Folder) -> None:
        """Name and number were used again: the disk's own number tells, where the kernel counts disks."""
        fd = os.open(node, os.O_RDONLY | os.O_NONBLOCK)
        counted = commands._diskseq(fd)
        os.close(fd)
        if counted is None:
            pytest.skip("this kernel does not count disks")

        with pytest.raises(PathError, match=rf"disk {counted}\), not"):
            KernelCommands().vpd_page(path_of(node.name, DevT(node.stat().st_rdev), counted + 1), 0x83)


class TestADeletion:
    def test_of_a_disk_that_is_not_there_is_told(self) -> None:
        """With the errno of what is missing, by which a caller knows that it is gone."""
        with pytest.raises(PathError, match="was not deleted") as refused:
            KernelCommands().delete(path_of("sdzz", devt(4095, 0), 1), 30)

        assert refused.value.errno == errno.ENOENT
