from libc.stdint cimport uint32_t, uint64_t

from multipath._native.selector cimport Selector

cdef enum:
    WEIGHTS = 64


cdef struct History:
    uint64_t average      # of the service time, in 1/1024 ns
    uint64_t outstanding
    uint64_t stale_after  # ns
    uint64_t last_finish  # ns


cdef class HistoricalServiceTime(Selector):
    cdef History* history
    cdef uint32_t threshold
    cdef uint32_t weight[WEIGHTS]
