"""
The selector ``round-robin``: each path in its turn.

Source: linux ``drivers/md/dm-ps-round-robin.c``.
"""

from libc.stdint cimport int32_t, uint32_t, uint64_t

from multipath._native.selector cimport NO_PATH, Selector, move_last, prepend


cdef class RoundRobin(Selector):
    """
    Each usable path in its turn, whatever it carries.

    Args:
        n_paths: 1 to 1024.

    Raises:
        ValueError: another number of paths.

    >>> selector = RoundRobin(3)
    >>> [selector.select(4096) for _ in range(4)]
    [0, 1, 2, 0]
    """

    def __cinit__(self, n_paths):
        self.allocate(n_paths)

    cdef int32_t pick(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        return move_last(self, 0) if self.n_usable else NO_PATH

    cdef void reinstated(self, int32_t path) noexcept nogil:
        """Put the path first: it is the next one to be chosen."""
        self.is_failed[path] = False
        prepend(self, path)
