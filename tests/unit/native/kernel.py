"""
The kernel's side of the interface, written with `struct`: an oracle that shares nothing with the codec.

Each function lays out what one command answers, as ``drivers/md/dm-ioctl.c`` does.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import Final

HEADER: Final = struct.Struct("=3I I I I i I I 4x Q 128s 129s 7x")
SPEC: Final = struct.Struct("=QQiI16s")
NAME: Final = struct.Struct("=QI")
VERSION: Final = struct.Struct("=I3I")
SIZE: Final = 312
HEADER_ONLY: Final = 305  # the place of the header's last field, where a reply without a payload ends

# Where the fields of a request stand, by name: offset and format.
FIELDS: Final = {
    "major": (0, "I"),
    "minor": (4, "I"),
    "patch": (8, "I"),
    "data_size": (12, "I"),
    "data_start": (16, "I"),
    "target_count": (20, "I"),
    "open_count": (24, "i"),
    "flags": (28, "I"),
    "event_nr": (32, "I"),
    "dev": (40, "Q"),
    "name": (48, "128s"),
    "uuid": (176, "129s"),
}

HAS_UUID: Final = 1
HAS_NO_UUID: Final = 2
BUFFER_FULL: Final = 0x100
DATA_OUT: Final = 0x10000
Entry = tuple[int, bytes, int, bytes]


def aligned(text: bytes) -> bytes:
    """Return ``text`` with zeroes up to a multiple of eight bytes."""
    return text + bytes(-len(text) % 8)


def field(data: bytes, name: str) -> int | bytes:
    """Return one field of the header."""
    offset, form = FIELDS[name]
    value: int | bytes = struct.unpack_from(f"={form}", data, offset)[0]
    return value.rstrip(b"\0") if isinstance(value, bytes) else value


def reply(
    payload: bytes | None = None,
    *,
    flags: int = 0,
    target_count: int = 0,
    event_nr: int = 0,
    dev: int = 0,
    name: bytes = b"",
    uuid: bytes = b"",
    open_count: int = 0,
    minor: int = 50,
    behind: int = 0,
) -> bytes:
    """Return a reply; without a payload it ends with the header. ``behind`` bytes of the buffer were not used."""
    end = HEADER_ONLY if payload is None else SIZE + len(payload)
    header = HEADER.pack(4, minor, 0, end, SIZE, target_count, open_count, flags, event_nr, dev, name, uuid)
    return header + (payload or b"") + b"\xff" * behind


def status_lines(lines: Sequence[tuple[int, int, bytes, bytes]]) -> bytes:
    """Return the lines of a table or a status: each ``next`` counts from the first one."""
    out = b""
    for start, length, kind, params in lines:
        text = aligned(params + b"\0")
        out += SPEC.pack(start, length, 0, len(out) + SPEC.size + len(text), kind) + text
    return out


def names(entries: Iterable[Entry], *, minor: int = 50) -> bytes:
    """Return a list of ``(dev, name, event_nr, uuid)``: no trailers to 4.36, numbers to 4.44, then uuids as well."""
    records = [_name(entry, minor) for entry in entries]
    linked = [
        dev + struct.pack("=I", 0 if index + 1 == len(records) else len(dev) + 4 + len(rest)) + rest
        for index, (dev, rest) in enumerate(records)
    ]
    return b"".join(linked)


def _name(entry: Entry, minor: int) -> tuple[bytes, bytes]:
    dev, name, event_nr, uuid = entry
    rest = aligned(bytes(NAME.size) + name + b"\0")[NAME.size :]
    if minor >= 37:
        flags = 0 if minor < 45 else HAS_UUID if uuid else HAS_NO_UUID
        rest += struct.pack("=II", event_nr, flags)
    if minor >= 45 and uuid:
        rest += aligned(uuid + b"\0")
    return struct.pack("=Q", dev), rest


def deps(devices: Sequence[int]) -> bytes:
    """Return the devices of a table."""
    return struct.pack(f"=I4x{len(devices)}Q", len(devices), *devices)


def versions(targets: Sequence[tuple[bytes, tuple[int, int, int]]]) -> bytes:
    """Return the versions of targets."""
    out = b""
    for index, (name, version) in enumerate(targets):
        text = aligned(bytes(VERSION.size) + name + b"\0")[VERSION.size :]
        out += VERSION.pack(0 if index + 1 == len(targets) else VERSION.size + len(text), *version) + text
    return out
