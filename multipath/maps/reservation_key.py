"""The reservation key of a map by the configuration: ``reservation_key``, or the prkeys file where that says so."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from .. import errors
from ..config.entry import Subject
from ..policy.option import Options
from .prkeys import Prkey
from .state_file import StateFolder

_FILE: Final = "file"
_Result = TypeVar("_Result")


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


class KeptKey:
    """
    The key of one map, where it is configured and kept.

    Attributes:
        wwid: The WWID of the map; empty for a map of another kind, which has no key.

    Args:
        name: The name of the map, for errors.
        wwid: See above.
        options: The configuration.
        state: Where the prkeys file is; ``None`` for nowhere.
    """

    def __init__(self, name: str, wwid: str, options: Options, state: StateFolder | None) -> None:
        self.wwid = wwid
        self._name, self._options, self._state = name, options, state

    @property
    def in_file(self) -> bool:
        """Whether it is kept in the prkeys file."""
        return self._file() is not None

    async def configured(self) -> Prkey | None:
        """Return the configured key; ``None`` where there is none."""
        return await self._done(lambda: configured_key(self._options, self.wwid, self._state))

    async def meant(self, key: int | None) -> Prkey:
        """
        Return the key that is given, or the configured one.

        Raises:
            ReservationError: there is neither.
        """
        known = await self.configured()
        if key is not None:
            return Prkey(key, aptpl=bool(known and known.aptpl and known.key == key))
        if known is None:
            raise errors.ReservationError(
                f"map {self._name}: no reservation key is configured (reservation_key in multipath.conf); give one"
            )
        return known

    async def remember(self, prkey: Prkey) -> Prkey | None:
        """Write a key into the prkeys file where the configuration keeps it there; return what was in it."""
        state = self._file()
        if state is None:
            return None
        before = (await self._done(state.prkeys)).keys.get(self.wwid)
        await self._done(lambda: state.set_prkey(self.wwid, prkey))
        return before

    async def put_back(self, before: Prkey | None) -> None:
        """Let the file say again what it said; what goes wrong here is not what counts."""
        state = self._file()
        with suppress(errors.MultipathError):
            if state is not None and before is not None:
                await self._done(lambda: state.set_prkey(self.wwid, before))
            else:
                await self.forget()

    async def forget(self) -> None:
        """Remove the key from the file, where it is kept there."""
        state = self._file()
        if state is not None:
            await self._done(lambda: state.remove_prkey(self.wwid))

    def _file(self) -> StateFolder | None:
        return self._state if self.wwid and keeps_key_in_file(self._options, self.wwid) else None

    async def _done(self, work: Callable[[], _Result]) -> _Result:
        """Do what may wait for a lock in a thread; where there is no file nothing waits."""
        return await asyncio.to_thread(work) if self._state else work()
