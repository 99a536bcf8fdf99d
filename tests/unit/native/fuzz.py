"""
Give the codec replies that no kernel sends.

Run by ``test_fuzz`` in a process of its own, with a codec that was built with sanitizers::

    python -m tests.unit.native.fuzz <seed> <number of cases>

Strategy: valid replies of every kind, then one to four wounds each: a field set to a value that hurts, a cut, an end
taken from a string, a stretch of noise. Every decoder reads every case, and may raise `ValueError` alone; whatever else
goes wrong ends the process. The case that did it follows from seed and number.
"""

import random
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from multipath._native import codec
from multipath._native.codec import Reply, Request

from . import kernel

_HEADER_FIELDS: Final = (4, 12, 16, 20, 28)  # minor, data_size, data_start, target_count, flags
_PLACES: Final = (0, 1, 4, 7, 8, 12, 16, 39, 40, 41, 47, 48, 304, 305, 311, 312, 313)
_HURTING: Final = (*_PLACES, 2**31 - 1, 2**31, 2**32 - 8, 2**32 - 1)


def _text(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(1, 24)).replace(b"\0", b"\xff")


def _status(chance: random.Random) -> bytes:
    count = chance.randrange(5)
    lines = [(index, 1, b"multipath", _text(chance)) for index in range(count)]
    return kernel.reply(kernel.status_lines(lines), target_count=count)


def _names(chance: random.Random) -> bytes:
    minor = chance.choice((0, 36, 37, 44, 45, 50))
    entries = [(index + 1, _text(chance), index, _text(chance)) for index in range(chance.randrange(5))]
    return kernel.reply(kernel.names(entries, minor=minor), minor=minor)


_MAKERS: Final[tuple[Callable[[random.Random], bytes], ...]] = (
    _status,
    _names,
    lambda chance: kernel.reply(kernel.deps([chance.getrandbits(32) for _ in range(chance.randrange(9))])),
    lambda chance: kernel.reply(kernel.versions([(_text(chance), (1, 2, 3)) for _ in range(chance.randrange(1, 6))])),
    lambda chance: kernel.reply(_text(chance) + b"\0", flags=kernel.DATA_OUT),
    lambda chance: kernel.reply(chance.randbytes(chance.randrange(200)), flags=chance.choice((0, kernel.DATA_OUT))),
)


def wounded(reply: bytes, chance: random.Random) -> bytes:
    """Return ``reply`` with one to four wounds."""
    data = bytearray(reply)
    for _ in range(chance.randrange(1, 5)):
        _WOUNDS[chance.randrange(len(_WOUNDS))](data, chance)
    if chance.random() < 0.3 and len(data) >= kernel.SIZE:
        struct.pack_into("=I", data, 12, len(data))
    return bytes(data)


def _hurt_header(data: bytearray, chance: random.Random) -> None:
    if len(data) >= kernel.SIZE:
        struct.pack_into("=I", data, chance.choice(_HEADER_FIELDS), chance.choice((*_HURTING, len(data))))


def _hurt_payload(data: bytearray, chance: random.Random) -> None:
    if len(data) >= kernel.SIZE + 4:
        at = chance.randrange(kernel.SIZE, len(data) - 3) & ~3
        struct.pack_into("=I", data, at, chance.choice((*_HURTING, len(data) - at, chance.randrange(256))))


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _take_ends(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(kernel.SIZE, max(len(data), kernel.SIZE + 1))
    data[at:] = data[at:].replace(b"\0", b"n")


def _make_noise(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    noise = chance.randbytes(min(chance.randrange(1, 16), len(data) - at))
    data[at : at + len(noise)] = noise


_WOUNDS: Final = (_hurt_header, _hurt_payload, _hurt_payload, _cut, _take_ends, _make_noise)


def read(data: bytes) -> int:
    """Let every decoder read ``data``; return how many of them could."""
    readable = 0
    try:
        reply = Reply(data)
    except ValueError:
        return readable
    assert len(reply.name) <= 128
    assert len(reply.uuid) <= 129
    decoders: tuple[Callable[[], object], ...] = (reply.targets, reply.names, reply.deps, reply.versions, reply.text)
    for decode in (reply.device, *decoders):
        try:
            decode()
            readable += 1
        except ValueError:
            continue
    return readable


def send(chance: random.Random) -> None:
    """Encode a load that `pack_targets` did not make, and one that it did; read payloads of both kinds, and noise."""
    payload = chance.randbytes(chance.randrange(120))
    Request(codec.TABLE_LOAD, payload=payload).encoded(chance.randrange(600))
    lines = [(0, 1, _text(chance)[:15], _text(chance)) for _ in range(chance.randrange(4))]
    Request(codec.TABLE_LOAD, payload=codec.pack_targets(lines)).encoded()
    packed = bytearray(codec.pack_targets(lines))
    _make_noise(packed, chance)
    for unpack in (codec.unpack_targets, codec.unpack_message, codec.unpack_text):
        for each in (payload, bytes(packed)):
            with suppress(ValueError):
                unpack(each)


def main(seed: int, count: int) -> None:
    """Run ``count`` cases and print how many decoders got through, which shows that they were reached."""
    chance, readable = random.Random(seed), 0
    for case in range(count):
        readable += read(wounded(_MAKERS[case % len(_MAKERS)](chance), chance))
        if case % 16 == 0:
            send(chance)
    print(f"seed {seed}: {count} cases, {readable} decoded")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
