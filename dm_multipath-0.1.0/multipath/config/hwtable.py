"""The built-in table of arrays, as entries like those of ``devices``."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from .arrays import ARRAYS, Array
from .entry import DeviceEntry
from .pattern import Pattern
from .schema import OPTIONS
from .setting import Layer, Origin, Setting

_BLACKLIST = "product_blacklist"


@lru_cache(maxsize=1)
def built_in() -> tuple[DeviceEntry, ...]:
    """
    Return the entries of all arrays that are known; where several fit a device, the later one wins, option by option.

    Made when they are first asked for: most programs that read a configuration have no question about a device.

    >>> next(str(entry.origin) for entry in built_in() if entry.matches("PURE", "FlashArray", "8888"))
    'built-in device (PURE FlashArray)'
    """
    return tuple(_entry(array) for arrays in ARRAYS.values() for array in arrays)


def with_built_in(devices: Sequence[DeviceEntry]) -> tuple[DeviceEntry, ...]:
    """
    Return the built-in entries and those of the files; where several fit a device, the later wins, option by option.

    A built-in entry with the very expressions of one of a file stands right before that one, and loses its
    ``product_blacklist`` to it: multipathd makes the two one entry, there where the file's stands.
    """
    own = {_strings(entry): entry for entry in devices}
    taken = {strings: entry for entry in built_in() if (strings := _strings(entry)) in own}
    if not taken:
        return (*built_in(), *devices)
    entries = [entry for entry in built_in() if _strings(entry) not in taken]
    for entry in devices:
        if same := taken.pop(_strings(entry), None):
            entries.append(replace(same, product_blacklist=None) if entry.product_blacklist else same)
        entries.append(entry)
    return tuple(entries)


def _strings(entry: DeviceEntry) -> tuple[str, str, str | None]:
    return entry.vendor.text, entry.product.text, None if entry.revision is None else entry.revision.text


def _entry(array: Array) -> DeviceEntry:
    vendor, product, options = array
    origin = Origin(Layer.HWTABLE, detail=f"{vendor} {product}")
    settings = {name: _setting(name, str(text), origin) for name, text in options.items() if name != _BLACKLIST}
    others = Pattern(str(options[_BLACKLIST])) if _BLACKLIST in options else None
    return DeviceEntry(Pattern(vendor), Pattern(product), None, others, settings, origin)


def _setting(option: str, text: str, origin: Origin) -> Setting:
    meaning = OPTIONS[option].kind.meaning(text)
    assert meaning.value is not None, (option, text)  # a test reads the whole table
    return Setting(option, meaning.value, text, origin)
