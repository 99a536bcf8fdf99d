"""The machine of a map: whether its I/O has a path, waits for one, or fails."""

from typing import Final

from .machine import StateMachine, Step

WHOLE: Final = "whole"
DEGRADED: Final = "degraded"
WAITING: Final = "waiting"
FAILING: Final = "failing"
EMPTY: Final = "empty"

ALL_PATHS: Final = "all_paths"
SOME_PATHS: Final = "some_paths"
NO_PATH_QUEUEING: Final = "no_path_queueing"
NO_PATH: Final = "no_path"
RETRIES_OVER: Final = "retries_over"
LAST_REMOVED: Final = "last_removed"

START_RETRIES: Final = "start_retries"
END_RETRIES: Final = "end_retries"
STOP_QUEUEING: Final = "stop_queueing"
SET_QUEUEING: Final = "set_queueing"
LAST_PATH: Final = "last_path"

_FROM_PATHS: Final = {
    (state, event): Step(after, effect)
    for state, effect in (
        (WHOLE, ""), (DEGRADED, ""), (WAITING, END_RETRIES), (FAILING, SET_QUEUEING), (EMPTY, SET_QUEUEING),
    )
    for event, after in ((ALL_PATHS, WHOLE), (SOME_PATHS, DEGRADED))
    if state != after
}  # fmt: skip

MAP: Final = StateMachine(
    "map",
    {
        WHOLE: "every path is used",
        DEGRADED: "some paths are not used",
        WAITING: "no path is used, and I/O waits for one",
        FAILING: "no path is used, and I/O fails",
        EMPTY: "it has no path devices any more",
    },
    {
        ALL_PATHS: "all paths are used",
        SOME_PATHS: "some paths are used, and some are not",
        NO_PATH_QUEUEING: "no path is used, and the map queues",
        NO_PATH: "no path is used, and the map does not queue",
        RETRIES_OVER: "no_path_retry is over",
        LAST_REMOVED: "the device of the last path went away",
    },
    {
        START_RETRIES: "begin to count no_path_retry",
        END_RETRIES: "stop counting",
        STOP_QUEUEING: "let the I/O that waits fail",
        SET_QUEUEING: "let I/O wait again if no_path_retry says so",
        LAST_PATH: "do what flush_on_last_del says",
    },
    {
        **_FROM_PATHS,
        **{(state, NO_PATH_QUEUEING): Step(WAITING, START_RETRIES) for state in (WHOLE, DEGRADED, FAILING, EMPTY)},
        (WHOLE, NO_PATH): Step(FAILING),
        (DEGRADED, NO_PATH): Step(FAILING),
        (WAITING, NO_PATH): Step(FAILING, END_RETRIES),
        (WAITING, RETRIES_OVER): Step(FAILING, STOP_QUEUEING),
        **{(state, LAST_REMOVED): Step(EMPTY, LAST_PATH) for state in (WHOLE, DEGRADED, WAITING, FAILING)},
    },
)
