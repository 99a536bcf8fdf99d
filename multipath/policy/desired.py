"""
The map that a logical unit should have: its table, its groups and why they are so.

Strategy: who joins, who stands with whom, in which order, with which words; one step after the other, and each says
what it did when it was not plain. The same paths in any order give the same map.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from ..config.setting import Layer
from ..errors import TableError
from ..paths.state import PathState
from ..wire.features import QUEUE_MODES, Features
from ..wire.handler import HardwareHandler
from ..wire.table import MultipathTable
from ..wire.words import Words
from .arrangement import arrangement
from .failback import Failback, failback_action
from .features import features
from .live import LiveGroups
from .member import Member, in_order
from .option import as_text
from .priority import Group
from .queueing import queues
from .refusal import refused, table_words
from .selection import selection
from .settings import MapSettings
from .throughput import Throughput

_GONE: Final = frozenset({PathState.DOWN, PathState.REMOVED, PathState.DISCONNECTED})
_TELLING: Final = ("path_grouping_policy", "hardware_handler", "no_path_retry")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A path that does not join the map, and why."""

    member: Member
    reason: str

    def __str__(self) -> str:
        """Return the path and the reason."""
        return f"{self.member.path.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class DesiredMap:
    """
    The map that a logical unit should have.

    Attributes:
        wwid: Of the unit.
        table: Its table; without groups where no path can join.
        groups: Its groups, in the order of the table.
        best_group: The number of the best of them, from 1; 0 without groups.
        settings: Its options, each with where it comes from.
        left_out: Paths of the unit that do not join.
        failback: Whether I/O is to move to the best group; nothing for a new map, which begins there.
        reasons: What was not plain, one sentence for each.
    """

    wwid: str
    table: MultipathTable
    groups: tuple[Group, ...]
    best_group: int
    settings: MapSettings
    left_out: tuple[LeftOut, ...]
    failback: Failback
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        """Return the table, and below it the groups, their paths and the reasons, one a line."""
        lines = [f"{self.wwid}: {self.table}"]
        for number, group in enumerate(self.groups, start=1):
            best = ", the best" if number == self.best_group else ""
            lines += [f"  group {number}{best}: {group}", *(f"    {member}" for member in group.members)]
        lines += [f"  without {each}" for each in self.left_out]
        lines += [f"  {reason}" for reason in self.reasons]
        return "\n".join(lines)


def desired_map(
    wwid: str, members: Iterable[Member], settings: MapSettings, live: MultipathTable | None = None
) -> DesiredMap:
    """
    Return the map that these paths should have.

    Args:
        wwid: Of the logical unit.
        members: All its paths, in any order.
        settings: Its options, of `map_settings`.
        live: The table that it has, as the kernel prints it; ``None`` for a map that is to be created.

    Raises:
        ConfigError: an option says what no table can: features, handler, selector.
    """
    ordered, lived = in_order(members), LiveGroups.of(live) if live else None
    joined, left_out = _joined(ordered, lived)
    arranged = arrangement(joined, settings, lived)
    chosen, words = selection(settings), features(joined, settings, live)
    groups = tuple(chosen.group(group.members) for group in arranged.groups)
    return DesiredMap(
        wwid,
        MultipathTable(groups, words, _handler(settings), arranged.best),
        arranged.groups,
        arranged.best,
        settings,
        left_out,
        failback_action(settings.value("failback"), arranged.current, arranged.best),
        (*arranged.reasons, *_reasons(settings, words, chosen.selector.name)),
    )


def _joined(members: Sequence[Member], live: LiveGroups | None) -> tuple[list[Member], tuple[LeftOut, ...]]:
    """Part the paths into those that join and those that do not: what is down joins no map, but leaves none either."""
    out = [member for member in members if member.state in _GONE and not (live and member.path.devt in live.place)]
    if not out:
        return list(members), ()
    gone = {member.path.devt for member in out}
    reasons = (LeftOut(member, f"is {member.state}, and will join when it is up") for member in out)
    return [member for member in members if member.path.devt not in gone], tuple(reasons)


def _handler(settings: MapSettings) -> HardwareHandler | None:
    option = settings["hardware_handler"]
    text = table_words(option, "0")
    try:
        return _read_handler(text)
    except TableError as error:
        raise refused(option, str(error)) from error


@lru_cache(maxsize=64)
def _read_handler(text: str) -> HardwareHandler | None:
    words = Words(text, "hardware handler")
    handler = HardwareHandler.read(words)
    words.finish()
    return handler


def _reasons(settings: MapSettings, words: Features, selector: str) -> Iterator[str]:
    for name in _TELLING:
        option = settings[name]
        if option.origin.layer is Layer.DETECTED:
            yield f"{name} is {option.value!r}: {option.origin.detail}"
    if queues(settings["no_path_retry"]) and not words.queue_if_no_path:
        yield "it does not queue: no daemon runs that would end it, and queue_without_daemon is no"
    configured = pairwise(as_text(settings["features"]).lower().split())
    mode = next((mode for word, mode in configured if word == "queue_mode"), "rq")
    if mode not in QUEUE_MODES:
        yield f"queue_mode {mode!r} is none that a kernel has, and is left out"
    wanted = "bio" if mode == "bio" else "rq"
    if words.is_bio != (wanted == "bio"):
        yield f"queue_mode is {'bio' if words.is_bio else 'rq'}, not {wanted}: the map or its paths take nothing else"
    if settings.throughput is not Throughput.EQUAL and selector != "service-time":
        yield f"{selector} knows no relative throughput"
