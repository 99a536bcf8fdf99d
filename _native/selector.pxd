# The base of a path selector: the list of paths that may be chosen, and the hooks that make an algorithm of it.
#
# For C callers and other compiled modules. A hook takes what it is given: indices are in range, and whoever calls holds
# the selector's lock, or is its only user. The methods that Python sees check their arguments and take the lock.

from libc.stdint cimport int32_t, uint32_t, uint64_t

cdef enum:
    NO_PATH = -1  # what `pick` returns when no path can be used


cdef class Selector:
    # The two lists of the kernel's selectors are one ring of indices: path i between before[i] and after[i], and the
    # head of the list of usable paths at index n_paths. A failed path is in no list, and marked by after[i] == NO_PATH.
    cdef readonly int32_t n_paths
    cdef readonly int32_t n_usable
    cdef int32_t* after
    cdef int32_t* before
    cdef int32_t* outstanding  # I/Os of each path between start_io and end_io, of the Python methods only
    cdef int32_t held          # the lock: 0 free, 1 held

    # Hooks, last: one algorithm each.
    cdef int32_t pick(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil
    cdef void started(self, int32_t path, uint64_t nbytes) noexcept nogil
    cdef void ended(self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil
    cdef void failed(self, int32_t path) noexcept nogil
    cdef void reinstated(self, int32_t path) noexcept nogil
