"""The checker must find what it is for: each kind of broken device is caught, and a good one is not blamed."""

import pytest

from multipath.units import DevT, Sectors
from multipath.virtual.bio import Bio, BlockDevice, BlockStatus
from multipath.virtual.checker import BlockChecker, CheckReport
from multipath.virtual.clock import VirtualClock
from multipath.virtual.disk import Disk
from multipath.virtual.history import History, RecordedStore
from multipath.virtual.store import MemoryStore

BLOCKS = 16
EVERY = 20  # how many writes pass between two misdeeds


class Honest(BlockDevice):
    """A device that does what it is told, and says so."""

    def __init__(self, history: History) -> None:
        self.devt, self.name, self.size = DevT(0x800), "sda", Sectors(BLOCKS * 8)
        self.store = RecordedStore(MemoryStore(), history)
        self.writes = 0

    def submit(self, bio: Bio) -> None:
        """Do it."""
        if bio.op == "write":
            self.writes += 1
            self.write(bio, misbehaves=self.writes % EVERY == 0)
            return
        if bio.op == "read":
            bio.buffer[:] = self.store.read(bio.sector * 512, len(bio.buffer))
        else:
            self.flush()
        bio.end(BlockStatus.OK)

    def write(self, bio: Bio, *, misbehaves: bool) -> None:
        """Write and say so."""
        self.store.write(bio.sector * 512, bio.buffer)
        bio.end(BlockStatus.OK)

    def flush(self) -> None:
        """Flush."""
        self.store.flush()


class Failing(Honest):
    """Some writes fail, executed or not."""

    def write(self, bio: Bio, *, misbehaves: bool) -> None:
        """Fail now and then."""
        if not misbehaves or self.writes % (2 * EVERY):
            self.store.write(bio.sector * 512, bio.buffer)
        bio.end(BlockStatus.IOERR if misbehaves else BlockStatus.OK)


class Forgetful(Honest):
    """Acknowledges a write that it drops."""

    def write(self, bio: Bio, *, misbehaves: bool) -> None:
        """Drop it now and then."""
        if misbehaves:
            bio.end(BlockStatus.OK)
        else:
            super().write(bio, misbehaves=False)


class Repeating(Honest):
    """Writes a block again, long after it was acknowledged."""

    late: tuple[int, bytes] | None = None

    def write(self, bio: Bio, *, misbehaves: bool) -> None:
        """Repeat an old one now and then."""
        if self.late is None:
            self.late = bio.sector * 512, bytes(bio.buffer)
        super().write(bio, misbehaves=False)
        if misbehaves:
            self.store.write(*self.late)


class Lying(Honest):
    """Reports a write as failed, and does it later."""

    def write(self, bio: Bio, *, misbehaves: bool) -> None:
        """Fail now and then, and do it all the same."""
        if misbehaves:
            bio.end(BlockStatus.IOERR)
            self.store.write(bio.sector * 512, bio.buffer)
        else:
            super().write(bio, misbehaves=False)


class Reordering(Honest):
    """Acknowledges a write, and does it after the next flush."""

    late: tuple[int, bytes] | None = None

    def write(self, bio: Bio, *, misbehaves: bool) -> None:
        """Put it off now and then."""
        if misbehaves:
            self.late = bio.sector * 512, bytes(bio.buffer)
            bio.end(BlockStatus.OK)
        else:
            super().write(bio, misbehaves=False)

    def flush(self) -> None:
        """Flush, and then do what was put off."""
        super().flush()
        if self.late:
            self.store.write(*self.late)
            self.late = None


class NotFlushing(Honest):
    """Acknowledges flushes and does nothing."""

    def flush(self) -> None:
        """Do nothing."""


class Astray(Honest):
    """Writes a block to another place than it says."""

    def write(self, bio: Bio, *, misbehaves: bool) -> None:
        """Miss now and then."""
        if misbehaves:
            bio.sector = (bio.sector + 8) % self.size
        super().write(bio, misbehaves=False)


class Silent(Honest):
    """Never ends a write."""

    def write(self, bio: Bio, *, misbehaves: bool) -> None:
        """Keep it now and then."""
        if not misbehaves:
            super().write(bio, misbehaves=False)


def checked(kind: type[Honest], *, timeout: float = 10.0) -> CheckReport:
    """Run the checker on a device."""
    history = History(run=1)
    device = kind(history)
    with BlockChecker(Disk(device, VirtualClock()), history, blocks=BLOCKS, threads=2, calls=150) as checker:
        return checker.finish(device.store.read, timeout=timeout)


class TestTheChecker:
    @pytest.mark.parametrize("kind", [Honest, Failing])
    def test_blames_no_good_device(self, kind: type[Honest]) -> None:
        """Nor one that fails honestly."""
        report = checked(kind)

        assert report.evidence == ()
        assert report.is_good
        assert report.acknowledged > 100 and report.flushes > 5 and report.reads > 10
        assert (report.failed > 0) == (kind is Failing)

    @pytest.mark.parametrize(
        ("kind", "why"),
        [
            (Forgetful, "acknowledged, but not executed before"),
            (Repeating, "executed after it was acknowledged"),
            (Lying, "executed after it was reported as failed"),
            (Reordering, "acknowledged, but not executed before"),
            (NotFlushing, "the unit did not flush meanwhile"),
            (Astray, "at block"),
        ],
    )
    def test_catches(self, kind: type[Honest], why: str) -> None:
        """Each misdeed, by what it is."""
        report = checked(kind)

        assert not report.is_good
        assert any(why in sentence for sentence in report.evidence)

    def test_tells_of_io_that_does_not_end(self) -> None:
        """Its thread is left behind."""
        assert "an I/O does not end" in checked(Silent, timeout=0.05).evidence[0]
