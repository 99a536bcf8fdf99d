"""What becomes of the maps of a plan while it is applied: each as it ends, and all of them at the end."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, TypedDict

from ...maps.planned_map import Action
from ...maps.result import Outcome, Progress, Result
from .terminal import complain, escaped, print_text

_WIPE: Final = "\r\x1b[K"
_LONGEST: Final = 60  # of a line that is drawn over: a longer one would begin a new line on a narrow terminal
_DONE: Final[Mapping[Action, str]] = {
    Action.CREATE: "created",
    Action.RENAME: "renamed",
    Action.RESIZE: "resized",
    Action.RELOAD: "reloaded",
    Action.QUEUEING: "with changed queueing",
    Action.SWITCH: "switched",
}
_ENDED: Final[Mapping[Outcome, str]] = {
    Outcome.FAILED: "failed",
    Outcome.REFUSED: "refused",
    Outcome.NOTHING: "as it should be",
}


class ResultRecord(TypedDict):
    """
    What became of one map.

    Attributes:
        wwid: Of the logical unit.
        name: The map's name.
        actions: What was planned.
        outcome: ``"done"``, ``"nothing"``, ``"refused"`` or ``"failed"``.
        error: Why it failed; ``null`` else.
    """

    wwid: str
    name: str
    actions: list[str]
    outcome: str
    error: str | None


def result_record(result: Result) -> ResultRecord:
    """Return one result for programs."""
    planned = result.planned
    return {
        "wwid": planned.wwid,
        "name": planned.name,
        "actions": [str(action) for action in planned.actions],
        "outcome": str(result.outcome),
        "error": None if result.error is None else str(result.error),
    }


@contextmanager
def told(verb: str) -> Iterator[Progress]:
    """
    Give a function that tells of each map as it ends.

    On a terminal one line is drawn over and over, elsewhere each map that was touched has its own.
    """
    wipe = _WIPE if sys.stdout.isatty() and sys.stderr.isatty() else ""

    def tell(done: int, total: int, result: Result) -> None:
        if result.outcome is Outcome.FAILED:
            _write(wipe)
            complain(verb, str(result))
        elif wipe:
            _write(wipe + escaped(f"{done} of {total} maps, {result.planned.name}")[:_LONGEST])
        elif result.outcome is Outcome.DONE:
            print_text(str(result))

    try:
        yield tell
    finally:
        _write(wipe)


def summary(results: Sequence[Result]) -> str:
    """Return how many maps ended how."""
    done = Counter(result.planned.action for result in results if result.outcome is Outcome.DONE)
    ended = Counter(result.outcome for result in results)
    parts = [f"{done[action]} {words}" for action, words in _DONE.items() if done[action]]
    return ", ".join([*parts, *(f"{ended[outcome]} {words}" for outcome, words in _ENDED.items() if ended[outcome])])


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
