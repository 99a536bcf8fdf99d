"""The reservations of the unit behind one map: what can be ordered, and who has what."""

from typing import TYPE_CHECKING

from ..paths.reservation_reply import Through
from ..wire.reservation import (
    FullStatus,
    HeldReservation,
    ReservationCapabilities,
    ReservationKeys,
    ReservationType,
)
from .event_loop import in_a_loop
from .reservation_result import PathAnswer, Question, ReservationResult

if TYPE_CHECKING:  # at work it is the caller's
    from .async_reservations import AsyncReservations

__all__ = ["Question", "Reservations", "Through"]


class Reservations:
    """
    The reservations of one unit; `multipath.Host.reservations` gives it.

    Orders go to the paths that the map uses, and each result says what became of it on every path. ``key`` is the key
    of this host; where it is not given, it is the one of ``reservation_key`` in multipath.conf.

    Every order raises `ReservationConflict` where another host holds the unit or the key is not the one that this host
    is registered with, and `ReservationError` where no path could carry it out; both have ``.results``.

    Attributes:
        asynchronous: The same for a program with an event loop.

    Synchronization: none required; orders of one host at the same time are carried out in any order.
    """

    def __init__(self, asynchronous: "AsyncReservations") -> None:
        self.asynchronous = asynchronous

    def register(
        self,
        key: int | None = None,
        *,
        current: int = 0,
        ignore: bool = False,
        aptpl: bool | None = None,
        all_target_ports: bool = False,
    ) -> ReservationResult:
        """
        Register every path that the map uses, or none: where one fails, the others get back the key that they had.

        Where the configuration says ``reservation_key file``, the key is kept in the prkeys file.

        Args:
            key: The key to register with.
            current: The key that this host is registered with now.
            ignore: Whether that does not matter.
            aptpl: Whether it is to persist through a loss of power; as configured where it is not given.
            all_target_ports: Register each adapter once, with all target ports.

        Raises:
            NumberRefused: a key that no unit can have.
            ReservationConflict: a path is registered with another key.
            ReservationError: a path refused it or did not answer.
        """
        return in_a_loop(
            lambda: self.asynchronous.register(
                key, current=current, ignore=ignore, aptpl=aptpl, all_target_ports=all_target_ports
            )
        )

    def unregister(self, key: int | None = None, *, all_target_ports: bool = False) -> ReservationResult:
        """
        Take the registration of every path back; a reservation that this host holds is released first.

        Raises:
            ReservationConflict: a path is registered with another key; the others stay registered.
            ReservationError: a path refused it or did not answer; likewise.
        """
        return in_a_loop(lambda: self.asynchronous.unregister(key, all_target_ports=all_target_ports))

    def reserve(self, kind: ReservationType, key: int | None = None) -> ReservationResult:
        """
        Reserve the unit through one path.

        Of a map with several paths the types for registrants alone let all of them work.
        """
        return in_a_loop(lambda: self.asynchronous.reserve(kind, key))

    def release(self, kind: ReservationType, key: int | None = None) -> ReservationResult:
        """
        Give the reservation up; where another host holds it, nothing is done.

        Where the path that holds it cannot be reached, the others take it over first.
        """
        return in_a_loop(lambda: self.asynchronous.release(kind, key))

    def clear(self, key: int | None = None) -> ReservationResult:
        """Take the reservation and all registrations away, those of other hosts too."""
        return in_a_loop(lambda: self.asynchronous.clear(key))

    def preempt(
        self, victim: int, kind: ReservationType, key: int | None = None, *, abort: bool = False
    ) -> ReservationResult:
        """
        Take the registrations with the key ``victim``, and the reservation where one of these holds it.

        Args:
            victim: Whose; 0 for everybody's where all registrants hold the reservation; this host's own for what paths
                hold that cannot be reached.
            kind: The type of the reservation that is taken over.
            key: Of this host.
            abort: Whether the commands that the victims have sent are aborted.
        """
        return in_a_loop(lambda: self.asynchronous.preempt(victim, kind, key, abort=abort))

    def keys(self) -> ReservationKeys:
        """Return every registered key, as the first path says that answers."""
        return in_a_loop(self.asynchronous.keys)

    def reservation(self) -> HeldReservation:
        """Return who holds the unit, likewise."""
        return in_a_loop(self.asynchronous.reservation)

    def full_status(self) -> FullStatus:
        """Return every registration with who has it, likewise."""
        return in_a_loop(self.asynchronous.full_status)

    def capabilities(self) -> ReservationCapabilities:
        """Return what the unit can do, likewise."""
        return in_a_loop(self.asynchronous.capabilities)

    def by_path(self, question: Question) -> tuple[PathAnswer, ...]:
        """
        Return what each path says that the map uses, or every path where it uses none: they should agree.

        Args:
            question: What is read.
        """
        return in_a_loop(lambda: self.asynchronous.by_path(question))
