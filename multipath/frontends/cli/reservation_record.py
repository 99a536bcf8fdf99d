"""
What ``mpath pr`` prints, for programs and for people; the keys are a promise, as those of `record`; pure.

Keys of reservations have 64 bits, more than a number of JSON is sure to keep, so they are texts: ``"0xabc"``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...maps.reservation_result import PathAnswer, PathResult, ReservationResult
from ...units import format_devt
from ...wire.reservation import (
    FullStatus,
    HeldReservation,
    ReservationCapabilities,
    ReservationKeys,
    ReservationType,
)
from .reservation_outputs import (
    CapabilitiesRecord,
    HeldRecord,
    KeysRecord,
    OrderOutput,
    PathOutcomeRecord,
    RegistrationsRecord,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What is printed.

    Attributes:
        record: For programs.
        lines: For people; unescaped.
    """

    record: Mapping[str, object]
    lines: tuple[str, ...]


def answers_shown(answers: Iterable[PathAnswer]) -> Shown:
    """Return what the first path says that says anything, and what each of them says where it says otherwise."""
    answers = tuple(answers)
    first = next(each.read for each in answers if each.read is not None)
    shown, paths, lines = read_shown(first), [], []
    for each in answers:
        its = None if each.read is None else read_shown(each.read)
        paths.append({**_path(each.path), "says": None if its is None else its.record})
        if its is None:
            lines.append(f"  {each.path}")
        elif each.read != first:
            lines += [f"  {each.path.name} says otherwise:", *(f"    {line}" for line in its.lines)]
    return Shown({**shown.record, "paths": paths}, (*shown.lines, *lines))


def read_shown(read: ReservationKeys | HeldReservation | FullStatus | ReservationCapabilities) -> Shown:
    """Return what was read."""
    if isinstance(read, ReservationKeys):
        return keys_shown(read)
    if isinstance(read, HeldReservation):
        return reservation_shown(read)
    return status_shown(read) if isinstance(read, FullStatus) else capabilities_shown(read)


def keys_shown(keys: ReservationKeys) -> Shown:
    """Return the registered keys."""
    record: KeysRecord = {"generation": keys.generation, "keys": [hex(key) for key in keys.keys]}
    counts = {key: keys.keys.count(key) for key in keys.keys}
    lines = [f"generation {keys.generation}, {_counted(len(keys.keys), 'registration')}"]
    lines += [f"  {key:#x}" + (f" on {count} nexuses" if count > 1 else "") for key, count in counts.items()]
    return Shown(record, tuple(lines))


def reservation_shown(held: HeldReservation) -> Shown:
    """Return who holds the unit."""
    record: HeldRecord = {
        "generation": held.generation,
        "held": held.is_held,
        "key": hex(held.key) if held.is_held else None,
        "type": _word(held.type),
        "type_code": held.type_code,
    }
    if not held.is_held:
        return Shown(record, (f"generation {held.generation}, not reserved",))
    kind = _word(held.type) or f"of the unknown type {held.type_code}"
    holder = "held by all registrants" if held.type and held.type.is_for_all_registrants else f"held by {held.key:#x}"
    return Shown(record, (f"generation {held.generation}, {kind}, {holder}",))


def status_shown(status: FullStatus) -> Shown:
    """Return every registration."""
    record: RegistrationsRecord = {
        "generation": status.generation,
        "registrations": [
            {
                "key": hex(each.key),
                "holds": each.holds,
                "type": _word(each.type),
                "initiator": each.initiator,
                "port": each.port,
            }
            for each in status.registrants
        ],
    }
    lines = [f"generation {status.generation}, {_counted(len(status.registrants), 'registration')}"]
    for each in status.registrants:
        port = "every port" if each.port is None else f"port {each.port}"
        holds = f", holds {_word(each.type) or 'the reservation'}" if each.holds else ""
        lines.append(f"  {each.key:#x} {each.initiator} at {port}{holds}")
    return Shown(record, tuple(lines))


def capabilities_shown(can: ReservationCapabilities) -> Shown:
    """Return what the unit can do."""
    record: CapabilitiesRecord = {
        "types": [each.word for each in can.types],
        "aptpl": can.aptpl,
        "aptpl_active": can.aptpl_active,
        "all_target_ports": can.all_target_ports,
        "specified_initiators": can.specified_initiators,
    }
    told = {True: "yes", False: "no", None: "unknown"}
    lines = [
        f"types: {', '.join(each.word for each in can.types) or 'not told'}",
        f"persists through a loss of power: {told[can.aptpl]}, active: {told[can.aptpl_active]}",
        f"all target ports in one order: {told[can.all_target_ports]}",
        f"other initiators in one order: {told[can.specified_initiators]}",
    ]
    return Shown(record, tuple(lines))


def result_shown(result: ReservationResult) -> Shown:
    """Return what became of an order on each path."""
    order = result.order
    record: OrderOutput = {
        "map": result.map,
        "action": order.action.word,
        "key": hex(order.key),
        "new_key": hex(order.new_key),
        "type": _word(order.type),
        "paths": [_path(each) for each in result.paths],
        "remarks": list(result.remarks),
    }
    return Shown(record, tuple(f"{result.map} {order.action.word}: {each}" for each in result.paths))


def _path(result: PathResult) -> PathOutcomeRecord:
    return {
        "name": result.name,
        "device_number": format_devt(result.devt),
        "outcome": str(result.outcome),
        "why": result.why,
    }


def _word(kind: ReservationType | None) -> str | None:
    return None if kind is None else kind.word


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
