# What dm-mpath decides about a map: the state, and the hooks that C callers and other compiled modules may use.
#
# As those of a selector, a hook checks nothing and does not take the map's lock: whoever calls holds it, or is the only
# user. The methods of `PriorityGroups` check their arguments and take the lock.

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

cdef enum:
    # What `map_io` and `choose_io` return instead of a path.
    MAP_QUEUE = -1      # no path can be used, and the map queues: hold it
    MAP_FAIL = -2       # no path can be used: complete it with an error
    MAP_INIT = -3       # the group is being initialised: hold it
    MAP_PUSH_BACK = -4  # no path can be used, and a suspend without flush runs: give it back to device-mapper's core
    MAP_AGAIN = 0       # of `after_failed_io`: map it again


cdef enum:
    NO_GROUP = -1

    # What an activation waits for.
    NOTHING = 0
    A_CALLER = 1
    THE_DELAY = 2

    # What a device handler says of an activation, by the kernel's numbers. Any other is the fault of device or path.
    OK = 0
    TEMP_BUSY = 2
    RETRY_LATER = 10
    RETRY_NOW = 11
    TEMP_UNAVAIL = 13
    OFFLINED = 14
    NO_HANDLER = 16


ctypedef struct Group:
    void* selector       # borrowed from the tuple
    int32_t first        # its first path
    uint8_t bypassed

# Paths are counted over all groups, in the order of the table.
ctypedef struct Path:
    int32_t group
    uint8_t active
    uint8_t due          # whether an activation waits to be handed out, and for what
    uint32_t fail_count
    int64_t outstanding  # I/Os between map and end, of the Python methods only
    int32_t activating   # activations that were handed out and have not ended


cdef class Decisions:
    cdef readonly int32_t n_groups
    cdef readonly int32_t n_paths
    cdef uint32_t n_cpus        # a choice is made on a CPU below this

    cdef readonly tuple selectors
    cdef Group* group      # counted from 0, and one behind the last
    cdef Path* path
    cdef int32_t* waiting  # paths whose activation waits to be handed out, in the order in which it became due
    cdef int32_t n_waiting

    # The map: a group of -1 is none, and so is a path.
    cdef int32_t current
    cdef int32_t pending
    cdef int32_t cached
    cdef readonly int32_t valid_paths
    cdef readonly uint64_t events
    cdef bint queueing
    cdef bint saved
    cdef bint noflush
    cdef bint suspending
    cdef bint pending_first
    cdef bint bio_based

    # The initialisation of a group.
    cdef bint handler
    cdef bint required
    cdef bint delay
    cdef bint disabled
    cdef readonly bint queue_io
    cdef readonly uint32_t pg_init_count
    cdef readonly int32_t pg_init_in_progress
    cdef uint32_t retries

    # A probe of the current group: a change of the group waits for its end.
    cdef bint probing
    cdef bint drop_after_probe

    cdef int32_t held    # the lock: 0 free, 1 held
    cdef bint exclusive  # set by a C caller that is the only user of the selectors too: their locks are not taken

    cdef int32_t map_io(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil
    cdef int32_t choose_io(self, uint64_t now, uint32_t cpu) noexcept nogil
    cdef void end_io(self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil
    cdef int32_t after_failed_io(self) noexcept nogil
    cdef bint fail(self, int32_t path) noexcept nogil
    cdef bint reinstate(self, int32_t path) noexcept nogil
    cdef int32_t next_activation(self, bint delayed) noexcept nogil
    cdef bint activated(self, int32_t path, int32_t result) noexcept nogil

    # What they are made of.
    cdef int32_t select(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil
    cdef int32_t select_pending(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil
    cdef int32_t select_any(self, bint bypassed, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil
    cdef int32_t select_in(self, int32_t group, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil
    cdef void switch_to(self, int32_t group) noexcept nogil
    cdef void drop_current(self) noexcept nogil
    cdef void drop_current_or_later(self) noexcept nogil
    cdef int32_t initialise(self) noexcept nogil
    cdef void make_due(self, int32_t path, bint delayed) noexcept nogil
    cdef bint initialised(self) noexcept nogil
    cdef void lock_selector(self, int32_t group) noexcept nogil
    cdef void unlock_selector(self, int32_t group) noexcept nogil
    cdef int allocate(self) except -1
