"""What became of an order about reservations, path by path."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from .. import errors
from ..paths.path import Path
from ..paths.reservation_reply import Reply
from ..units import DevT
from ..wire.reservation import (
    FullStatus,
    HeldReservation,
    ReservationCapabilities,
    ReservationKeys,
    ReservationOrder,
)


class PathOutcome(enum.StrEnum):
    """
    What became of an order on one path.

    ``DONE``, ``CONFLICT``, ``REFUSED`` and ``FAILED`` as of `multipath.paths.reservation.Outcome`; ``SKIPPED``: the map
    does not use the path now; ``COVERED``: what another path was told holds for this one; ``NOT_ASKED``: another path
    has done it; ``ROLLED_BACK``: it was done, and undone again; ``LEFT``: it was done, and could not be undone.
    """

    DONE = "done"
    CONFLICT = "conflict"
    REFUSED = "refused"
    FAILED = "failed"
    SKIPPED = "skipped"
    COVERED = "covered"
    NOT_ASKED = "not asked"
    ROLLED_BACK = "rolled back"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class PathResult:
    """
    What became of an order on one path.

    Attributes:
        name: The kernel's name of the path.
        devt: Its number.
        outcome: In a word.
        why: The same for people; empty where there is nothing to say.
    """

    name: str
    devt: DevT
    outcome: PathOutcome
    why: str = ""

    def __str__(self) -> str:
        """Return it in one line."""
        return f"{self.name} {self.outcome}" + (f" ({self.why})" if self.why else "")


class Question(enum.StrEnum):
    """What can be read of a unit."""

    KEYS = "keys"
    RESERVATION = "reservation"
    FULL_STATUS = "full status"
    CAPABILITIES = "capabilities"


@dataclass(frozen=True, slots=True)
class PathAnswer:
    """
    What one path says of its unit.

    Attributes:
        path: Whether it answered, and why not.
        read: What it said; ``None`` where it said nothing.
    """

    path: PathResult
    read: ReservationKeys | HeldReservation | FullStatus | ReservationCapabilities | None


@dataclass(frozen=True, slots=True)
class ReservationResult:
    """
    What became of an order that was carried out.

    Attributes:
        map: The name of the map.
        order: The order.
        paths: Each path of the map.
        remarks: What there is to say about it, for people.
    """

    map: str
    order: ReservationOrder
    paths: tuple[PathResult, ...]
    remarks: tuple[str, ...] = ()

    @property
    def done(self) -> tuple[PathResult, ...]:
        """The paths that it was done on."""
        return tuple(each for each in self.paths if each.outcome is PathOutcome.DONE)


@dataclass(frozen=True, slots=True)
class Member:
    """
    One path of a map.

    Attributes:
        path: The device.
        usable: Whether the map uses it now.
    """

    path: Path
    usable: bool

    def result(self, outcome: PathOutcome, why: str = "") -> PathResult:
        """Return what became of an order on it."""
        return PathResult(self.path.name, self.path.devt, outcome, why)

    def replied(self, reply: Reply[None]) -> PathResult:
        """Return what it answered."""
        return self.result(PathOutcome(reply.outcome), reply.why)

    def skipped(self) -> PathResult:
        """Return that it was not asked."""
        return self.result(PathOutcome.SKIPPED, "the map does not use it now")


def failure(name: str, what: str, results: Iterable[PathResult]) -> errors.ReservationError:
    """Return the error for an order that could not be carried out: a conflict where a path had one."""
    found = tuple(results)
    said = "; ".join(map(str, found)) or "it has no path"
    conflict = any(each.outcome is PathOutcome.CONFLICT for each in found)
    hint = "mpath pr status shows who is registered" if conflict else "nothing else was changed"
    kind = errors.ReservationConflict if conflict else errors.ReservationError
    return kind(f"map {name}: {what}: {said}; {hint}", found)
