# The priority groups of a multipath map. What C callers use is in decisions.pxd.

from libc.stdint cimport int32_t, uint32_t

from multipath._native.decisions cimport Decisions


cdef class PriorityGroups(Decisions):
    cdef int check_selectors(self) except -1
    cdef int32_t initial(self, number) except? -1
    cdef int32_t path_index(self, path) except -1
    cdef int32_t group_index(self, number) except -1
    cdef uint32_t cpu_number(self, cpu) except? 0
