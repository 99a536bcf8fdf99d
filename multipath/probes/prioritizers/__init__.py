"""
Prioritizers: one file for each, with what a path is worth, and what is wrong with its arguments.

To add one: write its file with ``problems(args)`` and with ``priority(args, path)``, for what is known without a
question, or ``ask(args, conversation)``, for what has to be asked, or both; and name it in ``PRIORITIZERS``. Other
packages offer theirs as entry points of the group ``multipath.prioritizers``: a module, or an object, that has ``ask``
and may have ``problems``.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...errors import PluginError
from ...paths.path import Path
from ...paths.request import Asker, Request
from ..containment import contained, told
from ..conversation import Conversation, Hear, Silent, Unasked
from ..plugins import found, loaded
from . import (
    alua,
    ana,
    const,
    datacore,
    emc,
    hds,
    hp_sw,
    iet,
    ontap,
    path_latency,
    random,
    rdac,
    sysfs,
    weightedpath,
)
from .priority import NEEDS_IO, UNDEFINED, Priority

__all__ = ["NEEDS_IO", "PRIORITIZERS", "UNDEFINED", "Prioritizer", "Priority", "priority", "priority_of", "problems"]

GROUP: Final = "multipath.prioritizers"
_UNASKED: Final = Priority(None, NEEDS_IO)
_HIGHEST: Final = 1 << 31


@dataclass(frozen=True, slots=True)
class Prioritizer:
    """
    A prioritizer.

    Attributes:
        problems: From its arguments, what is wrong with them.
        known: From its arguments and a path, the priority, as far as it is known without a question.
        ask: From its arguments and a conversation with the path, the priority; ``None`` where nothing has to be asked.
        ahead: What it asks a path first of all, where that is always the same.
    """

    problems: Callable[[str], tuple[str, ...]]
    known: Callable[[str, Path], Priority] = lambda args, path: _UNASKED  # noqa: ARG005
    ask: Callable[[str, Conversation], Coroutine[Any, Any, Priority]] | None = None
    ahead: Callable[[Path], Request | None] = lambda path: None  # noqa: ARG005


PRIORITIZERS: Final[Mapping[str, Prioritizer]] = {
    "const": Prioritizer(const.problems, const.priority),
    "sysfs": Prioritizer(sysfs.problems, sysfs.priority, sysfs.ask),
    "alua": Prioritizer(alua.problems, alua.priority, alua.ask, alua.ahead),
    "ana": Prioritizer(ana.problems, ana.priority, ana.ask),
    "datacore": Prioritizer(datacore.problems, ask=datacore.ask),
    "emc": Prioritizer(emc.problems, ask=emc.ask),
    "hds": Prioritizer(hds.problems, ask=hds.ask),
    "hp_sw": Prioritizer(hp_sw.problems, ask=hp_sw.ask),
    "iet": Prioritizer(iet.problems, iet.priority),
    "ontap": Prioritizer(ontap.problems, ask=ontap.ask),
    "path_latency": Prioritizer(path_latency.problems, ask=path_latency.ask),
    "random": Prioritizer(random.problems, ask=random.ask),
    "rdac": Prioritizer(rdac.problems, ask=rdac.ask),
    "weightedpath": Prioritizer(weightedpath.problems, weightedpath.priority, weightedpath.ask),
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
    built_in = PRIORITIZERS.get(name)
    if built_in is not None:
        return built_in.known(args, path)
    return _UNASKED if name in found(GROUP) else Priority(UNDEFINED, f"there is no prioritizer {name!r}")


async def priority_of(
    name: str, args: str, asker: Asker, path: Path, deadline: float, hear: Hear | None = None
) -> Priority:
    """
    Return what a path is worth; the path is asked where the prioritizer ``name`` asks.

    Never raises: one that cannot tell, gets no answer in time or breaks leaves the priority undefined, with the reason.

    Args:
        name: As in multipath.conf(5).
        args: Its ``prio_args``.
        asker: Who makes the calls.
        path: The path.
        deadline: Seconds from now.
        hear: Returns what any path of the unit can say; where it is absent the path is asked for that, too.
    """
    built_in = PRIORITIZERS.get(name)
    try:
        if built_in and built_in.ask is None:
            return _checked(name, built_in.known(args, path))
        ask = built_in.ask if built_in else loaded(GROUP, name).ask
        if not callable(ask):
            raise PluginError(f"the prioritizer {name!r} has no function ask")
        conversation = Conversation(asker, path, deadline, hear)
        asking = ask(args, conversation)
        answer = await (asking if built_in else contained(asking, deadline * 1.5 + 0.1))
    except Silent as silent:
        return Priority(UNDEFINED, f"no answer in {deadline:g} s ({silent.why})")
    except Unasked:
        return Priority(None, NEEDS_IO)
    except TimeoutError:
        return Priority(UNDEFINED, f"the prioritizer {name!r}: no priority in {deadline:g} s")
    except PluginError as error:
        return Priority(UNDEFINED, told(error))
    except Exception as error:  # noqa: BLE001 -- a plugin may raise anything, and must not stop the others
        return Priority(UNDEFINED, told(f"the prioritizer {name!r} raised {type(error).__name__}: {error}"))
    return _checked(name, answer)


def problems(name: str, args: str) -> tuple[str, ...]:
    """
    Return what is wrong with the arguments of a prioritizer, one sentence for each; empty when nothing is.

    >>> problems("sysfs", "exclusive_pref")
    ("'exclusive_pref' is ignored; there is only exclusive_pref_bit",)
    """
    built_in = PRIORITIZERS.get(name)
    if built_in is not None:
        return built_in.problems(args)
    if name not in found(GROUP):
        return (f"there is no prioritizer {name!r}",)
    try:
        ask_plugin = getattr(loaded(GROUP, name), "problems", None)
        return tuple(map(told, ask_plugin(args))) if ask_plugin else ()
    except PluginError as error:
        return (told(error),)
    except Exception as error:  # noqa: BLE001 -- likewise
        return (told(f"the prioritizer {name!r} raised {type(error).__name__}: {error}"),)


def _checked(name: str, answer: object) -> Priority:
    """Return an answer as one of ours; a plugin may return anything."""
    if not isinstance(answer, Priority):
        return Priority(UNDEFINED, f"the prioritizer {name!r} returned no priority but {type(answer).__name__}")
    value = answer.value
    if isinstance(value, bool) or not isinstance(value, int) or not UNDEFINED <= value < _HIGHEST:
        return Priority(UNDEFINED, told(f"the prioritizer {name!r} returned {value!r}, not -1 or a number from 0"))
    return Priority(value, told(answer.why))
