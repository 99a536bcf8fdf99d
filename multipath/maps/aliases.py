"""
What a map is called: the rules by which multipath-tools chooses an alias, without the file and without the kernel.

Strategy: a configured alias, then the one that is bound, then the name that the map has, then a new one, then the WWID;
each only where it can be a name and no other device has it. Names are chosen for many maps in one pass: what is given
to one is taken for the next, and the search for a free one goes on where the last ended.

Numbers are written with letters alone, a = 1 to z = 26, aa = 27: each has one spelling, and each spelling one number.

Source: multipath-tools ``libmultipath/alias.c``, ``get_user_friendly_alias()``; ``propsel.c``, ``select_alias()``.
"""

import enum
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from .. import errors
from ..config.configuration import Configuration
from ..dm.name import checked_name
from .bindings import Bindings, owners_of, refuse_unusable, refuse_unusable_wwid
from .ownership import UUID_PREFIX
from .remarks import shown

PREFIX: Final = "mpath"
LARGEST: Final = (1 << 31) - 1  # INT_MAX, the number of fxshrxw
_LETTERS: Final = 26
_LONGEST: Final = 7  # letters of INT_MAX


class Choice(enum.StrEnum):
    """Which rule gave a name, or why there is none."""

    CONFIGURED = "configured"
    BOUND = "bound"
    KEPT = "kept"
    NEW = "new"
    WWID = "wwid"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Alias:
    """
    The name of one map.

    Attributes:
        name: The name; ``None`` where the map can have none, and is not to be made.
        choice: The rule that gave it.
        reason: A sentence: why this one, and why not one that stands before it.
        new: Whether the bindings file has to be told, see `new_bindings`.
    """

    name: str | None
    choice: Choice
    reason: str
    new: bool = False


def letters(number: int) -> str:
    """
    Return a number from 1 as letters; inverse of `number_of`.

    Raises:
        NumberRefused: below 1, or above INT_MAX, which multipath-tools cannot read back.

    >>> letters(1), letters(26), letters(27), letters(LARGEST)
    ('a', 'z', 'aa', 'fxshrxw')
    """
    if not 0 < number <= LARGEST:
        raise errors.NumberRefused(f"number {number} of an alias: it has to be in 1 to {LARGEST}")
    word = ""
    while number:
        number, digit = divmod(number - 1, _LETTERS)
        word = chr(ord("a") + digit) + word
    return word


def number_of(word: str) -> int | None:
    """Return the number of some letters; ``None`` for anything else, and for more than INT_MAX."""
    if not (0 < len(word) <= _LONGEST and word.isascii() and word.isalpha() and word.islower()):
        return None
    number = 0
    for char in word:
        number = number * _LETTERS + ord(char) - ord("a") + 1
    return number if number <= LARGEST else None


class Aliases:
    """
    The names of the maps of one host, chosen one after the other.

    Args:
        bindings: What the bindings file says.
        configured: The aliases of ``multipaths``, WWID to alias.
        live: The devices of device-mapper, name to uuid.
        units: The WWIDs that paths lead to: none is configured for another unit, for who looks for it would find that.
        read_only: Whether no new binding may be made, as with ``multipath -B``.

    The same calls in the same order give the same names; whoever wants names that do not depend on the order in which
    paths were found asks in the order of the WWIDs.
    """

    __slots__ = (
        "_bindings",
        "_by_alias",
        "_by_wwid",
        "_configured",
        "_free",
        "_live",
        "_name_of",
        "_owner",
        "_read_only",
        "_units",
    )

    def __init__(
        self,
        bindings: Bindings,
        *,
        configured: Mapping[str, str] | None = None,
        live: Mapping[str, str] | None = None,
        units: Collection[str] = (),
        read_only: bool = False,
    ) -> None:
        self._configured, self._live, self._read_only = configured or {}, live or {}, read_only
        self._units = frozenset(units)
        self._bindings = bindings.without(self._configured)
        self._by_alias, self._by_wwid = dict(self._bindings.by_alias), dict(self._bindings.by_wwid)
        self._owner = owners_of(self._configured)
        self._name_of = {uuid: name for name, uuid in self._live.items()}
        self._free: dict[str, int] = {}

    def choose(self, wwid: str, *, friendly: bool, prefix: str = PREFIX) -> Alias:
        """
        Choose the name of one map.

        Args:
            wwid: The map.
            friendly: What ``user_friendly_names`` says of it.
            prefix: What ``alias_prefix`` says of it.
        """
        try:
            refuse_unusable_wwid(wwid)
            checked_name(wwid)  # whatever it is called now, it may have to be called so
        except errors.NameRefused as refusal:
            return Alias(None, Choice.REFUSED, f"no map: {refusal}")
        chosen = self._of_configuration(wwid) or (self._friendly(wwid, prefix) if friendly else None)
        chosen = chosen or Alias(wwid, Choice.WWID, "user_friendly_names is off for it")
        if chosen.choice is Choice.WWID:
            chosen = self._by_its_wwid(wwid, chosen.reason)
        if chosen.name is not None:
            self._by_alias[chosen.name] = wwid
        return chosen

    def _of_configuration(self, wwid: str) -> Alias | None:
        alias = self._configured.get(wwid)
        if alias is None or self._owner[alias] != wwid:  # an alias of two WWIDs is that of one alone
            return None
        try:
            checked_name(alias)
        except errors.NameRefused as refusal:
            return self._unless_it_has_a_name(wwid, f"its configured alias is no name: {refusal}")
        if self._is_anothers(alias, wwid) or (alias != wwid and alias in self._units):
            return self._unless_it_has_a_name(
                wwid, f"its configured alias {alias} is the name or WWID of another device"
            )
        return Alias(alias, Choice.CONFIGURED, "the configuration gives it this alias")

    def _friendly(self, wwid: str, prefix: str) -> Alias:
        has = self._name_of.get(UUID_PREFIX + wwid)
        bound = has if has is not None and self._by_alias.get(has) == wwid else self._by_wwid.get(wwid)
        if bound is not None:
            if self._is_anothers(bound, wwid):
                return self._unless_it_has_a_name(wwid, f"its alias {bound} is the name of another device")
            return Alias(bound, Choice.BOUND, f"{self._bindings.file} binds it to this alias")
        if self._read_only:
            return self._unless_it_has_a_name(wwid, "it is not bound, and the bindings are only read")
        if has is not None and self._may_be_bound(has, prefix, wwid):
            return Alias(has, Choice.KEPT, "it has this name already, and is bound to it from now on", new=True)
        return self._new(wwid, prefix)

    def _may_be_bound(self, name: str, prefix: str, wwid: str) -> bool:
        ours = name.startswith(prefix) and number_of(name[len(prefix) :]) is not None
        return ours and "#" not in name + wwid and self._is_no_ones(name, wwid)

    def _new(self, wwid: str, prefix: str) -> Alias:
        number = self._free.get(prefix, 1)
        try:
            refuse_unusable(prefix + letters(number), wwid)
            while not self._is_free(prefix + letters(number), wwid):
                number += 1
            name = prefix + letters(number)
            refuse_unusable(name, wwid)
        except errors.MultipathError as refusal:
            return self._unless_it_has_a_name(wwid, f"the prefix {shown(prefix)} gives no name: {refusal}")
        self._free[prefix] = number + 1
        return Alias(name, Choice.NEW, "the first that is free", new=True)

    def _by_its_wwid(self, wwid: str, reason: str) -> Alias:
        has = self._name_of.get(UUID_PREFIX + wwid)
        owners = {self._by_alias.get(wwid, wwid), self._owner.get(wwid, wwid)}
        if owners == {wwid} and not self._is_anothers(wwid, wwid):
            return Alias(wwid, Choice.WWID, reason)
        if has is not None:
            return Alias(has, Choice.KEPT, f"it keeps its name: {reason}; and its WWID is the name of another device")
        return Alias(None, Choice.REFUSED, f"{reason}; and its WWID is the name of another device")

    def _unless_it_has_a_name(self, wwid: str, reason: str) -> Alias:
        """Keep the name of a map that is there; one that is not gets its WWID for one."""
        has = self._name_of.get(UUID_PREFIX + wwid)
        if has is None or has == wwid:
            return Alias(wwid, Choice.WWID, reason)
        return Alias(has, Choice.KEPT, f"it keeps its name: {reason}")

    def _is_anothers(self, name: str, wwid: str) -> bool:
        return self._live.get(name, UUID_PREFIX + wwid) != UUID_PREFIX + wwid

    def _is_no_ones(self, name: str, wwid: str) -> bool:
        return name not in self._by_alias and self._owner.get(name, wwid) == wwid

    def _is_free(self, name: str, wwid: str) -> bool:
        reserved = name in self._bindings.reserved or self._is_anothers(name, wwid)
        return self._is_no_ones(name, wwid) and not reserved


def configured_aliases(configuration: Configuration) -> dict[str, str]:
    """Return the aliases of ``multipaths``, WWID to alias."""
    entries = configuration.multipaths.items()
    return {wwid: str(entry.settings["alias"].value) for wwid, entry in entries if "alias" in entry.settings}


def choose_alias(
    wwid: str,
    *,
    configured: Mapping[str, str],
    prefix: str,
    friendly: bool,
    bindings: Bindings,
    live: Mapping[str, str],
) -> Alias:
    """
    Choose the name of one map alone; for many use one `Aliases`, which looks at the bindings once.

    >>> choose_alias("36001", configured={}, prefix="mpath", friendly=True, bindings=Bindings(), live={}).name
    'mpatha'
    """
    return Aliases(bindings, configured=configured, live=live).choose(wwid, friendly=friendly, prefix=prefix)


def new_bindings(chosen: Iterable[tuple[str, Alias]]) -> dict[str, str]:
    """Return what ``StateFolder.add_bindings`` has to be told of some choices, WWID and alias: alias to WWID."""
    return {alias.name: wwid for wwid, alias in chosen if alias.new and alias.name is not None}
