"""From a path to a candidate for a map: its prioritizer, the priority by it, and the state that the kernel shows."""

from collections.abc import Callable
from typing import Protocol

from ..paths.path import Path
from .marginal import FPIN
from .member import Member, state_of
from .option import Options, as_text
from .prioritizer import prioritizer


class Answer(Protocol):
    """What a prioritizer says about a path; ``Priority`` is one."""

    @property
    def value(self) -> int | None:
        """The priority; ``None`` where nobody asked yet."""

    @property
    def why(self) -> str:
        """What it rests on."""


# From the name of a prioritizer, its arguments and a path: `multipath.probes.prioritizers.priority`.
Ask = Callable[[str, str, Path], Answer]


def candidate(path: Path, options: Options, ask: Ask, wwid: str | None = None) -> Member:
    """
    Return a path as a candidate for the map ``wwid``, before any checker has looked at it.

    Args:
        path: The path.
        options: The configuration.
        ask: Who knows the prioritizers.
        wwid: Of the map.
    """
    chosen = prioritizer(path, options, wwid)
    answer = ask(chosen.name, chosen.args, path)
    apart = path.is_marginal and as_text(options.effective("marginal_pathgroups", path.subject(wwid))) == FPIN
    return Member(path, answer.value, state_of(path), apart, prioritizer=chosen, why=answer.why)
