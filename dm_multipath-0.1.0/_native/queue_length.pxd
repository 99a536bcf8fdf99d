from libc.stdint cimport int32_t

from multipath._native.selector cimport Selector


cdef class QueueLength(Selector):
    cdef int32_t* length  # I/Os; wraps, as the kernel's counter does
