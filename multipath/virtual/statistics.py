"""
The regions of a mapped device that somebody has counted: the ``@stats_`` messages, as far as they make and show them.

Nothing is counted: ``@stats_print`` and ``@stats_clear`` are messages that this kernel does not know.

Source: linux ``drivers/md/dm-stats.c``.
"""

import errno
import os
import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from ..units import Sectors

_RANGE: Final = re.compile(r"([0-9]{1,19})\+([0-9]{1,19})", re.ASCII)
_STEP: Final = re.compile(r"(/?)([0-9]{1,19})", re.ASCII)
_MOST_WORDS: Final = 5
_LEAST_WORDS: Final = 3
_NOTHING: Final = "-"


class _Region(NamedTuple):
    start: int
    length: int
    step: int
    program: str
    data: str

    def __str__(self) -> str:
        return f"{self.start}+{self.length} {self.step} {self.program} {self.data}"


class Statistics:
    """The regions of one device; the caller has a lock."""

    def __init__(self) -> None:
        self._regions: dict[int, _Region] = {}

    def message(self, words: Sequence[str], size: Sectors) -> str | None:
        """
        Take a message, and return its answer if it has one.

        Raises:
            OSError: ``EINVAL``: not a message that is known, or not with these words; ``ENOENT``: no such region.
        """
        known: dict[str, Callable[[Sequence[str], Sectors], str | None]] = {
            "@stats_create": self._create,
            "@stats_list": self._list,
            "@stats_delete": self._delete,
        }
        act = known.get(words[0].lower())
        if act is None:
            raise _error(errno.EINVAL)
        return act(words, size)

    def _create(self, words: Sequence[str], size: Sectors) -> str:
        if not _LEAST_WORDS <= len(words) <= _MOST_WORDS:
            raise _error(errno.EINVAL)
        whole, steps = _RANGE.fullmatch(words[1]), _STEP.fullmatch(words[2])
        if steps is None or not int(steps[2]) or (whole is None and words[1] != _NOTHING):
            raise _error(errno.EINVAL)
        start, length = (int(whole[1]), int(whole[2])) if whole else (0, max(size, 1))
        step = -(-length // int(steps[2])) if steps[1] else int(steps[2])
        number = next(free for free in range(len(self._regions) + 1) if free not in self._regions)
        self._regions[number] = _Region(start, length, step, *[*words[3:], _NOTHING, _NOTHING][:2])
        return str(number)

    def _list(self, words: Sequence[str], size: Sectors) -> str:  # noqa: ARG002 - all messages are called alike
        return "".join(
            f"{number}: {region}\n"
            for number, region in sorted(self._regions.items())
            if words[1:2] in ([], [region.program])
        )

    def _delete(self, words: Sequence[str], size: Sectors) -> None:  # noqa: ARG002
        if len(words) != 2 or not words[1].isdigit():
            raise _error(errno.EINVAL)
        if self._regions.pop(int(words[1]), None) is None:
            raise _error(errno.ENOENT)


def _error(code: int) -> OSError:
    return OSError(code, os.strerror(code))
