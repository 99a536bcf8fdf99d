# Natural logarithm and exponential of additions, multiplications and divisions alone, in one fixed order.
#
# The C library's differ in the last bit from one version to the next, and a simulated nanosecond with them. These give
# the same bits wherever doubles are IEEE 754, as long as the compiler fuses nothing: setup.py sees to that. Within
# 1e-15 of the true value.

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy

cdef enum:
    _MANTISSA_BITS = 52
    _EXPONENT_BIAS = 1023
    _MOST_EXPONENT = 700  # exp(700) is still a double; latencies are cut far below


cdef inline double logarithm(double x) noexcept nogil:
    # x: a normal, positive double. With x = m * 2**e and m near 1, log(m) = 2 * artanh((m - 1) / (m + 1)).
    cdef uint64_t bits
    cdef int64_t exponent, is_above
    cdef double s, square, fourth, odd, even, series
    memcpy(&bits, &x, sizeof(bits))
    exponent = <int64_t>(bits >> _MANTISSA_BITS) - _EXPONENT_BIAS
    bits = (bits & ((<uint64_t>1 << _MANTISSA_BITS) - 1)) | (<uint64_t>_EXPONENT_BIAS << _MANTISSA_BITS)
    memcpy(&x, &bits, sizeof(bits))
    # Half of all numbers are above: what is counted in needs no branch, which would be guessed wrong every other time.
    is_above = x > 1.4142135623730951
    exponent += is_above
    x = x * (1.0 - 0.5 * <double>is_above)
    s = (x - 1.0) / (x + 1.0)
    square = s * s
    # The powers 1, 3, 5... of the series, in two chains that a processor works off side by side.
    fourth = square * square
    odd = ((((1.0 / 21 * fourth + 1.0 / 17) * fourth + 1.0 / 13) * fourth + 1.0 / 9) * fourth + 1.0 / 5) * fourth
    even = (((1.0 / 19 * fourth + 1.0 / 15) * fourth + 1.0 / 11) * fourth + 1.0 / 7) * fourth + 1.0 / 3
    series = odd + even * square
    return <double>exponent * 0.6931471805599453 + 2.0 * (s + s * series)


cdef inline double exponential(double x) noexcept nogil:
    # exp(x) = 2**k * exp(r), r within half of log(2), by Taylor's series.
    cdef uint64_t bits
    cdef int64_t k
    cdef double r, series, scale
    x = min(max(x, -<double>_MOST_EXPONENT), <double>_MOST_EXPONENT)
    k = <int64_t>(x * 1.4426950408889634 + (0.5 if x >= 0 else -0.5))
    r = (x - <double>k * 0.693147180369123816490) - <double>k * 1.90821492927058770002e-10
    series = 1.0 / 6227020800.0
    series = series * r + 1.0 / 479001600.0
    series = series * r + 1.0 / 39916800
    series = series * r + 1.0 / 3628800
    series = series * r + 1.0 / 362880
    series = series * r + 1.0 / 40320
    series = series * r + 1.0 / 5040
    series = series * r + 1.0 / 720
    series = series * r + 1.0 / 120
    series = series * r + 1.0 / 24
    series = series * r + 1.0 / 6
    series = series * r + 1.0 / 2
    series = (series * r + 1.0) * r + 1.0
    bits = <uint64_t>(k + _EXPONENT_BIAS) << _MANTISSA_BITS
    memcpy(&scale, &bits, sizeof(bits))
    return series * scale
