"""
What there is against what should be: which actions make the one the other, and which would be for nothing.

A reload revives failed paths and forgets what the selectors have learnt, so it is done only where the kernel would have
another table afterwards. Queueing alone is a message, and so is another group to begin with.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ..config.setting import Value
from ..policy.desired import DesiredMap
from ..units import Sectors
from .planned_map import Action, Reason
from .snapshot import MapSnapshot


@dataclass(frozen=True, slots=True)
class Changes:
    """
    What is to be done about a live map, but for its name.

    Attributes:
        actions: In order; empty for nothing.
        reasons: Why.
        shrinks: Whether the map gets smaller.
    """

    actions: tuple[Action, ...] = ()
    reasons: tuple[Reason, ...] = ()
    shrinks: bool = False


def changes(desired: DesiredMap, size: Sectors, live: MapSnapshot, auto_resize: Value | None) -> Changes:
    """
    Return what makes the live map the desired one.

    Args:
        desired: The map that should be.
        size: Of all its paths.
        live: The map that is.
        auto_resize: The option: only ``grow_shrink`` lets a map get smaller.
    """
    told = [Reason("table-differs", each) for each in desired.table.differences(live.table, queueing="ignored")]
    if size != live.size:
        return _resized(size, live, told, auto_resize)
    if told:
        return Changes((Action.RELOAD,), tuple(told))
    messages = [*_queueing(desired, live), *_switch(desired)]
    return Changes(tuple(action for action, _ in messages), tuple(reason for _, reason in messages))


def _resized(size: Sectors, live: MapSnapshot, told: list[Reason], auto_resize: Value | None) -> Changes:
    what = f"its paths have {size} sectors, the map has {live.size}"
    if size < live.size and auto_resize != "grow_shrink":
        said = f"{what}: it would be cut short; auto_resize grow_shrink allows it"
        return Changes((Action.REFUSE,), (Reason("would-shrink", said),))
    if not live.status.is_usable and live.table.features.queue_if_no_path:
        said = f"{what}; but no path is usable, and a resize would fail the I/O that is queued"
        return Changes((Action.REFUSE,), (Reason("queues-without-path", said),))
    return Changes((Action.RESIZE,), (Reason("size-differs", what), *told), shrinks=size < live.size)


def _queueing(desired: DesiredMap, live: MapSnapshot) -> Iterator[tuple[Action, Reason]]:
    """Tell whether queueing is to be turned; one that ended with a count of retries stays off until a path is back."""
    wanted, now = desired.table.features.queue_if_no_path, live.table.features.queue_if_no_path
    retry = desired.settings.value("no_path_retry")
    ended = isinstance(retry, int) and not isinstance(retry, bool) and not live.status.is_usable
    if wanted != now and not (wanted and ended):
        words = ("off", "on")
        yield Action.QUEUEING, Reason("queueing-differs", f"queueing is {words[now]}, not {words[wanted]}")


def _switch(desired: DesiredMap) -> Iterator[tuple[Action, Reason]]:
    failback = desired.failback
    if failback.action == "switch":
        yield Action.SWITCH, Reason("failback", f"group {failback.group} is the best: {failback.reason}")
