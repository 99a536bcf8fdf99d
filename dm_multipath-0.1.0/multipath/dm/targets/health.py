"""The two lists that mirror and striped report: their devices, and one character of health for each."""

from collections.abc import Sequence
from typing import Final

from ...wire.words import Words

ALIVE: Final = "A"


def read_devices(words: Words) -> tuple[str, ...]:
    """Take a count and so many device numbers."""
    return words.take_some(words.number("the number of devices"), "a device")


def read_health(words: Words, devices: Sequence[str]) -> str:
    """Take the health of ``devices``: a count that is always 1, and a word of one character for each device."""
    words.choice("the number of health words", "1")
    health = words.take("the health of the devices")
    if len(health) != len(devices):
        raise words.error(f"the health of the devices: {len(devices)} characters", words.index - 1)
    return health


def failed(devices: Sequence[str], health: str) -> tuple[str, ...]:
    """Return the devices that are anything but alive."""
    return tuple(device for device, state in zip(devices, health, strict=True) if state != ALIVE)
