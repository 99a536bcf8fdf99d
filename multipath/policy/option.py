"""
The values of options that a decision goes by, whoever found them.

Strategy: most come from the configuration, and `multipath.config.resolve` says which layer wins. Some the hardware
decides, or another option: these have the same form, with `Layer.DETECTED` as their layer, the reason in its detail,
and what the configuration says among those that lost.
"""

from typing import Protocol

from ..config.entry import Subject
from ..config.resolve import Effective
from ..config.setting import Layer, Origin, Setting, Value, written


class Options(Protocol):
    """Who knows the values of all options; ``Resolver`` does."""

    def effective(self, option: str, subject: Subject) -> Effective:
        """Return the value of one option for one device or map."""


def detected(configured: Effective, value: Value | None, reason: str) -> Effective:
    """Return a value that beats the configured one."""
    losing = configured.losing
    if configured.value is not None:
        losing = (Setting(configured.option, configured.value, written(configured.value), configured.origin), *losing)
    return Effective(configured.option, value, Origin(Layer.DETECTED, detail=reason), losing)


def as_text(option: Effective, absent: str = "") -> str:
    """Return the value as text."""
    return absent if option.value is None else str(option.value)
