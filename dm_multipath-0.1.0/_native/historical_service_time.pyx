"""
The selector ``historical-service-time``: the path that would serve the next I/O soonest, by how long others took.

Theory of operation: a path has a moving average of its service times, a fixed-point number with 10 bits behind the
point. The longer an I/O took, the less the history before it counts: its time picks one of 64 weights. An average is
believed until it is stale; a path that looks better by a stale average gets no more than an equal share, so that it is
tried again and not flooded. All numbers are unsigned, have 64 bits and wrap; differences are looked at with their sign.

Source: linux ``drivers/md/dm-ps-historical-service-time.c``. Since Linux v5.8.
"""

from libc.stdint cimport UINT32_MAX, UINT64_MAX, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from multipath._native.selector cimport NO_PATH, Selector, move_last, unsigned

cdef enum:
    FRACTION = 10
    ONE = 1 << FRACTION
    HALF = ONE >> 1
    BUCKET = 24          # the weights are for times of 2**24 ns, 2 * 2**24 ns and so on
    MANY = 1024          # with so many I/Os outstanding, averages are compared without their fraction

cdef uint64_t MOST_TIME = UINT64_MAX >> FRACTION


cdef uint32_t power(uint64_t base, uint32_t exponent) noexcept nogil:
    """Return a fixed-point power, each product rounded, by squaring."""
    cdef uint64_t result = ONE
    while exponent:
        if exponent & 1:
            result = (result * base + HALF) >> FRACTION
        exponent >>= 1
        base = (base * base + HALF) >> FRACTION
    return <uint32_t>result


cdef inline int64_t compare(const History* path, const History* other, uint64_t threshold, uint64_t now) noexcept nogil:
    """Return less than 0 if a path is better than the other one."""
    cdef uint64_t average = path.average, other_average = other.average
    cdef uint64_t smaller = min(average, other_average), bigger = max(average, other_average)
    cdef int64_t fewer = <int64_t>(path.outstanding - other.outstanding)
    cdef bint idle = path.outstanding == 0, other_idle = other.outstanding == 0
    cdef bint stale = path.stale_after < now, other_stale = other.stale_after < now
    if bigger <= threshold * smaller:
        return fewer
    # A path without I/O comes first if it has been so for long, and so does one among two; then the longest idle one.
    if idle and stale or other_idle and other_stale or idle and other_idle:
        return <int64_t>((path.stale_after if other_idle else 0) - (other.stale_after if idle else 0))
    if fewer != 0:
        if <int64_t>path.outstanding >= MANY or <int64_t>other.outstanding >= MANY:
            average >>= FRACTION
            other_average >>= FRACTION
        average *= 1 + path.outstanding
        other_average *= 1 + other.outstanding
    if average > other_average:
        return fewer if other_stale else 1
    return fewer if stale else -1


cdef class HistoricalServiceTime(Selector):
    """
    The path that would serve the next I/O soonest, by how long earlier ones took.

    Args:
        n_paths: 1 to 1024.
        base_weight: 0 to 1023, of 1024: how much an average counts against an I/O that took up to 16.8 ms.
        threshold: How many times an average must exceed another one before it matters; 32 bits.

    Raises:
        ValueError: an argument that the kernel refuses.

    >>> selector = HistoricalServiceTime(2)
    >>> selector.start_io(0, 4096)
    >>> selector.end_io(0, 4096, start=1000000000, now=1000500000)
    >>> selector.status()
    ((26000972, 0, 1000550782), (1024, 0, 0))
    """

    def __cinit__(self, n_paths, base_weight=972, threshold=0):
        cdef uint32_t step, base
        cdef int32_t path
        self.history = NULL
        self.allocate(n_paths)
        self.counts = True
        base = <uint32_t>unsigned(base_weight, ONE - 1, "historical-service-time takes a base weight")
        self.threshold = <uint32_t>unsigned(threshold, UINT32_MAX, "historical-service-time takes a threshold")
        for step in range(WEIGHTS - 1):
            self.weight[step] = power(base, step + 1)
        self.weight[WEIGHTS - 1] = 0
        self.history = <History*>calloc(<size_t>self.n_paths, sizeof(History))
        if self.history == NULL:
            raise MemoryError
        for path in range(self.n_paths):
            self.history[path].average = ONE

    def __dealloc__(self):
        free(self.history)
        self.history = NULL

    @property
    def weights(self):
        """What the history counts, of 1024, against an I/O of each further 16.8 ms."""
        return tuple([self.weight[step] for step in range(WEIGHTS)])

    def group_status(self):
        """Return the base weight and the threshold, as the kernel prints them for the group."""
        return self.weight[0], self.threshold

    cdef int32_t pick(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef const int32_t* line = self.line + self.head
        cdef const History* history = self.history
        cdef uint64_t threshold = self.threshold
        cdef int32_t place, best = 0, n = self.n_usable
        if n == 0:
            return NO_PATH
        for place in range(1, n):
            if compare(&history[line[place]], &history[line[best]], threshold, now) < 0:
                best = place
        return move_last(self, best)

    cdef void started(self, int32_t path, uint64_t nbytes) noexcept nogil:
        self.history[path].outstanding += 1

    cdef void ended(self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil:
        cdef History* history = &self.history[path]
        cdef uint64_t took, weight
        # What an I/O waited for the one before it is not its own service time: they count as one after the other.
        if <int64_t>(start - history.last_finish) < 0:
            start = history.last_finish
        history.last_finish = now
        took = 0 if <int64_t>(now - start) < 0 else now - start
        weight = self.weight[min(took >> BUCKET, <uint64_t>(WEIGHTS - 1))]
        history.average *= weight
        history.average += min(took << FRACTION, MOST_TIME) * (ONE - weight) + HALF
        history.average >>= FRACTION
        history.outstanding -= 1
        history.stale_after = now + <uint64_t>self.n_usable * (history.average >> FRACTION)

    cdef int32_t counters(self, int32_t path, uint64_t* to) noexcept nogil:
        to[0] = self.history[path].average
        to[1] = self.history[path].outstanding
        to[2] = self.history[path].stale_after
        return 3
