from libc.stdint cimport int32_t

from multipath._native.selector cimport Selector


cdef class ServiceTime(Selector):
    cdef int32_t* in_flight   # bytes; wraps, as the kernel's counter does
    cdef int32_t* throughput
