from multipath._native.selector cimport Selector


cdef class RoundRobin(Selector):
    pass
