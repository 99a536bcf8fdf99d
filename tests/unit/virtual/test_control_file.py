"""The virtual kernel below `Control`: requests as they stand."""

import errno
import os
import select
import threading
from collections.abc import Callable

import pytest

from multipath._native import codec
from multipath._native.codec import Reply, Request
from multipath._native.control import Unanswered
from multipath.virtual.control_file import VirtualControlFile

from .bench import Bench, lines


@pytest.fixture
def file(bench: Bench) -> VirtualControlFile:
    """Give an open control file beside the bench's own."""
    return bench.kernel.open()


def refused(act: Callable[[], object]) -> int | None:
    """Return the errno of a refusal."""
    with pytest.raises(OSError) as caught:  # noqa: PT011 - the errno is what counts
        act()
    return caught.value.errno


class TestARequest:
    @pytest.mark.parametrize(
        ("request_", "code"),
        [
            (Request(30), errno.ENOTTY),
            (Request(codec.MPATH_PROBE_PATHS), errno.ENOTTY),
            (Request(codec.DEV_STATUS, 51, name=b"device"), errno.EINVAL),
            (Request(codec.DEV_STATUS, name=b"device", uuid=b"U"), errno.EINVAL),
            (Request(codec.DEV_STATUS, uuid=b"U", dev=0xFD00), errno.ENXIO),
            (Request(codec.DEV_STATUS, name=b"device", dev=0xFD00), errno.ENXIO),
            (Request(codec.DEV_STATUS), errno.ENXIO),
            (Request(codec.DEV_CREATE), errno.EINVAL),
            (Request(codec.DEV_CREATE, name=b"a/b"), errno.EINVAL),
            (Request(codec.DEV_CREATE, name=b"x", dev=0xFD00, flags=codec.FLAG_PERSISTENT_DEV), errno.ENXIO),
            (Request(codec.DEV_CREATE, name=b"device", dev=0xFD00, flags=codec.FLAG_PERSISTENT_DEV), errno.ENXIO),
            (Request(codec.DEV_CREATE, name=b"device"), errno.EBUSY),
            (Request(codec.DEV_CREATE, name=b"x", uuid=b"U"), errno.EBUSY),
            (Request(codec.DEV_RENAME, uuid=b"U", payload=b"new\0"), errno.ENXIO),
            (Request(codec.DEV_RENAME, name=b"device", payload=b"device\0"), errno.EBUSY),
            (Request(codec.DEV_RENAME, name=b"device", payload=b"x" * 128 + b"\0"), errno.EINVAL),
            (Request(codec.DEV_RENAME, name=b"device", payload=b"without an end"), errno.EINVAL),
            (Request(codec.TABLE_LOAD, name=b"device"), errno.EOVERFLOW),
            (Request(codec.TABLE_LOAD, name=b"device", payload=bytes(40)), errno.EINVAL),
            (Request(codec.TARGET_MSG, name=b"device", payload=bytes(4)), errno.EINVAL),
            (Request(codec.TARGET_MSG, name=b"device", payload=codec.pack_message(0, b"  ")), errno.EINVAL),
            (Request(codec.TARGET_MSG, name=b"device", payload=codec.pack_message(0, b"@nonesuch")), errno.EINVAL),
            (Request(codec.DEV_SET_GEOMETRY, name=b"device", payload=b"1 2 3\0"), errno.EINVAL),
            (Request(codec.GET_TARGET_VERSION), errno.EINVAL),
        ],
    )
    def test_without_sense_is_refused(self, file: VirtualControlFile, request_: Request, code: int) -> None:
        """With the kernel's errno."""
        file.call(Request(codec.DEV_CREATE, name=b"device", uuid=b"U"))

        assert refused(lambda: file.call(request_)) == code

    def test_comes_back_with_what_was_not_answered(self, file: VirtualControlFile) -> None:
        """Flags that mean nothing here are echoed; those that only the kernel sets are not."""
        file.call(Request(codec.DEV_CREATE, name=b"device"))
        reply = file.call(Request(codec.DEV_STATUS, name=b"device", flags=0xFFFFFFFF))

        assert reply.flags == 0xFFFFFFFF & ~(0x1 | 0x2 | 0x20 | 0x40 | 0x100 | 0x2000 | 0x8000 | 0x10000 | 0x40000)

    def test_that_renames_answers_with_the_old_name(self, file: VirtualControlFile) -> None:
        """What was sent comes back."""
        file.call(Request(codec.DEV_CREATE, name=b"device", uuid=b"U"))

        assert file.call(Request(codec.DEV_RENAME, name=b"device", payload=b"new\0")).name == "device"

    @pytest.mark.parametrize(("command", "told"), [(codec.DEV_RENAME, True), (codec.DEV_REMOVE, True)])
    def test_tells_of_a_uevent_once_there_is_a_disk(self, bench: Bench, command: int, told: bool) -> None:
        """A device that never had a table has none."""
        bench.dm.create("empty")
        bench.live("device", *lines((8, "zero", "")))
        replies = [
            bench.kernel.open().call(Request(command, name=name, payload=name + b"2\0"))
            for name in (b"empty", b"device")
        ]

        assert [bool(reply.flags & codec.FLAG_UEVENT_GENERATED) for reply in replies] == [False, told]

    def test_keeps_names_that_are_no_text(self, file: VirtualControlFile) -> None:
        """Bytes come back as they were."""
        file.call(Request(codec.DEV_CREATE, name=b"\xff\xfe"))

        (entry,) = file.call(Request(codec.LIST_DEVICES)).names()
        assert entry[1].encode("utf-8", "surrogateescape") == b"\xff\xfe"

    def test_for_a_closed_file_reaches_nobody(self, file: VirtualControlFile) -> None:
        """EBADF, and no descriptor."""
        file.close()
        file.close()

        assert (refused(lambda: file.call(Request(codec.VERSION))), file.fileno()) == (errno.EBADF, -1)


class TestAMessageWithoutATable:
    def test_has_the_answer_of_its_kernel(self, every: Bench) -> None:
        """The oldest gives a positive number and no reply."""
        every.dm.create("device")
        message = Request(codec.TARGET_MSG, 2, name=b"device", payload=codec.pack_message(0, b"fail_path 8:0"))

        if every.dm.version().minor < 48:
            with pytest.raises(Unanswered, match="result 2"):
                every.kernel.open().call(message)
        else:
            assert refused(lambda: every.kernel.open().call(message)) == errno.EINVAL


class TestADescriptor:
    def test_is_readable_until_it_is_armed(self, file: VirtualControlFile) -> None:
        """Reading it is nobody's business."""
        poller = select.poll()
        poller.register(file.fileno(), select.POLLIN)
        assert poller.poll(0) == []

        file.call(Request(codec.DEV_CREATE, name=b"device"))
        assert [poller.poll(0), poller.poll(0)] == [[(file.fileno(), select.POLLIN)]] * 2
        file.call(Request(codec.DEV_ARM_POLL, 36))
        assert poller.poll(0) == []

    def test_is_not_inherited(self, file: VirtualControlFile) -> None:
        """As that of the real control node."""
        assert not os.get_inheritable(file.fileno())


class TestARemovalThatSomebodyHoldsUp:
    def test_waits_for_the_waiter(self, bench: Bench, file: VirtualControlFile) -> None:
        """Without a live table it wakes nobody; meanwhile the name is free."""
        bench.dm.create("device")
        waiting, removing = (
            threading.Thread(target=lambda command=command: bench.kernel.open().call(Request(command, name=b"device")))
            for command in (codec.DEV_WAIT, codec.DEV_REMOVE)
        )
        device = bench.device("device")
        waiting.start()
        bench.until(lambda: device.references == 1)
        removing.start()
        bench.until(lambda: device.deleting)

        again = file.call(Request(codec.DEV_CREATE, name=b"device"))
        assert (again.dev, waiting.is_alive(), removing.is_alive()) == (0xFD01, True, True)
        bench.kernel.count_event(device)
        removing.join(10)
        assert not removing.is_alive()
        assert file.call(Request(codec.DEV_CREATE, name=b"third")).dev == 0xFD00


def test_a_reply_is_what_the_codec_reads(bench: Bench) -> None:
    """The bytes go through the reader of the kernel's own."""
    assert isinstance(bench.kernel.open().call(Request(codec.VERSION)), Reply)
