"""When what is due: a heap in which the last word on each key holds."""

import heapq
from collections.abc import Hashable
from itertools import count
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)


class Schedule(Generic[_Key]):
    """
    Times by keys; each key has one time, and a new one replaces it.

    >>> schedule = Schedule[str]()
    >>> schedule.put("sda", 5.0); schedule.put("sdb", 3.0); schedule.put("sda", 2.0)
    >>> schedule.due(2.5), schedule.next
    (['sda'], 3.0)
    """

    def __init__(self) -> None:
        self._times: dict[_Key, float] = {}
        self._heap: list[tuple[float, int, _Key]] = []
        self._order = count()

    def __len__(self) -> int:
        """Return how many keys have a time."""
        return len(self._times)

    def put(self, key: _Key, time: float | None) -> None:
        """Let a key be due at a time, or never."""
        if time is None:
            self._times.pop(key, None)
        elif self._times.get(key) != time:
            self._times[key] = time
            heapq.heappush(self._heap, (time, next(self._order), key))
            if len(self._heap) > 64 + 4 * len(self._times):
                self._forget()

    @property
    def next(self) -> float | None:
        """When the first is due; ``None`` for never."""
        self._drop_old()
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> list[_Key]:
        """Return the keys that are due by ``now``, in order; they have no time from then on."""
        found: list[_Key] = []
        self._drop_old()
        while self._heap and self._heap[0][0] <= now:
            key = heapq.heappop(self._heap)[2]
            del self._times[key]
            found.append(key)
            self._drop_old()
        return found

    def _drop_old(self) -> None:
        while self._heap and self._times.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)

    def _forget(self) -> None:
        """Keep of the heap what still holds."""
        self._heap = [(time, next(self._order), key) for key, time in self._times.items()]
        heapq.heapify(self._heap)
