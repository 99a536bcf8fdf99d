"""Suspended: what waits, what does not, and what becomes of it."""

import errno

import pytest

from multipath import Control
from multipath._native import codec
from multipath.units import format_devt

from .world import BLOCK, World, answer, line, make, refused

PATTERN = bytes(range(256)) * (BLOCK // 256)


@pytest.fixture
def device(world: World) -> Control:
    """Give a device over one path."""
    make(world, "subject", line("linear", f"{world.paths[0]} 0"))
    return world.control


def read(world: World, name: str = "subject") -> bytes:
    """Read the first block."""
    with world.open(name) as disk:
        return disk.read(0, BLOCK)


class TestASuspendedDevice:
    def test_says_so_until_it_is_resumed(self, device: Control) -> None:
        """Once and again: a second time neither does anything."""
        assert device.suspend("subject").suspended
        assert device.suspend("subject").suspended
        assert not device.resume("subject").suspended
        assert not device.resume("subject").suspended

    def test_causes_a_uevent_only_when_it_really_resumes(self, world: World, device: Control) -> None:
        """Nothing to resume, nothing to tell; a suspension is never told."""
        generated = codec.FLAG_UEVENT_GENERATED
        assert not device.resume("subject").flags & generated
        assert not device.suspend("subject").flags & generated

        assert device.resume("subject").flags & generated

    def test_echoes_the_flags_of_the_request(self, world: World, device: Control) -> None:
        """What was asked for is in the answer, beside the state."""
        asked = codec.FLAG_SUSPEND | codec.FLAG_NOFLUSH | codec.FLAG_SKIP_LOCKFS
        reply = answer(world, codec.DEV_SUSPEND, name=b"subject", flags=asked)

        assert isinstance(reply, codec.Reply)
        assert reply.flags == asked | codec.FLAG_ACTIVE_PRESENT

    def test_holds_a_read_back(self, world: World, device: Control) -> None:
        """It waits, and goes on when the device is resumed."""
        device.suspend("subject")
        reading = world.start(lambda: read(world))
        assert reading.waits(0.05)

        device.resume("subject")
        assert len(reading.result()) == BLOCK

    def test_holds_a_write_back(self, world: World, device: Control) -> None:
        """Nothing reaches the path before."""

        def write() -> None:
            with world.open("subject") as disk:
                disk.write(BLOCK, PATTERN)

        with world.open("subject") as disk:
            disk.write(BLOCK, bytes(BLOCK))
        device.suspend("subject")
        writing = world.start(write)
        assert writing.waits(0.05)
        with world.open(world.paths[0]) as path:
            assert path.read(BLOCK, BLOCK) == bytes(BLOCK)
        device.resume("subject")
        writing.result()
        with world.open(world.paths[0]) as path:
            assert path.read(BLOCK, BLOCK) == PATTERN

    def test_lets_what_it_held_go_down_the_new_table(self, world: World, device: Control) -> None:
        """What waited has not been mapped yet."""
        device.suspend("subject")
        reading = world.start(lambda: read(world))
        assert reading.waits(0.05)
        device.load("subject", [line("error")])
        device.resume("subject")

        with pytest.raises(OSError, match="Input/output") as failed:
            reading.result()
        assert failed.value.errno == errno.EIO

    def test_is_opened_and_read_about_as_ever(self, world: World, device: Control) -> None:
        """Table, status, dependencies, count of openers."""
        device.suspend("subject")

        with world.open("subject"):
            assert device.info("subject").open_count == 1
        assert len(device.table("subject")) == len(device.status("subject")) == len(device.deps("subject")) == 1

    def test_can_be_renamed_loaded_and_cleared(self, device: Control) -> None:
        """It stays suspended."""
        device.suspend("subject")
        device.rename("subject", "other")
        device.load("other", [line("zero")])
        device.clear("other")

        assert device.info("other").suspended


class TestASuspension:
    def test_waits_for_what_is_on_its_way(self, world: World, device: Control) -> None:
        """The read below is held; so is the suspension above, until it ends."""
        below = format_devt(device.info("subject").devt)
        make(world, "above", line("linear", f"{below} 0"))
        device.suspend("subject")
        reading = world.start(lambda: read(world, "above"))
        assert reading.waits(0.05)

        suspending = world.start(lambda: device.sibling().suspend("above").suspended)
        assert suspending.waits(0.05)
        device.resume("subject")

        assert suspending.result() is True
        assert len(reading.result()) == BLOCK
        device.resume("above")

    def test_that_a_swap_implies_waits_too(self, world: World, device: Control) -> None:
        """The read ends on the table that it went down."""
        below = format_devt(device.info("subject").devt)
        make(world, "above", line("linear", f"{below} 0"))
        device.suspend("subject")
        reading = world.start(lambda: read(world, "above"))
        assert reading.waits(0.05)

        device.load("above", [line("error")])
        swapping = world.start(lambda: device.sibling().resume("above").suspended)
        assert swapping.waits(0.05)
        device.resume("subject")

        assert swapping.result() is False
        assert len(reading.result()) == BLOCK
        assert device.table("above")[0].type == "error"


class TestALoadOnASuspendedDevice:
    def test_is_made_live_by_the_resume(self, device: Control) -> None:
        """Suspend, load, resume: the long way."""
        device.suspend("subject")
        assert device.load("subject", [line("zero")]).suspended

        assert not device.resume("subject").suspended
        assert device.table("subject")[0].type == "zero"

    def test_leaves_the_device_suspended_when_it_is_cleared(self, device: Control) -> None:
        """And the old table is resumed."""
        device.suspend("subject")
        device.load("subject", [line("zero")])
        device.clear("subject")
        device.resume("subject")

        assert device.table("subject")[0].type == "linear"


class TestAMessage:
    def test_to_a_target_that_takes_none_is_refused(self, device: Control) -> None:
        """EINVAL."""
        assert refused(lambda: device.message("subject", "hello")) == errno.EINVAL
