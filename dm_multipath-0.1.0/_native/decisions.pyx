"""
What dm-mpath decides about a map: which group, and by its selector which path, serves an I/O.

Theory of operation: hooks on the state of the map, as those of a selector on its ring. None of them checks an argument or
takes the map's lock; `PriorityGroups` does both. The rules are told in `docs/groups.md`, and once more in Python in
`tests/unit/native/group_model.py`.

Source: linux ``drivers/md/dm-mpath.c``; ``docs/kernel-interface.md`` tells what was seen on running kernels.
"""

cimport cython
from libc.stdlib cimport calloc, free
from libc.string cimport memmove

from multipath._native.selector cimport NO_PATH, Selector, mp_hold, mp_release


# It can be part of no cycle but by a selector's subclass, and the borrowed pointers must not outlive the tuple.
@cython.no_gc_clear
cdef class Decisions:
    """
    The state of a map and what follows from it; of use to C callers only. See `PriorityGroups`.

    Attributes:
        n_groups: How many groups there are.
        n_paths: How many paths there are, in all groups.
        selectors: The selectors, in order.
        valid_paths: How many paths have not failed.
        events: How often an event was raised. Device-mapper may report several as one.
        queue_io: Whether I/O waits for the initialisation of a group; also of a map that has never served one.
        pg_init_count: Initialisations of the current group that were begun.
        pg_init_in_progress: Activations that have not ended, whether they were handed out or wait for it.
    """

    def __cinit__(self):
        if type(self) is Decisions:
            raise TypeError("Decisions is the base of PriorityGroups and has no groups itself")
        self.group = NULL
        self.path = NULL
        self.waiting = NULL
        self.current, self.pending, self.cached = NO_GROUP, NO_GROUP, NO_PATH
        self.queue_io = True

    def __dealloc__(self):
        free(self.group)
        free(self.path)
        free(self.waiting)
        self.group = NULL
        self.path = NULL
        self.waiting = NULL

    cdef int allocate(self) except -1:
        """Make room for what is known of each group and each path."""
        cdef int32_t group, path
        self.group = <Group*>calloc(self.n_groups + 1, sizeof(Group))
        self.path = <Path*>calloc(self.n_paths + 1, sizeof(Path))
        self.waiting = <int32_t*>calloc(self.n_paths + 1, sizeof(int32_t))
        if self.group == NULL or self.path == NULL or self.waiting == NULL:
            raise MemoryError
        for group in range(self.n_groups):
            self.group[group].selector = <void*>self.selectors[group]
            self.group[group + 1].first = self.group[group].first + (<Selector>self.selectors[group]).n_paths
            for path in range(self.group[group].first, self.group[group + 1].first):
                self.path[path].group, self.path[path].active = group, True
        return 0

    # Which path serves an I/O.

    cdef int32_t map_io(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef int32_t path = self.cached, group
        # While a group is initialised, I/O sticks to the path that the group came into use with.
        if path == NO_PATH or not self.queue_io:
            path = self.select(nbytes, now, cpu)
        if path == NO_PATH:
            return MAP_QUEUE if self.queueing else MAP_PUSH_BACK if self.noflush else MAP_FAIL
        if self.queue_io or self.required:
            self.initialise()
            return MAP_INIT
        group = self.path[path].group
        self.lock_selector(group)
        (<Selector>self.group[group].selector).started(path - self.group[group].first, nbytes)
        self.unlock_selector(group)
        return path

    cdef int32_t choose_io(self, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef int32_t path = self.cached
        if path == NO_PATH or not self.queue_io:
            path = self.select(0, now, cpu)
        if path != NO_PATH and not self.queue_io:
            return path
        if path == NO_PATH and not self.queueing:
            return MAP_FAIL
        if self.current == NO_GROUP:
            self.select(0, now, cpu)
        if self.required:
            self.initialise()
        return MAP_QUEUE if path == NO_PATH else MAP_INIT

    cdef void end_io(self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil:
        cdef int32_t group = self.path[path].group
        self.lock_selector(group)
        (<Selector>self.group[group].selector).ended(path - self.group[group].first, nbytes, start, now)
        self.unlock_selector(group)

    cdef int32_t after_failed_io(self) noexcept nogil:
        if self.valid_paths > 0 or self.queueing:
            return MAP_AGAIN
        return MAP_PUSH_BACK if self.noflush else MAP_FAIL

    cdef int32_t select(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef int32_t path = NO_PATH
        if self.valid_paths == 0:
            self.queue_io = False
            self.drop_current()
            return NO_PATH
        # Since target version 1.15 (Linux v6.16) a running probe may keep the current group although another is pending.
        if self.pending_first:
            path = self.select_pending(nbytes, now, cpu)
        if path == NO_PATH and self.current != NO_GROUP:
            path = self.select_in(self.current, nbytes, now, cpu)
        if path == NO_PATH and not self.pending_first:
            path = self.select_pending(nbytes, now, cpu)
        if path == NO_PATH:
            path = self.select_any(False, nbytes, now, cpu)
        if path == NO_PATH:
            path = self.select_any(True, nbytes, now, cpu)
            # A group that was bypassed for being busy is not initialised again without a pause.
            self.delay = self.delay or path != NO_PATH
        if path == NO_PATH:
            self.drop_current()
        return path

    cdef int32_t select_pending(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef int32_t group = self.pending
        self.pending = NO_GROUP
        return NO_PATH if group == NO_GROUP else self.select_in(group, nbytes, now, cpu)

    cdef int32_t select_any(self, bint bypassed, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef int32_t group, path
        for group in range(self.n_groups):
            if self.group[group].bypassed == bypassed:
                path = self.select_in(group, nbytes, now, cpu)
                if path != NO_PATH:
                    return path
        return NO_PATH

    cdef int32_t select_in(self, int32_t group, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        cdef int32_t path
        self.lock_selector(group)
        path = (<Selector>self.group[group].selector).pick(nbytes, now, cpu)
        self.unlock_selector(group)
        if path == NO_PATH:
            return NO_PATH
        path += self.group[group].first
        if group != self.current:
            self.cached = path
            self.switch_to(group)
        return path

    cdef void switch_to(self, int32_t group) noexcept nogil:
        self.current = group
        self.required = self.queue_io = self.handler
        self.pg_init_count = 0

    cdef void drop_current(self) noexcept nogil:
        self.cached, self.current = NO_PATH, NO_GROUP

    cdef void drop_current_or_later(self) noexcept nogil:
        if self.probing:
            self.drop_after_probe = True
        else:
            self.drop_current()

    # Paths that fail and come back.

    cdef bint fail(self, int32_t path) noexcept nogil:
        cdef int32_t group = self.path[path].group
        if not self.path[path].active:
            return False
        self.lock_selector(group)
        (<Selector>self.group[group].selector).drop(path - self.group[group].first)
        self.unlock_selector(group)
        self.path[path].active = False
        self.path[path].fail_count += 1
        self.valid_paths -= 1
        if path == self.cached:
            self.cached = NO_PATH
        self.events += 1
        return True

    cdef bint reinstate(self, int32_t path) noexcept nogil:
        cdef int32_t group = self.path[path].group
        if self.path[path].active:
            return False
        self.lock_selector(group)
        (<Selector>self.group[group].selector).bring_back(path - self.group[group].first)
        self.unlock_selector(group)
        self.path[path].active = True
        self.valid_paths += 1
        if self.valid_paths == 1:
            self.cached = NO_PATH
        elif self.handler and self.current == group:
            self.make_due(path, False)
        self.events += 1
        return True

    # The initialisation of a group.

    cdef int32_t initialise(self) noexcept nogil:
        """Make the activations of the current group due; return how many are in progress."""
        cdef int32_t path
        if self.pg_init_in_progress or self.disabled:
            return 0
        self.pg_init_count += 1
        self.required = False
        if self.current == NO_GROUP:
            return 0
        for path in range(self.group[self.current].first, self.group[self.current + 1].first):
            if self.path[path].active:
                self.make_due(path, self.delay)
        return self.pg_init_in_progress

    cdef void make_due(self, int32_t path, bint delayed) noexcept nogil:
        if self.path[path].due != NOTHING:
            return
        self.path[path].due = THE_DELAY if delayed else A_CALLER
        self.waiting[self.n_waiting] = path
        self.n_waiting += 1
        self.pg_init_in_progress += 1

    cdef int32_t next_activation(self, bint delayed) noexcept nogil:
        cdef uint8_t wanted = THE_DELAY if delayed else A_CALLER
        cdef int32_t k, path
        for k in range(self.n_waiting):
            path = self.waiting[k]
            if self.path[path].due == wanted:
                self.n_waiting -= 1
                memmove(self.waiting + k, self.waiting + k + 1, <size_t>(self.n_waiting - k) * sizeof(int32_t))
                self.path[path].due = NOTHING
                self.path[path].activating += 1
                return path
        return NO_PATH

    cdef bint activated(self, int32_t path, int32_t result) noexcept nogil:
        cdef bint retried = result == RETRY_LATER or result == RETRY_NOW or result == TEMP_UNAVAIL
        cdef bint good = result == OK or (result == NO_HANDLER and not self.handler)
        if result == TEMP_BUSY:
            self.group[self.path[path].group].bypassed = True
            self.drop_current()
            self.events += 1
        elif retried and self.pg_init_count <= self.retries and not self.disabled:
            self.required = True
        elif not good:
            self.fail(path)
        if (good or retried) and not self.required:
            self.group[self.path[path].group].bypassed = False
        self.path[path].activating -= 1
        self.pg_init_in_progress -= 1
        if self.pg_init_in_progress > 0:
            return False
        if self.required:
            self.delay = result == RETRY_LATER
        return self.initialised()

    cdef bint initialised(self) noexcept nogil:
        """Begin what has to be repeated, or end the initialisation."""
        if self.required and self.initialise() > 0:
            return False
        self.queue_io = False
        self.disabled = False
        return True

    # Locks.

    cdef void lock_selector(self, int32_t group) noexcept nogil:
        if not self.exclusive:
            mp_hold(&(<Selector>self.group[group].selector).held)

    cdef void unlock_selector(self, int32_t group) noexcept nogil:
        if not self.exclusive:
            mp_release(&(<Selector>self.group[group].selector).held)
