"""The records of ``mpath pr``; keys of reservations are texts, for a number of JSON is not sure to keep 64 bits."""

from typing import TypedDict


class KeysRecord(TypedDict):
    """
    The registered keys.

    Attributes:
        generation: How often the registrations changed.
        keys: One for each registration: ``"0xabc"``.
    """

    generation: int
    keys: list[str]


class HeldRecord(TypedDict):
    """
    Who holds the unit.

    Attributes:
        generation: How often the registrations changed.
        held: Whether it is reserved.
        key: Of the holder; ``null`` where it is not reserved.
        type: The type in words; ``null`` for none, and for one that is not known.
        type_code: The same as a number.
    """

    generation: int
    held: bool
    key: str | None
    type: str | None
    type_code: int


class RegistrationRecord(TypedDict):
    """
    A registration.

    Attributes:
        key: Its key.
        holds: Whether it holds the reservation.
        type: Of that reservation; ``null`` else.
        initiator: Who registered.
        port: The relative target port; ``null`` for every port.
    """

    key: str
    holds: bool
    type: str | None
    initiator: str
    port: int | None


class RegistrationsRecord(TypedDict):
    """
    Every registration.

    Attributes:
        generation: How often the registrations changed.
        registrations: Each of them.
    """

    generation: int
    registrations: list[RegistrationRecord]


class CapabilitiesRecord(TypedDict):
    """
    What the unit can do; ``null`` where it does not tell.

    Attributes:
        types: The types of reservation that it knows.
        aptpl: Whether registrations can persist through a loss of power.
        aptpl_active: Whether they do.
        all_target_ports: Whether one order can register at all target ports.
        specified_initiators: Whether one order can register other initiators.
    """

    types: list[str]
    aptpl: bool | None
    aptpl_active: bool | None
    all_target_ports: bool | None
    specified_initiators: bool | None


ReadRecord = KeysRecord | HeldRecord | RegistrationsRecord | CapabilitiesRecord


class PathOutcomeRecord(TypedDict):
    """
    What became of an order or a question on one path.

    Attributes:
        name: The kernel's name of the path.
        device_number: ``"8:16"``.
        outcome: ``"done"``, or how it failed.
        why: What came back, a sentence for people.
    """

    name: str
    device_number: str
    outcome: str
    why: str


class PathAnswerRecord(PathOutcomeRecord):
    """
    What one path answers.

    Attributes:
        says: The answer; ``null`` where there is none.
    """

    says: ReadRecord | None


class KeysOutput(KeysRecord):
    """
    The registered keys, as the first path that answers has them.

    Attributes:
        paths: What each path answers.
    """

    paths: list[PathAnswerRecord]


class HeldOutput(HeldRecord):
    """
    Who holds the unit, as the first path that answers has it.

    Attributes:
        paths: What each path answers.
    """

    paths: list[PathAnswerRecord]


class RegistrationsOutput(RegistrationsRecord):
    """
    Every registration, as the first path that answers has them.

    Attributes:
        paths: What each path answers.
    """

    paths: list[PathAnswerRecord]


class CapabilitiesOutput(CapabilitiesRecord):
    """
    What the unit can do, as the first path that answers has it.

    Attributes:
        paths: What each path answers.
    """

    paths: list[PathAnswerRecord]


class OrderOutput(TypedDict):
    """
    What became of an order.

    Attributes:
        map: The name of the map.
        action: ``"register"``, ``"reserve"``, …
        key: The key that was shown.
        new_key: The key that was registered, or whose registrations were taken.
        type: The type of the reservation; ``null`` where the order has none.
        paths: What became of it on each path.
        remarks: What there is to say.
    """

    map: str
    action: str
    key: str
    new_key: str
    type: str | None
    paths: list[PathOutcomeRecord]
    remarks: list[str]
