"""Numbers in ascending order, for percentiles: a sort by bytes, some nanoseconds for each number."""

import array

from cpython cimport array
from cpython.object cimport Py_SIZE
from libc.stdint cimport uint64_t
from libc.string cimport memset

_NUMBERS = array.array("Q")


def ascending(array.array values not None):
    """Return uint64[n] in ascending order."""
    cdef array.array ordered = array.copy(values)
    cdef array.array other = array.clone(_NUMBERS, Py_SIZE(ordered), zero=False)
    cdef bint is_swapped
    if ordered.typecode != "Q":
        raise ValueError(f"an array of '{ordered.typecode}': expected 'Q'")
    cdef uint64_t count = Py_SIZE(ordered)
    with nogil:
        is_swapped = _sort(<uint64_t*>ordered.data.as_ulonglongs, <uint64_t*>other.data.as_ulonglongs, count)
    return other if is_swapped else ordered


cdef bint _sort(uint64_t* values, uint64_t* other, uint64_t count) noexcept nogil:
    # One pass for each byte in which the numbers differ; return whether the result stands in `other`.
    cdef uint64_t[256] places
    cdef uint64_t[256] counts
    cdef uint64_t index, total
    cdef uint64_t* target = other
    cdef int shift, byte
    for shift in range(0, 64, 8):
        memset(counts, 0, sizeof(counts))
        for index in range(count):
            counts[values[index] >> shift & 255] += 1
        if count == 0 or counts[values[0] >> shift & 255] == count:
            continue
        total = 0
        for byte in range(256):
            places[byte] = total
            total += counts[byte]
        for index in range(count):
            byte = values[index] >> shift & 255
            target[places[byte]] = values[index]
            places[byte] += 1
        values, target = target, values
    return values == other
