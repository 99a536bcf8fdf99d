"""
What becomes of a map whose last path device went away: ``flush_on_last_del`` and ``deferred_remove``.

Source: multipath-tools keeps the map where it still queues and ``never`` says so, or ``unused`` and somebody uses it;
in all other cases its queueing ends for good and it is removed.
"""

from .actions import Action, Flush, Queueing


def last_path_gone(flush: str, *, deferred: bool, queueing: bool, in_use: bool) -> tuple[list[Action], str]:
    """
    Return what is to be done, and why.

    Args:
        flush: ``flush_on_last_del``: ``always``, ``unused`` or ``never``.
        deferred: ``deferred_remove``.
        queueing: Whether the map queues still.
        in_use: Whether somebody has it open.
    """
    named = f"flush_on_last_del is {flush}"
    if queueing and flush == "never":
        return [], f"{named} and it still queues: the map is kept"
    if queueing and flush == "unused" and in_use:
        return [], f"{named}, it still queues and is in use: the map is kept"
    reason = f"{named}, it {'queues' if queueing else 'does not queue'} and is {'in use' if in_use else 'not in use'}"
    actions: list[Action] = [Queueing(reason, on=False)] if queueing else []
    if in_use and not deferred:
        return actions, f"{reason}: it can be removed when nobody uses it any more"
    return [*actions, Flush(reason, deferred=deferred)], f"{reason}: the map is removed"
