"""
Prioritizers: one file for each, with what a path is worth, and what is wrong with its arguments.

To add one: write its file with the two functions ``priority(args, path)`` and ``problems(args)``, and name it in
``PRIORITIZERS``. Those that have to ask the device are named here already, so that a plan can say what is missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ...paths.path import Path
from . import ana, const, sysfs, weightedpath
from .priority import NEEDS_IO, UNDEFINED, Priority

__all__ = ["NEEDS_IO", "PRIORITIZERS", "UNDEFINED", "Prioritizer", "Priority", "priority", "problems"]


@dataclass(frozen=True, slots=True)
class Prioritizer:
    """
    A prioritizer.

    Attributes:
        ask: From its arguments and a path, the priority.
        problems: From its arguments, what is wrong with them.
    """

    ask: Callable[[str, Path], Priority]
    problems: Callable[[str], tuple[str, ...]]


def _unasked(args: str, path: Path) -> Priority:
    del args, path
    return _UNASKED


def _unread(args: str) -> tuple[str, ...]:
    del args
    return ()


_UNASKED: Final = Priority(None, NEEDS_IO)
_NOT_YET: Final = Prioritizer(_unasked, _unread)

PRIORITIZERS: Final[Mapping[str, Prioritizer]] = {
    "const": Prioritizer(const.priority, const.problems),
    "sysfs": Prioritizer(sysfs.priority, sysfs.problems),
    "alua": Prioritizer(sysfs.of_alua, sysfs.problems),
    "ana": Prioritizer(ana.priority, ana.problems),
    "weightedpath": Prioritizer(weightedpath.priority, weightedpath.problems),
    **dict.fromkeys(("datacore", "emc", "hds", "hp_sw", "iet", "ontap", "path_latency", "random", "rdac"), _NOT_YET),
}


def priority(name: str, args: str, path: Path) -> Priority:
    """
    Return what a path is worth, as the prioritizer ``name`` sees it; asks the device nothing.

    Wrong arguments never raise: the priority is the one that multipath-tools would give, and `problems` has the words.

    Args:
        name: As in multipath.conf(5).
        args: Its ``prio_args``.
        path: The path.

    >>> from multipath.units import Sectors, parse_devt
    >>> sda = Path("sda", parse_devt("8:0"), Sectors(8), None, None, None, "2:0:0:1", "running")
    >>> priority("weightedpath", "hbtl ^2: 20 ^3: 10", sda).value
    20
    """
    known = PRIORITIZERS.get(name)
    return known.ask(args, path) if known else Priority(UNDEFINED, f"there is no prioritizer {name!r}")


def problems(name: str, args: str) -> tuple[str, ...]:
    """
    Return what is wrong with the arguments of a prioritizer, one sentence for each; empty when nothing is.

    >>> problems("sysfs", "exclusive_pref")
    ("'exclusive_pref' is ignored; there is only exclusive_pref_bit",)
    """
    known = PRIORITIZERS.get(name)
    return known.problems(args) if known else (f"there is no prioritizer {name!r}",)
