# The ABI of the codec: what control.pyx needs to send a request and to hand out its reply.

from libc.stdint cimport int32_t, uint32_t, uint64_t


cdef class Request:
    cdef readonly uint32_t command
    cdef readonly uint32_t minor
    cdef readonly uint32_t flags
    cdef readonly uint32_t event_nr
    cdef readonly uint64_t dev
    cdef readonly bytes name
    cdef readonly bytes uuid
    cdef readonly bytes payload

    cdef int write(self, bytearray buffer) except -1


cdef class Reply:
    cdef bytes data
    cdef size_t start
    cdef size_t end
    cdef readonly uint32_t flags
    cdef readonly uint32_t target_count
    cdef readonly int32_t open_count
    cdef readonly uint32_t event_nr
    cdef readonly uint64_t dev
    cdef readonly tuple version

    cdef tuple name_trailer(self, size_t record, size_t name_end, size_t limit)
    cdef const char* payload(self) except NULL
    cdef size_t room(self, size_t at, size_t size) except 0
    cdef size_t string_end(self, size_t at) except 0
