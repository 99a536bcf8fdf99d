"""The delay target: reads, writes and flushes wait, each class for its own time and on its own device."""

from dataclasses import dataclass
from typing import ClassVar, Self

from ...units import Sectors
from ...wire.words import Words
from .numbers import sector
from .params import KnownTarget, TargetStatus


@dataclass(frozen=True, slots=True)
class DelayClass:
    """
    Where one class of I/O goes, and how late.

    Attributes:
        device: ``"major:minor"`` or a path.
        offset: The first sector of the device that is used.
        delay: Milliseconds.
    """

    device: str
    offset: Sectors
    delay: int

    @classmethod
    def read(cls, words: Words, name: str) -> Self:
        """Take a device, an offset and a delay; ``name`` is that of the class, for messages."""
        device = words.take(f"the device for {name}")
        return cls(device, sector(words, f"the offset for {name}"), words.number(f"the delay of {name}"))

    def words(self) -> tuple[str, str, str]:
        """Return the three words."""
        return self.device, str(self.offset), str(self.delay)


@dataclass(frozen=True, slots=True)
class DelayTarget(KnownTarget):
    """
    A delayed mapping: three, six or nine words.

    Attributes:
        read_class: For reads, and for what has no class of its own.
        write_class: For writes, and for flushes without a class of their own.
        flush_class: For flushes. Since Linux v4.18, as is the counter of `DelayStatus`.

    Source: linux ``drivers/md/dm-delay.c``, ``delay_ctr()`` and ``delay_status()``.

    >>> DelayTarget.parse("8:0 0 50 8:16 0 100").write_class
    DelayClass(device='8:16', offset=0, delay=100)
    """

    type: ClassVar[str] = "delay"
    read_class: DelayClass
    write_class: DelayClass | None = None
    flush_class: DelayClass | None = None

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take one, two or three classes."""
        names = ("reads", "writes", "flushes")
        first = DelayClass.read(words, names[0])
        return cls(first, *[DelayClass.read(words, name) for name in names[1:] if len(words)])

    def words(self) -> tuple[str, ...]:
        """Return the classes; a class for flushes alone needs the one before it, which is then that of reads."""
        classes = [self.read_class]
        if self.write_class or self.flush_class:
            classes.append(self.write_class or self.read_class)
        if self.flush_class:
            classes.append(self.flush_class)
        return tuple(word for each in classes for word in each.words())


@dataclass(frozen=True, slots=True)
class DelayStatus(TargetStatus):
    """
    What a delay target reports: how many I/Os wait now.

    Attributes:
        reads: Reads that wait.
        writes: Writes that wait.
        flushes: Flushes that wait; ``None`` where the kernel does not count them apart.

    >>> DelayStatus.parse("3 0 1").waiting
    4
    """

    type: ClassVar[str] = "delay"
    reads: int
    writes: int
    flushes: int | None = None

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take two or three counters."""
        reads, writes = words.number("the delayed reads"), words.number("the delayed writes")
        return cls(reads, writes, words.number("the delayed flushes") if len(words) else None)

    def words(self) -> tuple[str, ...]:
        """Return the counters."""
        counters = self.reads, self.writes, self.flushes
        return tuple(str(counter) for counter in counters if counter is not None)

    @property
    def waiting(self) -> int:
        """All I/Os that wait."""
        return self.reads + self.writes + (self.flushes or 0)
