# Values drawn at random: latencies and think times in nanoseconds, sizes in bytes.
#
# `draw` is for C callers: it takes the law, which the `Distribution` owns and keeps, and the caller's random numbers.

from libc.math cimport sqrt
from libc.stdint cimport int32_t, uint64_t

from multipath._native.elementary cimport exponential, logarithm
from multipath._native.xoshiro cimport Xoshiro, random_bits, random_fraction

cdef enum Kind:
    FIXED
    EXPONENTIAL
    LOGNORMAL
    MEASURED

cdef extern from *:
    """
    #define MP_MOST_VALUE 1000000000000000ULL  /* 11 days in ns; what is drawn above counts as this */
    """
    const uint64_t MOST_VALUE "MP_MOST_VALUE"


cdef struct Law:
    Kind kind
    double scale       # value, mean or median
    double sigma
    uint64_t* values   # MEASURED: each with the greatest random number that means it, ascending
    uint64_t* limits
    int32_t count


cdef inline double standard_normal(Xoshiro* random) noexcept nogil:
    # Marsaglia's polar method; the second number is dropped, so that nothing but the stream is a state.
    cdef double u, v, square
    while True:
        u = 2.0 * random_fraction(random) - 1.0
        v = 2.0 * random_fraction(random) - 1.0
        square = u * u + v * v
        if 0.0 < square < 1.0:
            return u * sqrt(-2.0 * logarithm(square) / square)


cdef inline uint64_t measured(const Law* law, uint64_t bits) noexcept nogil:
    cdef int32_t low = 0, high = law.count - 1, middle
    while low < high:
        middle = (low + high) >> 1
        if bits <= law.limits[middle]:
            high = middle
        else:
            low = middle + 1
    return law.values[low]


cdef inline uint64_t draw(const Law* law, Xoshiro* random) noexcept nogil:
    cdef double value
    if law.kind == EXPONENTIAL:
        value = -law.scale * logarithm(random_fraction(random))
    elif law.kind == LOGNORMAL:
        value = law.scale * exponential(law.sigma * standard_normal(random))
    elif law.kind == MEASURED:
        return measured(law, random_bits(random))
    else:
        return <uint64_t>law.scale
    return <uint64_t>min(max(value + 0.5, 1.0), <double>MOST_VALUE)


cdef class Distribution:
    cdef Law law
