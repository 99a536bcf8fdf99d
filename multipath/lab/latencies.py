"""
How long I/O took: the longest, the shares, the gaps, and what became of it after a moment.

Strategy: nothing grows with the number of I/Os. Durations are counted in buckets that are 9 % wide; a `Moment` is told
of each I/O that ends, and keeps two numbers.
"""

import math
from collections import Counter
from typing import Final

from ..units import Nanoseconds

_PER_DOUBLING: Final = 8


class Moment:
    """
    What a load saw after a moment, for example after a fault.

    Attributes:
        first: From the moment to the end of the first I/O that began after it and went well; ``None`` so far.
        last: From the moment to the end of the last I/O that was under way at it; zero where there was none.
        waiting: How many of these have not ended.
    """

    def __init__(self, at: int, waiting: int) -> None:
        self._at = at
        self.first: Nanoseconds | None = None
        self.last, self.waiting = Nanoseconds(0), waiting

    def ended(self, start: int, end: int, *, good: bool) -> None:
        """Take note of an I/O that ended."""
        after = Nanoseconds(end - self._at)
        if start < self._at:
            self.last, self.waiting = after, self.waiting - 1
        elif good and self.first is None:
            self.first = after


class Latencies:
    """The durations of I/Os, as clock values in nanoseconds come in."""

    def __init__(self) -> None:
        self.longest, self.gap, self.count = Nanoseconds(0), Nanoseconds(0), 0
        self._buckets: Counter[int] = Counter()
        self._last_end: int | None = None

    def ended(self, start: int, end: int) -> None:
        """Take note of an I/O that ended."""
        duration = max(1, end - start)
        self.count += 1
        self.longest = max(self.longest, Nanoseconds(duration))
        if self._last_end is not None:
            self.gap = max(self.gap, Nanoseconds(end - self._last_end))
        self._last_end = end
        self._buckets[round(math.log2(duration) * _PER_DOUBLING)] += 1

    def percentile(self, percent: float) -> Nanoseconds:
        """
        Return the duration that so many per cent of the I/Os did not exceed, to 9 %; zero without any.

        >>> latencies = Latencies()
        >>> latencies.ended(0, 1024)
        >>> latencies.percentile(99)
        1024
        """
        wanted, seen = self.count * percent / 100, 0
        for bucket, count in sorted(self._buckets.items()):
            seen += count
            if seen >= wanted:
                return Nanoseconds(round(2 ** (bucket / _PER_DOUBLING)))
        return Nanoseconds(0)
