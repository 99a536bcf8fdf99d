"""What ``mpath partitions`` prints: records for programs, lines for people; pure."""

from collections.abc import Iterator, Sequence
from typing import TypedDict

from ...maps.partition_change import PartitionAction, PartitionChange
from ...maps.partition_map import PartitionMap
from ...maps.partitions import Partitions
from ...units import SECTOR_SIZE, format_devt, to_bytes
from ...wire.partition import Partition, PartitionTable
from .columns import columns
from .size import human_size
from .terminal import Line, Span


class PartitionRecord(TypedDict):
    """
    A partition, or a map over one.

    Attributes:
        number: Its number.
        start_bytes: Where it begins; ``null`` where neither table nor map says so.
        size_bytes: How long it is, likewise.
        type: ``"0x83"``, or a GUID; ``null``, as the next two, where the partition table does not have it.
        label: Its name in a GPT.
        partuuid: Its identity.
        name: The name of its map; ``null``, as the next two, where it has none.
        device_number: The number of its map.
        uuid: The uuid of its map.
    """

    number: int
    start_bytes: int | None
    size_bytes: int | None
    type: str | None
    label: str | None
    partuuid: str | None
    name: str | None
    device_number: str | None
    uuid: str | None


class PartitionsRecord(TypedDict):
    """
    The partitions of a map.

    Attributes:
        map: The name of the map.
        table: ``"dos"``, ``"gpt"`` or ``"none"``; ``null`` where it could not be read.
        table_uuid: The identity of the table; ``null`` where there is none.
        block_size_bytes: What the table counts in.
        remarks: What is odd about it.
        partitions: Its partitions, and maps that have none.
    """

    map: str
    table: str | None
    table_uuid: str | None
    block_size_bytes: int | None
    remarks: list[str]
    partitions: list[PartitionRecord]


class PartitionChangeRecord(TypedDict):
    """
    What is done about the map over one partition.

    Attributes:
        action: ``"create"``, ``"reload"``, ``"rename"``, ``"remove"``, …
        number: The number of the partition; ``null`` where it is not known.
        name: The name that the map will have, or had.
        old_name: The name that it has now; ``null`` where there is none.
        table: The line of its table; ``null`` where it is removed.
    """

    action: str
    number: int | None
    name: str
    old_name: str | None
    table: str | None


class PartitionChangesRecord(TypedDict):
    """
    What is done about the maps over the partitions of a map.

    Attributes:
        map: The name of the map.
        changes: What is done.
    """

    map: str
    changes: list[PartitionChangeRecord]


def partitions_record(maps: Partitions, table: PartitionTable | None) -> PartitionsRecord:
    """Return the partitions of a map and the maps over them; without a table the maps alone."""
    on_disk = {each.number: each for each in (table.partitions if table else ())}
    mapped = {each.number: each for each in maps}
    return {
        "map": maps.parent.name,
        "table": table.kind.value if table else None,
        "table_uuid": table.uuid or None if table else None,
        "block_size_bytes": table.block_size if table else None,
        "remarks": list(table.remarks) if table else [],
        "partitions": [_record(number, on_disk.get(number), mapped.get(number)) for number in sorted(on_disk | mapped)],
    }


def _record(number: int, found: Partition | None, map_: PartitionMap | None) -> PartitionRecord:
    place = found or map_
    return {
        "number": number,
        "start_bytes": to_bytes(place.start) if place else None,
        "size_bytes": to_bytes(place.size) if place else None,
        "type": found.type if found else None,
        "label": found.label if found else None,
        "partuuid": found.partuuid if found else None,
        "name": map_.name if map_ else None,
        "device_number": format_devt(map_.devt) if map_ else None,
        "uuid": map_.uuid if map_ else None,
    }


def partition_lines(record: PartitionsRecord) -> Iterator[Line]:
    """Yield a line for the table, one for each remark, and one for each partition."""
    yield (Span(record["map"], "bold"), Span(f": {_table(record)}"))
    for remark in record["remarks"]:
        yield (Span(f"  note: {remark}", "yellow"),)
    known = record["table"] is not None
    yield from ((Span("  "), *row) for row in columns([_cells(each, known=known) for each in record["partitions"]]))


def _cells(each: PartitionRecord, *, known: bool) -> Line:
    start, size = each["start_bytes"] or 0, each["size_bytes"] or 0
    state = "" if each["name"] else "no map"
    stale = "no partition" if known and each["type"] is None else ""
    return (
        Span(str(each["number"])),
        Span(each["name"] or "-", "cyan"),
        Span(f"sector {start // SECTOR_SIZE}"),
        Span(human_size(size)),
        Span("  ".join(word for word in (each["type"], each["label"], state, stale) if word)),
    )


def _table(record: PartitionsRecord) -> str:
    if record["table"] is None:
        return "its partition table was not read"
    if record["table"] == "none":
        return "no partition table"
    blocks = f"blocks of {record['block_size_bytes']} bytes"
    return "  ".join([f"{record['table']} table", *([record["table_uuid"]] if record["table_uuid"] else []), blocks])


def changes_of_removal(maps: Partitions) -> Sequence[PartitionChange]:
    """Return what is done where all the maps go."""
    return [PartitionChange(PartitionAction.REMOVE, each, None) for each in maps]


def change_record(change: PartitionChange) -> PartitionChangeRecord:
    """Return one change."""
    wanted, live = change.wanted, change.live
    return {
        "action": change.action.value,
        "number": wanted.number if wanted else live.number if live else None,
        "name": change.name,
        "old_name": live.name if live else None,
        "table": str(wanted.line) if wanted else None,
    }
