"""
Persistent reservations of one unit: who is registered, who holds the reservation, and what that forbids to whom.

Strategy: a registration belongs to a nexus. The reservation belongs to the nexus that made it or, for the types "all
registrants", to every registered nexus. Every service action checks the key first and changes nothing if it may not go
ahead. Whom an action takes something from is told by a unit attention.

Source: SPC-5, 5.14 (persistent reservations), 6.15 (PERSISTENT RESERVE OUT); SPC-5 table 74 (who may do what).
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..wire.reservation import ReservationType as ReservationType
from ..wire.sense import (
    INVALID_FIELD_IN_PARAMETERS,
    INVALID_RELEASE,
    REGISTRATIONS_PREEMPTED,
    RESERVATIONS_PREEMPTED,
    RESERVATIONS_RELEASED,
    Sense,
)
from .port import Nexus
from .scsi.reply import CheckCondition, ReservationConflict


@dataclass(frozen=True, slots=True)
class Reservation:
    """
    The reservation of a unit.

    Attributes:
        holder: The nexus that made it.
        type: What it forbids.
    """

    holder: Nexus
    type: ReservationType


class PersistentReservations:
    """
    The state of one unit.

    Attributes:
        generation: Counts the changes of registrations.

    Args:
        attend: Called to let nexuses know, with the sense and the nexuses.

    Synchronization: any number of threads.
    """

    def __init__(self, attend: Callable[[Sense, Iterable[Nexus]], None]) -> None:
        self.generation = 0
        self._attend = attend
        self._lock = threading.RLock()
        self._keys: dict[Nexus, int] = {}
        self._reservation: Reservation | None = None

    @property
    def registrations(self) -> dict[Nexus, int]:
        """The key of every registered nexus, in the order of registration."""
        with self._lock:
            return dict(self._keys)

    @property
    def reservation(self) -> Reservation | None:
        """The reservation, if there is one."""
        return self._reservation

    def is_holder(self, nexus: Nexus) -> bool:
        """Whether a nexus holds the reservation."""
        with self._lock:
            held = self._reservation
            return held is not None and (
                nexus in self._keys if held.type.is_for_all_registrants else nexus == held.holder
            )

    def allows(self, nexus: Nexus, *, write: bool) -> bool:
        """Whether a nexus may read, or write."""
        held = self._reservation
        if held is None or not (write or held.type.forbids_reads):
            return True
        return self.is_holder(nexus) or (held.type.lets_registrants_in and nexus in self._keys)

    def register(self, nexus: Nexus, key: int, new: int, *, also: Iterable[Nexus] = (), ignore: bool = False) -> None:
        """
        Register a nexus, change its key, or with a ``new`` key of zero take its registration back.

        Args:
            nexus: Whose registration.
            key: The key that it has; zero where it has none.
            new: The key that it shall have.
            also: Other nexuses of the same initiator to register alike.
            ignore: Whether ``key`` does not matter.
        """
        with self._lock:
            if not ignore and self._keys.get(nexus, 0) != key:
                raise ReservationConflict
            if not new and nexus not in self._keys:
                return
            self.generation += 1
            for each in (nexus, *also):
                if new:
                    self._keys[each] = new
                else:
                    self._unregister(each)

    def reserve(self, nexus: Nexus, key: int, kind: ReservationType) -> None:
        """Reserve the unit; the holder may do it again with the same type."""
        with self._lock:
            self._check(nexus, key)
            held = self._reservation
            if held is None:
                self._reservation = Reservation(nexus, kind)
            elif not self.is_holder(nexus) or held.type is not kind:
                raise ReservationConflict

    def release(self, nexus: Nexus, key: int, kind: ReservationType) -> None:
        """Give the reservation up; from a nexus that does not hold it this is no error and does nothing."""
        with self._lock:
            self._check(nexus, key)
            held = self._reservation
            if held is None or not self.is_holder(nexus):
                return
            if held.type is not kind:
                raise CheckCondition(INVALID_RELEASE)
            self._end_reservation(besides=nexus)

    def clear(self, nexus: Nexus, key: int) -> None:
        """Forget the reservation and all registrations."""
        with self._lock:
            self._check(nexus, key)
            others = [each for each in self._keys if each != nexus]
            self._keys.clear()
            self._reservation = None
            self.generation += 1
            self._attend(RESERVATIONS_PREEMPTED, others)

    def preempt(self, nexus: Nexus, key: int, victim: int, kind: ReservationType) -> None:
        """
        Take the registrations of every nexus with the key ``victim``, and the reservation where one of these holds it.

        A ``victim`` of zero means everybody where the reservation is one of all registrants.
        """
        with self._lock:
            self._check(nexus, key)
            held = self._reservation
            everybody = held is not None and held.type.is_for_all_registrants and not victim
            if not victim and not everybody:
                raise CheckCondition(INVALID_FIELD_IN_PARAMETERS)
            takes_over = everybody or (
                held is not None and not held.type.is_for_all_registrants and self._keys.get(held.holder) == victim
            )
            victims = [each for each, its in self._keys.items() if everybody or its == victim]
            if takes_over:
                victims = [each for each in victims if each != nexus]
            elif not victims:
                raise ReservationConflict
            for each in victims:
                del self._keys[each]
            self.generation += 1
            if takes_over:
                self._take_over(nexus, kind)
            elif not self._keys:
                self._reservation = None
            self._attend(REGISTRATIONS_PREEMPTED, [each for each in victims if each != nexus])

    def _take_over(self, nexus: Nexus, kind: ReservationType) -> None:
        before, self._reservation = self._reservation, Reservation(nexus, kind)
        if before is not None and before.type is not kind:
            self._attend(RESERVATIONS_RELEASED, [each for each in self._keys if each != nexus])

    def _check(self, nexus: Nexus, key: int) -> None:
        if nexus not in self._keys or self._keys[nexus] != key:
            raise ReservationConflict

    def _unregister(self, nexus: Nexus) -> None:
        """Take a registration back; a reservation goes with its holder, or with the last of all registrants."""
        was_holder = self.is_holder(nexus)
        self._keys.pop(nexus, None)
        held = self._reservation
        if held is not None and was_holder and not (held.type.is_for_all_registrants and self._keys):
            self._end_reservation(besides=nexus)

    def _end_reservation(self, *, besides: Nexus) -> None:
        held, self._reservation = self._reservation, None
        if held is not None and held.type.lets_registrants_in:
            self._attend(RESERVATIONS_RELEASED, [each for each in self._keys if each != besides])
