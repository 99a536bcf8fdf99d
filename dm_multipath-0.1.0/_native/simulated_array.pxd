# An I/O on its way and a path of a simulated array, as the event loop keeps them.
#
# I/Os live in slots and are linked by slot: in the queue of a path, or in the list of those that are held.

from libc.stdint cimport int32_t, uint32_t, uint64_t

from multipath._native.distribution cimport Law
from multipath._native.xoshiro cimport Xoshiro

cdef enum:
    NO_SLOT = -1

cdef enum Stage:
    ARRIVING   # its event is its arrival, after a think time
    SERVED     # its event is its end
    QUEUED     # it waits in a path
    FAILING    # its event is its return with an error
    HELD       # no path is in use


cdef struct Io:
    uint64_t arrived
    uint64_t sent      # down its path, the last time
    uint64_t begun     # when the path began to serve it
    uint64_t nbytes
    int32_t path
    int32_t next       # of the queue or the list that it is in
    uint32_t cpu
    uint32_t outage    # outages of the path that were over when it was sent
    Stage stage


cdef struct Line:
    # A list of I/Os, first come, first served.
    int32_t head
    int32_t tail


cdef struct PathState:
    const Law* latency
    Xoshiro random
    uint64_t bytes_per_second  # 0: as fast as it may
    uint64_t link_free         # when the last transfer over the link is done
    uint32_t parallel          # 0: any number at once
    uint32_t serving
    Line queue
    bint is_down
    bint is_failed             # for the selector
    uint32_t outages           # that are over
    uint64_t error_after
    # What is told of it in the end.
    uint64_t ios
    uint64_t nbytes
    uint64_t errors
    double latency_time    # summed over I/Os, as the next two
    double queue_time
    double service_time


cdef struct Change:
    uint64_t time
    uint64_t error_after
    int32_t path
    bint is_down
