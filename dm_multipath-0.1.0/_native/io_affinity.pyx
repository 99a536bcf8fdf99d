"""
The selector ``io-affinity``: the path that belongs to the CPU on which the I/O is submitted.

Source: linux ``drivers/md/dm-ps-io-affinity.c``. Since Linux v5.11.
"""

from cpython.number cimport PyNumber_Index
from libc.stdint cimport UINT32_MAX, int16_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free

from multipath._native.selector cimport NO_PATH, Selector, unsigned

cdef enum:
    MOST_CPUS = 8192  # the largest NR_CPUS that a kernel can be built with


cdef mask_of(mask):
    mask = PyNumber_Index(mask)
    if mask < 0 or mask.bit_length() > MOST_CPUS:
        raise ValueError("invalid cpumask: bits are numbered by CPUs, and a kernel has up to 8192")
    return mask


cdef inline bint serves(IoAffinity self, uint32_t cpu) noexcept nogil:
    """Tell whether a CPU has a path that is usable."""
    return self.path_of[cpu] != NO_PATH and not self.is_failed[self.path_of[cpu]]


cdef class IoAffinity(Selector):
    """
    The path that belongs to the CPU; if it cannot be used, one of a CPU on the same NUMA node, then any.

    Args:
        masks: Of each path its CPUs, bit 0 for CPU 0. The first path that names a CPU keeps it.
        cpus: How many CPUs there are, the kernel's ``nr_cpu_ids``: bits above are ignored. Without it, as many as the
            masks name.
        nodes: Of each CPU its NUMA node. Without it, they are all on one.

    Raises:
        ValueError: a path that gets no CPU of its own, or a number of CPUs or nodes that no kernel can have.

    >>> selector = IoAffinity([0b0011, 0b1100])
    >>> [selector.select(4096, cpu=cpu) for cpu in range(4)]
    [0, 0, 1, 1]
    """

    def __cinit__(self, masks, cpus=None, nodes=None):
        self.path_of = NULL
        self.node_of = NULL
        masks = [mask_of(mask) for mask in masks]
        self.allocate(len(masks))
        self.signed_counters = True
        if cpus is None:
            cpus = max([mask.bit_length() for mask in masks]) or 1
        self.n_cpus = <uint32_t>unsigned(cpus, MOST_CPUS, "a kernel has up to 8192 CPUs")
        if self.n_cpus == 0:
            raise ValueError("no CPU: a kernel has 1 to 8192 of them")
        self.path_of = <int16_t*>calloc(self.n_cpus, sizeof(int16_t))
        self.node_of = <uint32_t*>calloc(self.n_cpus, sizeof(uint32_t))
        if self.path_of == NULL or self.node_of == NULL:
            raise MemoryError
        self.give_cpus(masks)
        if nodes is not None:
            self.place(list(nodes))

    def __dealloc__(self):
        free(self.path_of)
        free(self.node_of)
        self.path_of = NULL
        self.node_of = NULL

    cdef int give_cpus(self, list masks) except -1:
        cdef uint32_t cpu
        taken, there = 0, (<object>1 << <object>self.n_cpus) - 1
        for cpu in range(self.n_cpus):
            self.path_of[cpu] = NO_PATH
        for path, mask in enumerate(masks):
            fresh = mask & there & ~taken
            if not fresh:
                raise ValueError(f"path {path}: No new/valid CPU mapping found: io-affinity needs a CPU below "
                                 f"{self.n_cpus} that no earlier path has")
            taken |= fresh
            while fresh:
                self.path_of[<uint32_t>(fresh.bit_length() - 1)] = <int16_t>path
                fresh ^= 1 << (fresh.bit_length() - 1)
        return 0

    cdef int place(self, list nodes) except -1:
        cdef uint32_t cpu
        if len(nodes) != <Py_ssize_t>self.n_cpus:
            raise ValueError(f"{len(nodes)} nodes for {self.n_cpus} CPUs: each CPU is on one NUMA node")
        for cpu in range(self.n_cpus):
            self.node_of[cpu] = <uint32_t>unsigned(nodes[cpu], UINT32_MAX, "NUMA nodes are numbered")
        return 0

    cdef int32_t pick(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        if cpu < self.n_cpus and serves(self, cpu):
            return self.path_of[cpu]
        return self.elsewhere(cpu)

    cdef int32_t elsewhere(self, uint32_t cpu) noexcept nogil:
        """Choose for a CPU that has no usable path: the lowest CPU of its node that has one decides, then any."""
        cdef uint32_t other
        cdef bint known = cpu < self.n_cpus  # any other has no path and no neighbours
        if not known or self.path_of[cpu] == NO_PATH:
            self.misses += 1
        if known:
            for other in range(self.n_cpus):
                if self.node_of[other] == self.node_of[cpu] and serves(self, other):
                    return self.path_of[other]
        for other in range(self.n_cpus):
            if serves(self, other):
                return self.path_of[other]
        return NO_PATH

    cdef int32_t counters(self, int32_t path, uint64_t* to) noexcept nogil:
        to[0] = <uint64_t><int64_t><int32_t>self.misses
        return 1
