"""A live map as the kernel shows it at one moment, in the few words that a supervision needs."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..units import DevT, Sectors


@dataclass(frozen=True, slots=True)
class PicturedPath:
    """
    A path of a live map.

    Attributes:
        group: Its group, from 1.
        active: Whether the kernel uses it.
        size: Of its device, in sectors; ``None`` where the device is gone.
        implicit_only: Whether its array changes access states by itself alone.
        marginal: Whether its fabric calls the way to it unreliable.
    """

    group: int
    active: bool
    size: Sectors | None = None
    implicit_only: bool = False
    marginal: bool = False


@dataclass(frozen=True, slots=True)
class MapPicture:
    """
    A live map.

    Attributes:
        event_nr: The kernel's event number that it belongs to.
        paths: Its paths, by number.
        current_group: The group in use, from 1; 0 for none.
        disabled_groups: The groups that are passed by.
        best_group: The best group by the priorities known now; 0 where that is not known.
        queueing: Whether I/O waits while there is no path.
        in_use: Whether somebody has the map open.
        deferred_remove: Whether it goes when its last user closes it.
        size: In sectors; ``None`` where it is not known.
    """

    event_nr: int
    paths: Mapping[DevT, PicturedPath]
    current_group: int
    disabled_groups: frozenset[int] = frozenset()
    best_group: int = 0
    queueing: bool = False
    in_use: bool = False
    deferred_remove: bool = False
    size: Sectors | None = None
