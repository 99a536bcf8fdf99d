"""
Changes of a file in place: where, and which bytes.

Strategy: the wwids and prkeys files are changed where they stand, as every version of multipath-tools changes them. A
new file renamed over the old one would take it away from a program that has it open and waits for its lock: what that
program writes then, it writes to a file that nobody sees again. So each change is one line behind the last, or some
bytes within a line, and between any two of them every line is whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patch:
    """Bytes that take the place of those at ``offset``; where the file ends they make it longer."""

    offset: int
    data: bytes


def patched(data: bytes, patches: Iterable[Patch]) -> bytes:
    """Return what a file is after ``patches``."""
    out = bytearray(data)
    for patch in patches:
        out[patch.offset : patch.offset + len(patch.data)] = patch.data
    return bytes(out)


def appended(data: bytes, header: bytes, lines: Sequence[bytes], torn: int | None = None) -> tuple[Patch, ...]:
    """
    Return the patches that add lines to a file that may be empty, or whose last line may have no end.

    Args:
        data: The file.
        header: What an empty file begins with.
        lines: The lines, without their ends.
        torn: Where a last line begins that a killed program left behind, and that says nothing: it becomes a comment.
    """
    if not lines:
        return ()
    start = b"" if data.endswith(b"\n") else b"\n" if data else header
    addition = Patch(len(data), start + b"".join(line + b"\n" for line in lines))
    return (addition,) if torn is None else (Patch(torn, b"#"), addition)


def last_line(data: bytes) -> tuple[int, bytes]:
    """Return where the last line begins that has no end, and the line; an empty one where every line has its end."""
    start = data.rfind(b"\n") + 1
    return start, data[start:]
