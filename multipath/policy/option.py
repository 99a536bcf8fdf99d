"""
The values of options that a decision goes by, whoever found them.

Strategy: most come from the configuration, and `multipath.config.resolve` says which layer wins. Some the hardware
decides: these have the same form, with `Layer.DETECTED` as their layer, the reason in its detail, and what the
configuration says among those that lost.
"""

from dataclasses import dataclass
from typing import Protocol

from ..config.configuration import Subject
from ..config.setting import Layer, Origin, Setting, Value


class Option(Protocol):
    """The value of one option for one device or map, and where it comes from; ``Effective`` is one."""

    @property
    def option(self) -> str:
        """The option's name."""

    @property
    def value(self) -> Value | None:
        """What it means; ``None`` where nothing says anything."""

    @property
    def origin(self) -> Origin:
        """Where the value stands."""

    @property
    def losing(self) -> tuple[Setting, ...]:
        """What stands in lower layers, highest first."""


class Options(Protocol):
    """Who knows the values of all options; ``Resolver`` does."""

    def effective(self, option: str, subject: Subject) -> Option:
        """Return the value of one option for one device or map."""


@dataclass(frozen=True, slots=True)
class Detected:
    """
    An option whose value the hardware, or another option, decides.

    Attributes:
        option: Its name.
        value: The value.
        origin: `Layer.DETECTED` with the reason.
        losing: What the configuration says instead.
    """

    option: str
    value: Value | None
    origin: Origin
    losing: tuple[Setting, ...] = ()

    @classmethod
    def over(cls, configured: Option, value: Value | None, reason: str) -> "Detected":
        """Return a value that beats a configured one."""
        setting = as_setting(configured)
        losing = configured.losing if setting is None else (setting, *configured.losing)
        return cls(configured.option, value, Origin(Layer.DETECTED, detail=reason), losing)


def as_setting(option: Option) -> Setting | None:
    """Return the assignment that an option's value comes from; ``None`` where there is none."""
    if option.value is None:
        return None
    return Setting(option.option, option.value, str(option.value), option.origin)


def as_text(option: Option, absent: str = "") -> str:
    """Return the value as text."""
    return absent if option.value is None else str(option.value)
