"""
The selector ``queue-length``: the path with the fewest I/Os on their way.

Source: linux ``drivers/md/dm-ps-queue-length.c``.
"""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from multipath._native.selector cimport NO_PATH, Selector, move_last


cdef class QueueLength(Selector):
    """
    The path with the fewest I/Os on their way; among equals the one that was not chosen for longest.

    Args:
        n_paths: 1 to 1024.

    Raises:
        ValueError: another number of paths.

    >>> selector = QueueLength(3)
    >>> selector.start_io(selector.select(4096), 4096)
    >>> selector.select(4096), selector.status()
    (1, ((1,), (0,), (0,)))
    """

    def __cinit__(self, n_paths):
        self.length = NULL
        self.allocate(n_paths)
        self.signed_counters = self.counts = True
        self.length = <int32_t*>calloc(<size_t>self.n_paths, sizeof(int32_t))
        if self.length == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.length)
        self.length = NULL

    cdef int32_t pick(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef const int32_t* line = self.line + self.head
        cdef const int32_t* lengths = self.length
        cdef int32_t place = 0, best = 0, least, length, n = self.n_usable
        if n == 0:
            return NO_PATH
        least = lengths[line[0]]
        # The search ends at the first path that carries nothing; behind it one could only be better by a wrapped count.
        while least != 0:
            place += 1
            if place == n:
                break
            length = lengths[line[place]]
            if length < least:
                best, least = place, length
        return move_last(self, best)

    cdef void started(self, int32_t path, uint64_t nbytes) noexcept nogil:
        self.length[path] = <int32_t>(<uint32_t>self.length[path] + 1)

    cdef void ended(self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil:
        self.length[path] = <int32_t>(<uint32_t>self.length[path] - 1)

    cdef int32_t counters(self, int32_t path, uint64_t* to) noexcept nogil:
        to[0] = <uint64_t><int64_t>self.length[path]
        return 1
