"""The SCSI device handler in a multipath table."""

from dataclasses import dataclass

from .words import MOST_WORDS, Words


@dataclass(frozen=True, slots=True)
class HardwareHandler:
    """
    The SCSI device handler of a map.

    Attributes:
        name: ``"alua"``, ``"rdac"``, ``"emc"``, ``"hp_sw"`` or a newer one.
        args: Its arguments. The kernel never prints them back.
    """

    name: str
    args: tuple[str, ...] = ()

    @classmethod
    def read(cls, words: Words) -> "HardwareHandler | None":
        """
        Read the count of words, then the handler's name and arguments.

        Source: linux ``drivers/md/dm-mpath.c``, ``parse_hw_handler()``.
        """
        count = words.number("the number of handler words", high=MOST_WORDS)
        if count == 0:
            return None
        name, *args = words.take_some(count, "a word of the hardware handler")
        return cls(name, tuple(args))

    def words(self) -> tuple[str, ...]:
        """Return the name and the arguments."""
        return self.name, *self.args
