"""
The folder where multipath-tools keeps what it has to know after a reboot: ``/etc/multipath``.

Reading never makes or changes a file. Every change is made of what is in the file at that moment, under its lock, so
none that another program made is lost; `multipath.maps.locked_file` says how.
"""

import os
from collections.abc import Collection, Mapping
from typing import Final

from .bindings import Bindings, carried_over, parse_bindings
from .locked_file import LockedFile
from .patch import Patch
from .prkeys import Prkey, Prkeys, parse_prkeys
from .wwids import Wwids, parse_wwids

FOLDER: Final = "/etc/multipath"
DEADLINE: Final = 30.0  # seconds, as multipath-tools waits


class StateFolder:
    """
    The three state files.

    Args:
        folder: Where they are.
        deadline: For how many seconds the lock of a file is waited for.
        configured: The aliases of ``multipaths``, WWID to alias: what is bound against them is bound no more.

    Every method raises `FileError` where a file cannot be read or written, and `FileLocked` where another program
    holds its lock until the deadline; nothing was changed then.

    Synchronization: none required, across threads and processes.

    >>> StateFolder("/nonexistent").bindings().by_alias
    {}
    """

    __slots__ = ("_bindings", "_configured", "_deadline", "_prkeys", "_wwids", "folder")

    def __init__(
        self,
        folder: str | os.PathLike[str] = FOLDER,
        *,
        deadline: float = DEADLINE,
        configured: Mapping[str, str] | None = None,
    ) -> None:
        self.folder, self._deadline, self._configured = os.fspath(folder), deadline, configured or {}
        self._bindings, self._wwids, self._prkeys = (
            LockedFile(os.path.join(self.folder, name), deadline) for name in ("bindings", "wwids", "prkeys")
        )

    def __repr__(self) -> str:
        """Return the expression that makes it."""
        return f"StateFolder({self.folder!r})"

    def under(self, configured: Mapping[str, str]) -> "StateFolder":
        """Return the same folder under a configuration, whose aliases of ``multipaths`` are WWID to alias."""
        return StateFolder(self.folder, deadline=self._deadline, configured=configured)

    def bindings(self) -> Bindings:
        """Return which alias each WWID has; none where there is no such file."""
        return self._parsed_bindings(self._bindings.read())

    def wwids(self) -> Wwids:
        """Return which WWIDs had a map once; none where there is no such file."""
        return self._parsed_wwids(self._wwids.read())

    def prkeys(self) -> Prkeys:
        """Return the reservation keys; none where there is no such file."""
        return self._parsed_prkeys(self._prkeys.read())

    def add_binding(self, alias: str, wwid: str) -> None:
        """
        Bind an alias to a WWID; nothing is done where it is bound so already.

        Raises:
            BindingConflict: either is bound otherwise; nothing was changed.
            NameRefused: an alias that is no name of a map, or a WWID that is no part of its uuid.
        """
        self.add_bindings({alias: wwid})

    def add_bindings(self, bindings: Mapping[str, str]) -> None:
        """
        Bind many aliases at once, all or none of them; ``bindings`` is alias to WWID.

        Raises:
            BindingConflict: one of them is bound otherwise; nothing was changed.
            NameRefused: an alias that is no name of a map, or a WWID that is no part of its uuid.
        """
        if bindings:
            self._bindings.replace(lambda there: self._parsed_bindings(there).added(bindings), carried_over)

    def add_wwid(self, wwid: str) -> None:
        """
        Remember that a WWID has a map.

        Raises:
            NameRefused: no map can have it.
        """
        self.add_wwids([wwid])

    def add_wwids(self, wwids: Collection[str]) -> None:
        """
        Remember many at once.

        Raises:
            NameRefused: no map can have one of them; nothing was changed.
        """
        if wwids:
            self._wwids.patch(lambda there: self._parsed_wwids(there).adding(wwids))

    def remove_wwid(self, wwid: str) -> None:
        """Forget a WWID; nothing is done where it is not known."""
        if wwid in self.wwids():
            self._wwids.patch(lambda there: self._parsed_wwids(there).removing([wwid]))

    def replace_wwids(self, wwids: Collection[str]) -> None:
        """
        Remember these WWIDs and forget all others.

        Raises:
            NameRefused: no map can have one of them; nothing was changed.
        """
        wanted = frozenset(wwids)
        self.add_wwids(wwids)
        self._wwids.patch(lambda there: self._others(there, wanted))

    def set_prkey(self, wwid: str, prkey: Prkey) -> None:
        """
        Give a WWID a reservation key.

        Raises:
            NameRefused: no map can have that WWID.
            NumberRefused: no reservation key is such a number.
        """
        self._prkeys.patch(lambda there: self._parsed_prkeys(there).setting(wwid, prkey))

    def remove_prkey(self, wwid: str) -> None:
        """Take away the reservation key of a WWID; nothing is done where it has none."""
        if wwid in self.prkeys().keys:
            self._prkeys.patch(lambda there: self._parsed_prkeys(there).removing(wwid))

    def _parsed_bindings(self, data: bytes) -> Bindings:
        return parse_bindings(data, self._bindings.path).without(self._configured)

    def _parsed_wwids(self, data: bytes) -> Wwids:
        return parse_wwids(data, self._wwids.path)

    def _parsed_prkeys(self, data: bytes) -> Prkeys:
        return parse_prkeys(data, self._prkeys.path)

    def _others(self, there: bytes, wanted: Collection[str]) -> tuple[Patch, ...]:
        known = self._parsed_wwids(there)
        return known.removing([each for each in known.wwids if each not in wanted])
