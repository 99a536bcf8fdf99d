"""The features of a multipath map: the words at the head of its table."""

from dataclasses import dataclass, field
from typing import Final

from .words import Words, quote

MOST_FEATURE_WORDS: Final = 8
QUEUE_MODES: Final = ("bio", "rq", "mq")
_RETRIES: Final = (1, 50)
_DELAY: Final = (0, 60_000)
_FLAGS: Final = ("queue_if_no_path", "retain_attached_hw_handler")
_WITH_VALUE: Final = ("pg_init_retries", "pg_init_delay_msecs", "queue_mode")


@dataclass(frozen=True, slots=True)
class Features:
    """
    The features of a map.

    Attributes:
        queue_if_no_path: Keep I/O while no path is left, instead of failing it.
        retain_attached_hw_handler: Take the hardware handler that the paths already have, whatever the table names.
        pg_init_retries: How often the activation of a group is tried again, 1 to 50; 0 says nothing of it.
        pg_init_delay_msecs: Wait before such a retry, 0 to 60000; ``None`` leaves the kernel's 2000.
        queue_mode: ``"bio"``, ``"rq"`` or ``"mq"``; ``None`` is ``"rq"`` unsaid. Fixed by the first table.
        unknown: Words that this library does not know, of a newer kernel, in order; values of such words among them.

    A `Features` that was read prints the words that were read; one that was made prints them in the kernel's order, the
    unknown ones last.

    >>> str(Features(queue_if_no_path=True, pg_init_retries=50))
    '3 queue_if_no_path pg_init_retries 50'
    """

    queue_if_no_path: bool = False
    retain_attached_hw_handler: bool = False
    pg_init_retries: int = 0
    pg_init_delay_msecs: int | None = None
    queue_mode: str | None = None
    unknown: tuple[str, ...] = ()
    _read: tuple[str, ...] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse what the kernel refuses."""
        if self.pg_init_retries != 0 and not _RETRIES[0] <= self.pg_init_retries <= _RETRIES[1]:
            raise ValueError(f"pg_init_retries {self.pg_init_retries}: the kernel takes 1 to 50")
        if self.pg_init_delay_msecs is not None and not _DELAY[0] <= self.pg_init_delay_msecs <= _DELAY[1]:
            raise ValueError(f"pg_init_delay_msecs {self.pg_init_delay_msecs}: the kernel takes 0 to 60000")
        if self.queue_mode is not None and self.queue_mode not in QUEUE_MODES:
            raise ValueError(f"queue_mode {self.queue_mode!r}: the kernel takes {' or '.join(QUEUE_MODES)}")
        if self.unknown and len(self.words()) > MOST_FEATURE_WORDS:  # the known ones alone are never more
            raise ValueError(f"{len(self.words())} feature words: the kernel takes {MOST_FEATURE_WORDS}")

    @classmethod
    def parse(cls, text: str) -> "Features":
        """
        Parse the head of a table, or the ``features`` of multipath.conf: a count and so many words.

        Inverse of ``str()`` up to white space.

        Raises:
            TableError: a wrong count, a value out of bounds.

        >>> Features.parse("1 queue_if_no_path").queue_if_no_path
        True
        """
        words = Words(text, "features")
        features = cls.read(words)
        words.finish()
        return features

    @classmethod
    def read(cls, words: Words) -> "Features":
        """
        Read the count and the words.

        A ``queue_mode`` that is not known is kept among the unknown words, with its name: modes came and went.

        Source: linux ``drivers/md/dm-mpath.c``, ``parse_features()``.
        """
        count = words.number("the number of feature words", high=MOST_FEATURE_WORDS)
        if count == 0:
            return NO_FEATURES
        start, end = words.index, words.index + count
        known: dict[str, bool | int | str] = {}
        unknown: list[str] = []
        while words.index < end:
            name = words.take("a feature")
            if (low := name.lower()) in _FLAGS:
                known[low] = True
            elif low not in _WITH_VALUE:
                unknown.append(name)
            elif words.index == end:
                raise words.error(f"a feature; {low} needs a value within the count", words.index - 1)
            else:
                _read_value(words, low, known, unknown)
        features = cls(**known, unknown=tuple(unknown))  # type: ignore[arg-type]
        object.__setattr__(features, "_read", words.between(start, end))
        return features

    def words(self) -> tuple[str, ...]:
        """Return the words without their count."""
        if self._read is not None:
            return self._read
        words: list[str] = ["queue_if_no_path"] if self.queue_if_no_path else []
        if self.pg_init_retries:
            words += ["pg_init_retries", str(self.pg_init_retries)]
        if self.pg_init_delay_msecs is not None:
            words += ["pg_init_delay_msecs", str(self.pg_init_delay_msecs)]
        if self.retain_attached_hw_handler:
            words.append("retain_attached_hw_handler")
        if self.queue_mode is not None:
            words += ["queue_mode", self.queue_mode]
        return (*words, *self.unknown)

    def __str__(self) -> str:
        """Return the count and the words."""
        words = self.words()
        return " ".join([str(len(words)), *map(quote, words)])

    @property
    def is_bio(self) -> bool:
        """Whether the map takes bios; otherwise it takes requests."""
        return self.queue_mode == "bio"

    @property
    def retains(self) -> bool:
        """Whether the kernel retains an attached handler: it does so for every map that takes bios."""
        return self.retain_attached_hw_handler or self.is_bio


NO_FEATURES: Final = Features()


def _read_value(words: Words, name: str, known: dict[str, bool | int | str], unknown: list[str]) -> None:
    """Read the value of the feature ``name``."""
    if name == "pg_init_retries":
        known[name] = words.number("retries", *_RETRIES)
    elif name == "pg_init_delay_msecs":
        known[name] = words.number("milliseconds", *_DELAY)
    elif (mode := words.take("a queue mode")).lower() in QUEUE_MODES:
        known[name] = mode.lower()
    else:
        unknown += (name, mode)
