"""
What the parameters of every typed target have in common.

Strategy: a target reads its words from one cursor and gives them back as a tuple. Everything else is here, once: the
text that was parsed is kept and printed again byte for byte; a target that was made, or changed with
`dataclasses.replace`, is printed in the kernel's own form. Equality looks at the values alone, never at the text.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, Self

from ...wire.words import Words, quote


class TargetParams(Protocol):
    """
    What a line of a table needs to know of its parameters: the target's name in the kernel, and ``str()``.

    Every `KnownTarget` is one, and so is `UnknownTarget`; a caller's own class can be one too.
    """

    @property
    def type(self) -> str:
        """The target's name in the kernel."""
        ...

    def __str__(self) -> str:
        """Return the parameters as the kernel takes them."""
        ...


@dataclass(frozen=True, slots=True)
class TargetText(ABC):
    """
    A text of the kernel with its values.

    Attributes:
        type: The target's name in the kernel.
        text_kind: Which of the target's texts this is, for messages.
    """

    type: ClassVar[str]
    text_kind: ClassVar[str]
    _text: str | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def parse(cls, params: str) -> Self:
        """
        Parse all after ``<start> <length> <type>``; inverse of ``str()``, byte for byte.

        Args:
            params: ASCII, as loaded or as printed.

        Raises:
            TableError: ``.word`` is the 0-based word at fault.

        Synchronization: none required.
        """
        words = Words(params, f"{cls.type} {cls.text_kind}")
        parsed = cls.read(words)
        words.finish()
        object.__setattr__(parsed, "_text", params)
        return parsed

    @classmethod
    @abstractmethod
    def read(cls, words: Words) -> Self:
        """Take the words of this text from the cursor."""

    @abstractmethod
    def words(self) -> tuple[str, ...]:
        """Return the words in the kernel's own form."""

    def __str__(self) -> str:
        """
        Return the text that was parsed, or the kernel's form of the values.

        Raises:
            TableError: a text among the values that no word can hold.
        """
        return " ".join(map(quote, self.words())) if self._text is None else self._text


class KnownTarget(TargetText):
    """The parameters of a target that this library knows, as they stand in a table."""

    __slots__ = ()
    text_kind: ClassVar[str] = "table"


class TargetStatus(TargetText):
    """What a target reports of itself, as ``dmsetup status`` prints it behind the target's name."""

    __slots__ = ()
    text_kind: ClassVar[str] = "status"
