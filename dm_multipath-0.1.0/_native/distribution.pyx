"""
Values drawn at random, the same on every machine: latencies and think times in nanoseconds, sizes in bytes.

Every value is a whole number from 1 to 10**15.
"""

import array

from cpython cimport array
from libc.stdint cimport uint64_t
from libc.stdlib cimport free, malloc

from multipath._native.xoshiro cimport Xoshiro, seeded

_NUMBERS = array.array("Q")
cdef enum:
    MOST_VALUES = 1 << 24

_MOST_SIGMA = 8.0  # a wider lognormal is one value in a hundred at the edge of what is drawn


cdef class Distribution:
    """
    A law of random values; made by `fixed`, `exponential`, `lognormal` or `measured`.

    Synchronization: none required, it never changes.
    """

    def __cinit__(self):
        self.law.kind = FIXED
        self.law.scale = 1
        self.law.values = self.law.limits = NULL

    def __dealloc__(self):
        free(self.law.values)
        free(self.law.limits)

    @staticmethod
    def fixed(uint64_t value):
        """Return the law of one value."""
        return _law(FIXED, _checked(value), 0)

    @staticmethod
    def exponential(uint64_t mean):
        """Return the exponential law with this mean."""
        return _law(EXPONENTIAL, _checked(mean), 0)

    @staticmethod
    def lognormal(uint64_t median, double sigma):
        """Return the law whose logarithm is normal: ``median`` times e to the power of ``sigma`` times a normal value."""
        if not 0 <= sigma <= _MOST_SIGMA:
            raise ValueError(f"sigma {sigma}: a lognormal distribution takes 0 to {_MOST_SIGMA:g}")
        return _law(LOGNORMAL, _checked(median), sigma)

    @staticmethod
    def measured(values, counts):
        """
        Return the law of values that were seen, each as often as it was seen.

        Args:
            values: Up to 2**24.
            counts: How often each was seen, at least once.
        """
        values, counts = list(values), list(counts)
        if not 1 <= len(values) <= MOST_VALUES or len(values) != len(counts):
            raise ValueError(
                f"{len(values)} values with {len(counts)} counts: expected as many, and 1 to {MOST_VALUES}")
        return _measured(values, counts)

    def samples(self, uint64_t seed, uint64_t count):
        """Draw values: uint64[count]."""
        cdef array.array drawn = array.clone(_NUMBERS, count, zero=False)
        cdef Xoshiro random = seeded(seed)
        cdef uint64_t* values = <uint64_t*>drawn.data.as_ulonglongs
        cdef uint64_t index
        with nogil:
            for index in range(count):
                values[index] = draw(&self.law, &random)
        return drawn


cdef uint64_t _checked(uint64_t value) except 0:
    if not 1 <= value <= MOST_VALUE:
        raise ValueError(f"{value}: a simulated time or size is 1 to {MOST_VALUE} nanoseconds or bytes")
    return value


cdef Distribution _law(Kind kind, uint64_t scale, double sigma):
    cdef Distribution made = Distribution.__new__(Distribution)
    made.law.kind = kind
    made.law.scale = <double>scale
    made.law.sigma = sigma
    return made


cdef Distribution _measured(list values, list counts):
    cdef Distribution made = _law(MEASURED, 1, 0)
    cdef size_t size = len(values) * sizeof(uint64_t)
    made.law.values = <uint64_t*>malloc(size)
    made.law.limits = <uint64_t*>malloc(size)
    if made.law.values == NULL or made.law.limits == NULL:
        raise MemoryError(f"no room for a distribution of {len(values)} values")
    total, seen = sum(counts), 0
    for index, (value, count) in enumerate(zip(values, counts)):
        if count < 1:
            raise ValueError(f"value {value} with count {count}: what was seen was seen at least once")
        seen += count
        made.law.values[index] = _checked(value)
        # In whole numbers of Python, so that the last limit is the greatest number that can be drawn.
        made.law.limits[index] = (seen << 64) // total - 1
    made.law.count = len(values)
    return made
