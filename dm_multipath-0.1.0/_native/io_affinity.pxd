from libc.stdint cimport int16_t, int32_t, uint32_t

from multipath._native.selector cimport Selector


cdef class IoAffinity(Selector):
    cdef int16_t* path_of    # of each CPU, or NO_PATH
    cdef uint32_t* node_of   # of each CPU
    cdef uint32_t misses     # of the whole group; wraps, as the kernel's counter does

    cdef int give_cpus(self, list masks) except -1
    cdef int place(self, list nodes) except -1
    cdef int32_t elsewhere(self, uint32_t cpu) noexcept nogil
