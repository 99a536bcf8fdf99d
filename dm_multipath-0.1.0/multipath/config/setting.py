"""One option with its value, and where that value comes from."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

# What an option's text means: bool for yes and no, int for numbers, str for words and for all that stays text.
Value = bool | int | str


class Layer(enum.StrEnum):
    """Where a value or a rule stands; for values, the order is that of precedence, highest first."""

    COMMAND_LINE = "command line"
    DETECTED = "detected"
    MULTIPATHS = "multipaths"
    PROTOCOL = "overrides/protocol"
    OVERRIDES = "overrides"
    DEVICES = "devices"
    HWTABLE = "built-in device"
    DEFAULTS = "defaults"
    BUILT_IN = "built-in"
    BLACKLIST = "blacklist"
    EXCEPTIONS = "blacklist_exceptions"


@dataclass(frozen=True, slots=True)
class Origin:
    """
    Where a value or a rule comes from.

    Attributes:
        layer: The section, or what stands for one.
        file: The file; ``None`` for what is built in or detected.
        line: Its line, from 1; 0 where there is no file.
        detail: What else identifies it: the vendor and product of a built-in entry, the reason of a detection.
    """

    layer: Layer
    file: str | None = None
    line: int = 0
    detail: str = ""

    def __str__(self) -> str:
        """Return the place in one line, such as ``/etc/multipath.conf:12 (devices)``, safe to print."""
        if self.file is None:
            return f"{self.layer} ({self.detail})" if self.detail else str(self.layer)
        file = self.file if self.file.isprintable() else repr(self.file)
        return f"{file}:{self.line} ({self.layer})"


@dataclass(frozen=True, slots=True)
class Setting:
    """
    One assignment.

    Attributes:
        option: The option's name, as in multipath.conf(5).
        value: What it means.
        text: What was written.
        origin: Where.
    """

    option: str
    value: Value
    text: str
    origin: Origin


Settings = Mapping[str, Setting]


def written(value: Value) -> str:
    """
    Return a value as multipath.conf has it.

    >>> written(False), written(18)
    ('no', '18')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
