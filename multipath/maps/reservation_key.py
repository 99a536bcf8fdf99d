"""The reservation key of a map by the configuration: ``reservation_key``, or the prkeys file where that says so."""

from typing import Final

from ..config.entry import Subject
from ..policy.option import Options
from .prkeys import Prkey
from .state_file import StateFolder

_FILE: Final = "file"


def keeps_key_in_file(options: Options, wwid: str) -> bool:
    """Whether the key of a map stands in the prkeys file."""
    return options.effective("reservation_key", Subject(wwid=wwid)).value == _FILE


def configured_key(options: Options, wwid: str, state: StateFolder | None) -> Prkey | None:
    """
    Return the key of a map; ``None`` where there is none.

    Args:
        options: The configuration.
        wwid: The WWID of the map.
        state: Where the prkeys file is.

    Raises:
        FileError: the prkeys file cannot be read.
    """
    value = options.effective("reservation_key", Subject(wwid=wwid)).value
    if value == _FILE:
        return state.prkeys().keys.get(wwid) if state else None
    if not isinstance(value, str):
        return None
    digits, _, flag = value.partition(":")
    return Prkey(int(digits, 16), aptpl=flag == "aptpl") if int(digits, 16) else None
