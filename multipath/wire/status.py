"""
The status of a multipath map: what each path and each group does at this moment.

Strategy: the kernel names no selector in a status. A hint, the map's table, says which they are; without it the numbers
of words decide where only one selector has them, and what is left stays words (`OtherWords`). The text is kept as for a
table, so that ``str()`` gives it back byte for byte.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from .selectors import HistoricalServiceTime, OtherSelector, RoundRobin, Selector, SelectorWords, ServiceTime
from .selectors.selector import words_per_path
from .table import MultipathTable
from .words import MOST_WORDS, Words, quote

_HEAD_VALUES: Final = 2
_UNNAMED: Final = OtherSelector("")
_NO_WORDS: Final[tuple[str, ...]] = ()
# By the number of words of a group and of each of its paths. One word for each path is queue-length or io-affinity.
_TOLD_BY_COUNTS: Final[dict[tuple[int, int], Selector]] = {
    (0, 0): RoundRobin(),
    (0, 2): ServiceTime(),
    (2, 3): HistoricalServiceTime(),
}


class GroupState(StrEnum):
    """The state of a priority group, as the kernel prints it."""

    ACTIVE = "A"
    """I/O goes through this group."""
    ENABLED = "E"
    """It may be chosen."""
    DISABLED = "D"
    """It is bypassed: chosen only when no other group has a path. Printed even where I/O goes through it."""


_GROUP_STATES: Final = {state.value: state for state in GroupState}
_PATH_STATES: Final = {"A": True, "F": False}


@dataclass(frozen=True, slots=True)
class StatusPath:
    """
    A path in a status.

    Attributes:
        device: ``"major:minor"``.
        active: Whether the kernel may send I/O down this path; otherwise it has failed.
        fail_count: How often it has failed since the table was loaded; a reinstated path keeps its count.
        selector_status: What the selector says, or ``None`` where it says nothing.
    """

    device: str
    active: bool
    fail_count: int
    selector_status: SelectorWords | None = None

    def selector_words(self) -> tuple[str, ...]:
        """Return the words of the selector."""
        return self.selector_status.words() if self.selector_status else _NO_WORDS


@dataclass(frozen=True, slots=True)
class StatusGroup:
    """
    A priority group in a status.

    Attributes:
        state: Whether I/O goes through it.
        selector: The selector with its status for the group; an `OtherSelector` without a name where nothing tells.
        paths: Its paths, in order.
    """

    state: GroupState
    selector: Selector
    paths: tuple[StatusPath, ...]

    def words(self) -> list[str]:
        """Return the words of the group as the kernel prints them."""
        group = self.selector.effective_group()
        per_path = words_per_path(path.selector_words() for path in self.paths)
        words = [self.state.value, str(len(group)), *group, str(len(self.paths)), str(per_path)]
        for path in self.paths:
            words += (path.device, "A" if path.active else "F", str(path.fail_count), *path.selector_words())
        return words


@dataclass(frozen=True, slots=True)
class MultipathStatus:
    """
    The status of a multipath map: all after ``<start> <length> multipath`` that ``STATUSTYPE_INFO`` gives.

    A device that stands in several groups counts once for each in ``paths``, `paths_total` and `paths_active`, and may
    be in both sets, `active_paths` and `failed_paths`.

    Attributes:
        queue_io: Whether I/O waits: for the activation of a group, or, on a fresh map, for its first I/O.
        pg_init_count: Activations of the current group that were begun.
        current_group: The number of the current, else the pending, else the first group; 0 without groups.
        groups: The priority groups, in order; index 0 is the kernel's group 1.
        handler: Words of the hardware handler; no kernel has any.
        more: Values of the map after the first two, of a newer kernel.

    Synchronization: none required.
    Source: linux ``drivers/md/dm-mpath.c``, ``multipath_status()``, STATUSTYPE_INFO.

    >>> status = MultipathStatus.parse("2 0 0 0 1 1 A 0 2 2 8:0 A 0 0 1 8:16 F 3 0 1 ")
    >>> status.paths_active, status.paths_total, sorted(status.failed_paths)
    (1, 2, ['8:16'])
    """

    queue_io: bool
    pg_init_count: int
    current_group: int
    groups: tuple[StatusGroup, ...] = ()
    handler: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    _text: str | None = field(default=None, init=False, repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, table: MultipathTable | None = None) -> "MultipathStatus":
        """
        Parse the parameters of one ``multipath`` status; inverse of ``str()``, byte for byte.

        Args:
            text: All after ``<start> <length> multipath``; ASCII.
            table: The map's table, which names the selectors. Only queue-length and io-affinity need it; a table that
                does not fit (the map was reloaded in between) does no harm: words that do not fit stay words.

        Raises:
            TableError: not a multipath status; ``.word`` is the 0-based word at fault.

        >>> MultipathStatus.parse("2 0 0 0 1 1 E 0 1 2 8:16 F 3 0 1").paths[0].fail_count
        3
        """
        words = Words(text, "multipath status")
        values = words.number("the number of values of the map", low=_HEAD_VALUES, high=MOST_WORDS)
        queue_io = words.number("queue_io", high=1) == 1
        pg_init_count = words.number("pg_init_count")
        more = words.take_some(values - _HEAD_VALUES, "a value of the map")
        handler = words.take_some(words.number("the number of handler words", high=MOST_WORDS), "a handler word")
        count = words.number("the number of groups", high=MOST_WORDS)
        current = words.number("the current group")
        hints = [group.selector for group in table.groups[:count]] if table else []
        hints += [_UNNAMED] * (count - len(hints))
        groups = tuple([_read_group(words, hint) for hint in hints])
        words.finish()
        status = cls(queue_io, pg_init_count, current, groups, handler, more)
        object.__setattr__(status, "_text", text)
        return status

    def __str__(self) -> str:
        """Return the text that was parsed, or the kernel's form of it without the space at the end."""
        if self._text is not None:
            return self._text
        words = [str(_HEAD_VALUES + len(self.more)), str(int(self.queue_io)), str(self.pg_init_count), *self.more]
        words += (str(len(self.handler)), *self.handler, str(len(self.groups)), str(self.current_group))
        for group in self.groups:
            words += group.words()
        return " ".join(map(quote, words))

    @property
    def paths(self) -> tuple[StatusPath, ...]:
        """The paths of all groups, in order."""
        return tuple([path for group in self.groups for path in group.paths])

    @property
    def paths_total(self) -> int:
        """How many paths there are, working or not."""
        return sum([len(group.paths) for group in self.groups])

    @property
    def paths_active(self) -> int:
        """How many paths the kernel may use; never all of them just because they exist."""
        return sum([path.active for group in self.groups for path in group.paths])

    @property
    def active_paths(self) -> frozenset[str]:
        """The devices of the paths that the kernel may use."""
        return frozenset([path.device for path in self.paths if path.active])

    @property
    def failed_paths(self) -> frozenset[str]:
        """The devices of the paths that have failed."""
        return frozenset([path.device for path in self.paths if not path.active])

    @property
    def is_usable(self) -> bool:
        """Whether at least one path is active; without one, I/O fails, or waits for ever where the map queues."""
        return self.paths_active > 0

    @property
    def active_group(self) -> StatusGroup | None:
        """The group that I/O goes through now; ``None`` before the first I/O, and where that group is bypassed."""
        return next((group for group in self.groups if group.state is GroupState.ACTIVE), None)


def _read_group(words: Words, hint: Selector) -> StatusGroup:
    state = words.keyword("the state of a group", _GROUP_STATES)
    found = words.take_some(words.number("the number of status words of the group", high=MOST_WORDS), "a status word")
    count = words.number("the number of paths", high=MOST_WORDS)
    per_path = words.number("the number of status words of each path", high=MOST_WORDS)
    if hint is _UNNAMED:
        hint = _TOLD_BY_COUNTS.get((len(found), per_path), _UNNAMED)
    selector = hint.with_status(found)
    return StatusGroup(state, selector, tuple([_read_path(words, selector, per_path) for _ in range(count)]))


def _read_path(words: Words, selector: Selector, count: int) -> StatusPath:
    device = words.take("a device")
    active = words.keyword("the state of a path", _PATH_STATES)
    fail_count = words.number("the number of failures")
    return StatusPath(device, active, fail_count, selector.read_status(words.take_some(count, "a status word")))
