"""
The selector ``service-time``: the path that would serve the next I/O soonest, by bytes in flight and throughput.

Strategy: a path's service time is (bytes in flight + the next I/O) / throughput; two are compared without division. All
widths are the kernel's: the counter is signed and has 32 bits, it is read into an unsigned size, and the result of a
comparison is cut to 32 bits and looked at with its sign.

Source: linux ``drivers/md/dm-ps-service-time.c``.
"""

from libc.stdint cimport UINT64_MAX, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from multipath._native.selector cimport NO_PATH, Selector, move_last, unsigned

cdef enum:
    MOST_THROUGHPUT = 100
    SHIFT = 7  # sizes of which 100 times more would not fit are compared in units of 128 bytes

cdef uint64_t MOST_COMPARED = UINT64_MAX >> SHIFT  # of a size_t of 64 bits, whatever this machine's is


cdef inline int32_t compare(uint64_t load, uint64_t throughput, uint64_t other_load, uint64_t other_throughput,
                            uint64_t nbytes) noexcept nogil:
    """Return less than 0 if a path serves ``nbytes`` more bytes sooner than the other one."""
    if throughput == other_throughput:
        return <int32_t>(load - other_load)
    if load == other_load or throughput == 0 or other_throughput == 0:
        return <int32_t>(other_throughput - throughput)
    load += nbytes
    other_load += nbytes
    if load >= MOST_COMPARED or other_load >= MOST_COMPARED:
        load >>= SHIFT
        other_load >>= SHIFT
    # Each load times the other's throughput: the same order as of load / throughput.
    load *= other_throughput
    other_load *= throughput
    if load != other_load:
        return <int32_t>(load - other_load)
    return <int32_t>(other_throughput - throughput)


cdef class ServiceTime(Selector):
    """
    The path that would serve the next I/O soonest.

    Args:
        throughputs: Of each path, 0 to 100, against the others; a path of 0 is chosen only among its like.

    Raises:
        ValueError: another throughput; no path, or more than 1024.

    >>> selector = ServiceTime([1, 4])
    >>> for _ in range(5): selector.start_io(selector.select(4096), 4096)
    >>> selector.status()
    ((4096, 1), (16384, 4))
    """

    def __cinit__(self, throughputs):
        self.in_flight = self.throughput = NULL
        throughputs = list(throughputs)
        self.allocate(len(throughputs))
        self.signed_counters = self.counts = True
        self.in_flight = <int32_t*>malloc(self.n_paths * sizeof(int32_t))
        self.throughput = <int32_t*>malloc(self.n_paths * sizeof(int32_t))
        if self.in_flight == NULL or self.throughput == NULL:
            raise MemoryError
        for path, value in enumerate(throughputs):
            self.in_flight[<int32_t>path] = 0
            self.throughput[<int32_t>path] = <int32_t>unsigned(
                value, MOST_THROUGHPUT, "service-time takes a relative throughput")

    def __dealloc__(self):
        free(self.in_flight)
        free(self.throughput)
        self.in_flight = self.throughput = NULL

    cdef int32_t pick(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef const int32_t* line = self.line + self.head
        cdef const int32_t* in_flight = self.in_flight
        cdef const int32_t* throughputs = self.throughput
        cdef int32_t place, best = 0, n = self.n_usable
        cdef uint64_t load, throughput, best_load, best_throughput
        if n == 0:
            return NO_PATH
        best_load = <uint64_t><int64_t>in_flight[line[0]]
        best_throughput = <uint64_t>throughputs[line[0]]
        for place in range(1, n):
            load = <uint64_t><int64_t>in_flight[line[place]]
            throughput = <uint64_t>throughputs[line[place]]
            if compare(load, throughput, best_load, best_throughput, nbytes) < 0:
                best, best_load, best_throughput = place, load, throughput
        return move_last(self, best)

    cdef void started(self, int32_t path, uint64_t nbytes) noexcept nogil:
        self.in_flight[path] = <int32_t>(<uint32_t>self.in_flight[path] + <uint32_t>nbytes)

    cdef void ended(self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil:
        self.in_flight[path] = <int32_t>(<uint32_t>self.in_flight[path] - <uint32_t>nbytes)

    cdef int32_t counters(self, int32_t path, uint64_t* to) noexcept nogil:
        to[0] = <uint64_t><int64_t>self.in_flight[path]
        to[1] = <uint64_t>self.throughput[path]
        return 2
