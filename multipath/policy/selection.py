"""
The selector of a map's groups, and what it is told about each path.

Strategy: the reference writes one number for each path, whatever the selector: how many I/Os go down a path before the
next choice. It is written here too, so that both build the same map; but each selector gets an argument list of its own
kind. service-time can be told the relative throughput. io-affinity needs CPUs: the reference would hand it the number
as a mask, so that only CPU 0 has a path; here the CPUs are dealt out to the paths in turn, each to one path.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ..errors import ConfigError, TableError
from ..units import format_devt
from ..wire.group import PathGroup, TablePath, read_selector
from ..wire.selectors import CpuMask, OtherWords, RepeatCount, Selector, SelectorWords, ServiceTimeArgs
from ..wire.words import UINT_MAX, Words
from .member import Member
from .refusal import refused, table_words
from .settings import MapSettings
from .throughput import relative_throughputs

_DEFAULT: Final = "service-time 0"


@dataclass(frozen=True, slots=True)
class Selection:
    """
    A selector, and all that the arguments of its paths depend on.

    Attributes:
        selector: With its arguments for the group.
        repeat_count: Before the priority is multiplied in.
        weighted: Whether it is multiplied by the priority of a path.
        settings: Of the map.
    """

    selector: Selector
    repeat_count: int
    weighted: bool
    settings: MapSettings

    def group(self, members: Sequence[Member]) -> PathGroup:
        """
        Return the group of these paths, in this order.

        Raises:
            ConfigError: io-affinity with fewer CPUs than paths.
        """
        args = _ARGS.get(self.selector.name, _repeats)(self, members)
        paths = zip(members, args, strict=True)
        return PathGroup(self.selector, tuple(TablePath(format_devt(member.path.devt), each) for member, each in paths))

    def repeats(self, member: Member) -> int:
        """Return the repeat count of one path."""
        weight = member.priority if self.weighted and member.priority and member.priority > 0 else 1
        return min(max(self.repeat_count, 0) * weight, UINT_MAX)


def selection(settings: MapSettings) -> Selection:
    """
    Return how the groups of a map choose their paths.

    Raises:
        ConfigError: ``path_selector`` is none that the kernel takes.
    """
    option = settings["path_selector"]
    text = table_words(option, _DEFAULT)
    try:
        selector = _selector(text)
    except (TableError, ValueError) as error:
        raise refused(option, str(error)) from error
    count = settings.value("rr_min_io_rq" if settings.facts.takes_requests else "rr_min_io")
    repeat_count = count if isinstance(count, int) else 1
    return Selection(selector, repeat_count, settings.value("rr_weight") == "priorities", settings)


@lru_cache(maxsize=64)
def _selector(text: str) -> Selector:
    words = Words(text, "path selector")
    selector = read_selector(words)
    words.finish()
    return selector


def _repeats(chosen: Selection, members: Sequence[Member]) -> Sequence[SelectorWords]:
    kind = RepeatCount if chosen.selector.accepts(RepeatCount()) else _other
    return [kind(chosen.repeats(member)) for member in members]


def _other(count: int) -> OtherWords:
    return OtherWords((str(count),))


def _service_times(chosen: Selection, members: Sequence[Member]) -> Sequence[SelectorWords]:
    throughputs = relative_throughputs(members, chosen.settings.throughput)
    return [ServiceTimeArgs(chosen.repeats(member), each) for member, each in zip(members, throughputs, strict=True)]


def _cpus(chosen: Selection, members: Sequence[Member]) -> Sequence[SelectorWords]:
    cpus, paths = chosen.settings.facts.cpus, len(members)
    if len(cpus) < paths:
        raise _too_few(chosen, f"a group of {paths} paths, each of which needs a CPU, on a host with {len(cpus)}")
    return [CpuMask.of(*cpus[index::paths]) for index in range(paths)]


def _too_few(chosen: Selection, reason: str) -> ConfigError:
    return refused(chosen.settings["path_selector"], reason)


_ARGS: Final[dict[str, Callable[[Selection, Sequence[Member]], Sequence[SelectorWords]]]] = {
    "service-time": _service_times,
    "io-affinity": _cpus,
}
