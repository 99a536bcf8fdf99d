"""
What can be ordered and known of the reservations of a unit, whatever language it speaks.

A registration is a key that a nexus (an initiator port with a target port, or a host of NVMe) has at a unit. Whoever is
registered may reserve the unit, and take registrations and the reservation from others.

Source: SPC-5, 5.14 (persistent reservations); NVM Express base 2.0, 8.19 (reservations).
"""

import enum
from dataclasses import dataclass
from typing import Final

from .. import errors

_KEYS: Final = 1 << 64


class ReservationType(enum.IntEnum):
    """The six types, by their numbers in SCSI."""

    WRITE_EXCLUSIVE = 1
    EXCLUSIVE_ACCESS = 3
    WRITE_EXCLUSIVE_REGISTRANTS_ONLY = 5
    EXCLUSIVE_ACCESS_REGISTRANTS_ONLY = 6
    WRITE_EXCLUSIVE_ALL_REGISTRANTS = 7
    EXCLUSIVE_ACCESS_ALL_REGISTRANTS = 8

    @property
    def is_for_all_registrants(self) -> bool:
        """Whether every registered nexus holds it."""
        return self >= ReservationType.WRITE_EXCLUSIVE_ALL_REGISTRANTS

    @property
    def lets_registrants_in(self) -> bool:
        """Whether every registered nexus may read and write."""
        return self >= ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY

    @property
    def forbids_reads(self) -> bool:
        """Whether those that it keeps out may not read either."""
        return self.name.startswith("EXCLUSIVE_ACCESS")

    @property
    def word(self) -> str:
        """
        Its name as a word of a command line.

        >>> ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY.word
        'write-exclusive-registrants-only'
        """
        return self.name.lower().replace("_", "-")


class ReservationAction(enum.IntEnum):
    """What is ordered, by the service actions of PERSISTENT RESERVE OUT."""

    REGISTER = 0
    RESERVE = 1
    RELEASE = 2
    CLEAR = 3
    PREEMPT = 4
    PREEMPT_AND_ABORT = 5
    REGISTER_AND_IGNORE = 6

    @property
    def word(self) -> str:
        """
        Its name for people.

        >>> ReservationAction.PREEMPT_AND_ABORT.word
        'preempt and abort'
        """
        return self.name.lower().replace("_", " ")


_WITH_TYPE: Final = frozenset(
    {
        ReservationAction.RESERVE,
        ReservationAction.RELEASE,
        ReservationAction.PREEMPT,
        ReservationAction.PREEMPT_AND_ABORT,
    }
)


@dataclass(frozen=True, slots=True)
class ReservationOrder:
    """
    One order.

    Attributes:
        action: What is to be done.
        key: The key that whoever orders is registered with; 0 for none.
        new_key: The key to register with, or whose registrations are taken; 0 takes a registration back.
        type: Of the reservation; only for actions that have one.
        aptpl: Whether registrations and the reservation are to persist through a loss of power.
        all_target_ports: Whether the initiator port is registered with every target port.

    Raises:
        NumberRefused: a key with more than 64 bits.
        ValueError: a type is missing, or there is none to give.
    """

    action: ReservationAction
    key: int = 0
    new_key: int = 0
    type: ReservationType | None = None
    aptpl: bool = False
    all_target_ports: bool = False

    def __post_init__(self) -> None:
        """Refuse what no unit could be told."""
        for key in (self.key, self.new_key):
            if not 0 <= key < _KEYS:
                raise errors.NumberRefused(f"reservation key {key:#x}: it has to be in 0x0 to {_KEYS - 1:#x}")
        if (self.type is not None) != (self.action in _WITH_TYPE):
            raise ValueError(f"{self.action.word} {'has no' if self.type else 'needs a'} reservation type")

    @property
    def registers(self) -> bool:
        """Whether it is about the registration of whoever orders."""
        return self.action in (ReservationAction.REGISTER, ReservationAction.REGISTER_AND_IGNORE)


@dataclass(frozen=True, slots=True)
class ReservationKeys:
    """
    Who is registered.

    Attributes:
        generation: Counts changes of the registrations.
        keys: The key of every registration; a host with several paths has as many.
    """

    generation: int
    keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldReservation:
    """
    Who holds the unit.

    Attributes:
        generation: Counts changes of the registrations.
        key: Of the holder; 0 where all registrants hold it.
        type: Of the reservation; ``None`` where there is none.
        type_code: The number that the unit gave for it.
    """

    generation: int
    key: int = 0
    type: ReservationType | None = None
    type_code: int = 0

    @property
    def is_held(self) -> bool:
        """Whether the unit is reserved."""
        return self.type_code != 0


@dataclass(frozen=True, slots=True)
class Registrant:
    """
    One registration.

    Attributes:
        key: Its key.
        holds: Whether it holds the reservation.
        type: Of the reservation that it holds; ``None`` where it holds none.
        initiator: Who it is: a port or host, as `multipath.wire.transport_id` writes it.
        port: The relative target port, or the controller of NVMe; ``None`` where it is registered with all.
    """

    key: int
    holds: bool
    type: ReservationType | None
    initiator: str
    port: int | None


@dataclass(frozen=True, slots=True)
class FullStatus:
    """
    Every registration.

    Attributes:
        generation: Counts changes of the registrations.
        registrants: The registrations.
    """

    generation: int
    registrants: tuple[Registrant, ...] = ()


@dataclass(frozen=True, slots=True)
class ReservationCapabilities:
    """
    What a unit can do.

    Attributes:
        types: The types of reservations.
        aptpl: Whether it can keep them through a loss of power.
        aptpl_active: Whether it does so now; ``None`` where it does not tell.
        all_target_ports: Whether one order can register with every target port.
        specified_initiators: Whether one order can register other initiators.
    """

    types: tuple[ReservationType, ...] = ()
    aptpl: bool = False
    aptpl_active: bool | None = None
    all_target_ports: bool = False
    specified_initiators: bool = False


def reservation_type(code: int) -> ReservationType | None:
    """Return the type of a number of SCSI; ``None`` for a number that names none."""
    return ReservationType(code) if code in ReservationType.__members__.values() else None
