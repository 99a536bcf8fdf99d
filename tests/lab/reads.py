"""Reads of a map, and which path each of them took."""

import os
from mmap import mmap
from pathlib import Path
from typing import Self

_BLOCK = 4096


class Reads:
    """Reads of a map, one after the other, past every cache."""

    def __init__(self, node: str, paths: list[str]) -> None:
        self._fd, self._paths = os.open(node, os.O_RDONLY | os.O_DIRECT), paths

    def __enter__(self) -> Self:
        """Return the reads."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the map."""
        os.close(self._fd)

    def taken(self, count: int) -> list[int]:
        """Read, and return which path each read took."""
        return [self._taken(number) for number in range(count)]

    def _taken(self, number: int) -> int:
        before = self._completed()
        os.preadv(self._fd, [mmap(-1, _BLOCK)], number * _BLOCK)
        grown = [after - was for after, was in zip(self._completed(), before, strict=True)]
        assert sorted(grown) == [0, 0, 0, 1]
        return grown.index(1)

    def _completed(self) -> list[int]:
        return [int(Path(f"/sys/dev/block/{path}/stat").read_text().split()[0]) for path in self._paths]
