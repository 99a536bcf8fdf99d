"""
The machines of a map.

One is about ``no_path_retry`` while no path is usable, and ``flush_on_last_del`` when none is left; one is about
``ghost_delay``.
"""

import enum
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from .machine import Machine, Step


class Condition(enum.StrEnum):
    """What a map lives by."""

    WHOLE = "whole"
    DEGRADED = "degraded"
    WAITING = "waiting"
    QUEUEING = "queueing"
    FAILING = "failing"
    FLUSHING = "flushing"


class Event(enum.StrEnum):
    """What bears on it."""

    ALL = "all paths are usable"
    SOME = "some paths are usable"
    NONE_RETRY = "no path: retry for a while"
    NONE_QUEUE = "no path: queue"
    NONE_FAIL = "no path: fail"
    TIMER = "time is over"
    STOPPED = "queueing was stopped from outside"
    STARTED = "queueing was started from outside"
    FLUSH = "last path removed: flush"
    ADDED = "a path was added"


class Act(enum.StrEnum):
    """What a step can ask for."""

    QUEUE = "queue"
    STOP_QUEUEING = "stop queueing"
    START_TIMER = "start the timer"
    STOP_TIMER = "stop the timer"
    FLUSH = "flush"
    KEEP = "take a deferred removal back"


_MEANINGS: Final = {
    Condition.WHOLE: "every path is usable",
    Condition.DEGRADED: "some are",
    Condition.WAITING: "no path; I/O waits until the timer ends",
    Condition.QUEUEING: "no path; I/O waits as long as it takes",
    Condition.FAILING: "no path; I/O fails",
    Condition.FLUSHING: "its last path is gone, and so shall it be",
}

_C, _E, _A = Condition, Event, Act


def _lost() -> Iterator[tuple[tuple[Condition, Event], Step[Condition, Act]]]:
    """Yield the steps of a map that has paths."""
    for here in (_C.WHOLE, _C.DEGRADED):
        yield (here, _E.NONE_RETRY), Step(_C.WAITING, (_A.START_TIMER,))
        yield (here, _E.NONE_QUEUE), Step(_C.QUEUEING, (_A.QUEUE,))
        yield (here, _E.NONE_FAIL), Step(_C.FAILING, (_A.STOP_QUEUEING,))
        yield (here, _E.FLUSH), Step(_C.FLUSHING, (_A.STOP_QUEUEING, _A.FLUSH))
    yield (_C.WHOLE, _E.SOME), Step(_C.DEGRADED)
    yield (_C.DEGRADED, _E.ALL), Step(_C.WHOLE)


def _found() -> Iterator[tuple[tuple[Condition, Event], Step[Condition, Act]]]:
    """Yield the steps of a map that had none, and has one again."""
    for event, after in ((_E.ALL, _C.WHOLE), (_E.SOME, _C.DEGRADED)):
        yield (_C.WAITING, event), Step(after, (_A.STOP_TIMER, _A.QUEUE))
        yield (_C.QUEUEING, event), Step(after)
        yield (_C.FAILING, event), Step(after, (_A.QUEUE,))
        yield (_C.FLUSHING, event), Step(after, (_A.KEEP, _A.QUEUE))


_WITHOUT: Final[Mapping[tuple[Condition, Event], Step[Condition, Act]]] = MappingProxyType(
    {
        (_C.WAITING, _E.TIMER): Step(_C.FAILING, (_A.STOP_TIMER, _A.STOP_QUEUEING)),
        (_C.WAITING, _E.STOPPED): Step(_C.FAILING, (_A.STOP_TIMER,)),
        (_C.WAITING, _E.NONE_QUEUE): Step(_C.QUEUEING, (_A.STOP_TIMER, _A.QUEUE)),
        (_C.WAITING, _E.NONE_FAIL): Step(_C.FAILING, (_A.STOP_TIMER, _A.STOP_QUEUEING)),
        (_C.WAITING, _E.FLUSH): Step(_C.FLUSHING, (_A.STOP_TIMER, _A.STOP_QUEUEING, _A.FLUSH)),
        (_C.QUEUEING, _E.STOPPED): Step(_C.FAILING),
        (_C.QUEUEING, _E.NONE_RETRY): Step(_C.WAITING, (_A.START_TIMER,)),
        (_C.QUEUEING, _E.NONE_FAIL): Step(_C.FAILING, (_A.STOP_QUEUEING,)),
        (_C.QUEUEING, _E.FLUSH): Step(_C.FLUSHING, (_A.STOP_QUEUEING, _A.FLUSH)),
        (_C.FAILING, _E.NONE_QUEUE): Step(_C.QUEUEING, (_A.QUEUE,)),
        (_C.FAILING, _E.STARTED): Step(_C.FAILING, (_A.STOP_QUEUEING,)),
        (_C.FAILING, _E.FLUSH): Step(_C.FLUSHING, (_A.STOP_QUEUEING, _A.FLUSH)),
        (_C.FLUSHING, _E.STARTED): Step(_C.FLUSHING, (_A.STOP_QUEUEING,)),
        (_C.FLUSHING, _E.FLUSH): Step(_C.FLUSHING, (_A.FLUSH,)),
        (_C.FLUSHING, _E.ADDED): Step(_C.FAILING, (_A.KEEP,)),
    }
)

MAP: Final[Machine[Condition, Event, Act]] = Machine(
    "map", Condition.WHOLE, _MEANINGS, MappingProxyType({**dict(_lost()), **_WITHOUT, **dict(_found())})
)
SERVING: Final = frozenset({Condition.WHOLE, Condition.DEGRADED})


class Notice(enum.StrEnum):
    """Whether a map is announced as ready."""

    ANNOUNCED = "announced"
    HELD = "held back"


class Stir(enum.StrEnum):
    """What bears on it."""

    GHOST = "new, a path is a ghost"
    UP = "a path is up"
    TIMER = "time is over"


class Word(enum.StrEnum):
    """What a step can ask for."""

    START_TIMER = "start the timer"
    ANNOUNCE = "announce"


_NOTICES: Final = {
    Notice.ANNOUNCED: "udev knows that it is ready, or may",
    Notice.HELD: "new, and all its paths are ghosts",
}

NOTICE: Final[Machine[Notice, Stir, Word]] = Machine(
    "announcement",
    Notice.ANNOUNCED,
    _NOTICES,
    MappingProxyType(
        {
            (Notice.ANNOUNCED, Stir.GHOST): Step(Notice.HELD, (Word.START_TIMER,)),
            (Notice.HELD, Stir.UP): Step(Notice.ANNOUNCED, (Word.ANNOUNCE,)),
            (Notice.HELD, Stir.TIMER): Step(Notice.ANNOUNCED, (Word.ANNOUNCE,)),
        }
    ),
)
