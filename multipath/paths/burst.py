"""
Many uevents at once, and what of them still matters.

What multipath-tools does with its queue: a device that went away takes all that was said of it before along, and one
that is added makes earlier changes moot. Changes of one device are one change.
"""

from collections.abc import Iterable

from .uevent import Uevent


def merged(uevents: Iterable[Uevent]) -> list[Uevent]:
    """
    Return the uevents that still matter, in their order.

    >>> [uevent.action for uevent in merged(Uevent(word, "/sda", "block") for word in ("change", "add", "change"))]
    ['add', 'change']
    """
    kept: dict[str, list[Uevent]] = {}
    for uevent in sorted(uevents, key=lambda each: each.order):
        kept[uevent.devpath] = [*_still(kept.get(uevent.devpath, []), uevent), uevent]
    return sorted((uevent for found in kept.values() for uevent in found), key=lambda each: each.order)


def _still(before: list[Uevent], now: Uevent) -> list[Uevent]:
    """Return what of the earlier ones of a device matters still."""
    if now.is_map:
        return before
    if now.action == "remove":
        return []
    if now.action in ("add", "change"):
        return [uevent for uevent in before if uevent.action != "change"]
    return before
