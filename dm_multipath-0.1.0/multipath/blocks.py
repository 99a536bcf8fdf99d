"""
Numbered blocks: 4 KiB that say what they are, so that what should stand in a block is known without keeping it.

A block carries a header (whose run it is, its number, its generation), a SHA-256 over header and body, and a body made
from the header. So every byte can be compared, and a wrong block tells what it is: an older generation (a lost write),
another block (a write that went astray), or no block at all.
"""

import hashlib
import struct
from typing import Final

BLOCK_SIZE: Final = 4096
_MAGIC: Final = b"mpathIO\0"
_HEADER: Final = struct.Struct("<8sQQQ")
_DIGEST_SIZE: Final = 32
_BODY_SIZE: Final = BLOCK_SIZE - _HEADER.size - _DIGEST_SIZE


def make_block(run: int, number: int, generation: int) -> bytes:
    """
    Return the block that should stand at ``number`` after it was written for the ``generation``-th time.

    >>> describe_block(make_block(1, 7, 3), run=1)
    'block 7, generation 3'
    """
    header = _HEADER.pack(_MAGIC, run, number, generation)
    body = hashlib.shake_128(header).digest(_BODY_SIZE)
    return header + hashlib.sha256(header + body).digest() + body


def describe_block(data: bytes, *, run: int) -> str:
    """
    Say what a block is, as evidence.

    >>> describe_block(bytes(BLOCK_SIZE), run=1)
    'no block of ours'
    """
    magic, of_run, number, generation = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        return "no block of ours"
    header, rest = data[: _HEADER.size], data[_HEADER.size :]
    sound = rest[:_DIGEST_SIZE] == hashlib.sha256(header + rest[_DIGEST_SIZE:]).digest()
    whose = "" if of_run == run else " of another run"
    return f"block {number}, generation {generation}{whose}{'' if sound else ', damaged'}"


def block_header(data: bytes | memoryview, *, run: int) -> tuple[int, int] | None:
    """Return number and generation of a block by its header alone; ``None`` for what is no block of this run."""
    if len(data) < _HEADER.size:
        return None
    magic, of_run, number, generation = _HEADER.unpack_from(data)
    return (number, generation) if (magic, of_run) == (_MAGIC, run) else None
