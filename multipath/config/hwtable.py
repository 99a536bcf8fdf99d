"""The built-in table of arrays, as entries like those of ``devices``."""

from functools import lru_cache

from .arrays import ARRAYS, Array
from .entry import DeviceEntry
from .pattern import Pattern
from .schema import OPTIONS
from .setting import Layer, Origin, Setting


@lru_cache(maxsize=1)
def built_in() -> tuple[DeviceEntry, ...]:
    """
    Return the entries of all arrays that are known; where several match, the later one wins, option by option.

    Made when they are first asked for: most programs that read a configuration have no question about a device.
    """
    return tuple(map(_entry, ARRAYS))


def _entry(array: Array) -> DeviceEntry:
    vendor, product, blacklist, options = array
    origin = Origin(Layer.HWTABLE, detail=f"{vendor} {product}")
    settings = {option: _setting(option, str(text), origin) for option, text in options.items()}
    return DeviceEntry(
        Pattern(vendor), Pattern(product), None, None if blacklist is None else Pattern(blacklist), settings, origin
    )


def _setting(option: str, text: str, origin: Origin) -> Setting:
    meaning = OPTIONS[option].kind.meaning(text)
    assert meaning.value is not None, (option, text)  # a test reads the whole table
    return Setting(option, meaning.value, text, origin)
