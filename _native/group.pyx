"""
The priority groups of a multipath map: which group, and by its selector which path, serves an I/O.

Theory of operation: what dm-mpath decides, and nothing of what it does. It holds no I/O, opens no device and has no
clock: a caller maps, sends, ends, and is told to hold an I/O, to fail it or to activate paths. As in the kernel, the
current group is kept until its selector yields nothing; a pending group, from the table or from `switch_group`, is asked
once; then all groups are, first those that are not bypassed. `docs/groups.md` has the rules.

The map has one lock, and each selector its own, which is taken inside. Both are spin locks, under which no memory is
taken and nothing needs the GIL.

Source: linux ``drivers/md/dm-mpath.c``; ``docs/kernel-interface.md`` tells what was seen on running kernels.
"""

cimport cython
from libc.stdint cimport UINT32_MAX, UINT64_MAX
from libc.stdlib cimport calloc, free
from libc.string cimport memmove

from multipath._native.selector cimport NO_PATH, Selector, mp_hold, mp_release, unsigned

cdef enum:
    NO_GROUP = -1

    # The bounds that dm-mpath sets for a table.
    MOST_GROUPS = 1024
    MOST_RETRIES = 50

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

# What `PriorityGroups.map` says instead of a path.
QUEUE = MAP_QUEUE
FAIL = MAP_FAIL
INIT = MAP_INIT
PUSH_BACK = MAP_PUSH_BACK
AGAIN = MAP_AGAIN

# What `PriorityGroups.pg_init_done` is told, in the kernel's words.
DH_OK = OK
DH_DEV_TEMP_BUSY = TEMP_BUSY
DH_RETRY = RETRY_LATER
DH_IMM_RETRY = RETRY_NOW
DH_RES_TEMP_UNAVAIL = TEMP_UNAVAIL
DH_DEV_OFFLINED = OFFLINED
DH_NOSYS = NO_HANDLER


cdef inline uint64_t size(value) except? 0:
    return unsigned(value, UINT64_MAX, "the bytes of an I/O are a size_t")


cdef inline uint64_t time(value) except? 0:
    return unsigned(value, UINT64_MAX, "a time is in nanoseconds, of 64 bits")


# It can be part of no cycle but by a selector's subclass, and the borrowed pointers must not outlive the tuple.
@cython.no_gc_clear
cdef class PriorityGroups:
    """
    The priority groups of one map, with all that dm-mpath decides by them.

    Paths are numbered from 0 over all groups, in the order of the table; groups from 1, as in the kernel's messages. A
    device that stands twice is two paths. The selectors belong to the map from now on: others may read their status.

    Args:
        groups: One selector for each group, none of them used before; no group is legal, as in the table ``0 0 0 0``.
        initial_group: The group that is asked first; one beyond the last is no preference. 0 where there is no group,
            and the default then; otherwise the default is 1.
        queue_if_no_path: Whether I/O is held when no path can be used.
        handler: Whether the map has a device handler: a group must be initialised before it serves.
        pg_init_retries: How often an initialisation is repeated when a handler asks for it.
        pending_first: Whether the pending group is asked before the current one, as before target version 1.15.
        bio_based: Whether the map takes bios; otherwise requests. It decides what a suspend without flush does.

    Attributes:
        n_groups: How many groups there are.
        n_paths: How many paths there are, in all groups.
        selectors: The selectors, in order.
        valid_paths: How many paths have not failed.
        events: How often an event was raised. Device-mapper may report several as one.
        queue_io: Whether I/O waits for the initialisation of a group; also of a map that has never served one.
        pg_init_count: Initialisations of the current group that were begun.
        pg_init_in_progress: Activations that have not ended, whether they were handed out or wait for it.

    Raises:
        TypeError: a group that is no selector.
        ValueError: numbers that no table can have, or a selector that stands twice or was used.

    Synchronization: any number of threads; each call is atomic.  Units: sizes in bytes, times in nanoseconds.

    >>> from multipath._native.round_robin import RoundRobin
    >>> groups = PriorityGroups([RoundRobin(2), RoundRobin(1)])
    >>> groups.map(4096), groups.map(4096), groups.map(4096)
    (0, 1, 0)
    >>> groups.fail_path(0), groups.fail_path(1), groups.map(4096), groups.group_state(2)
    (True, True, 2, 'A')
    """

    def __cinit__(self, groups, *, initial_group=None, bint queue_if_no_path=False, bint handler=False,
                  pg_init_retries=0, bint pending_first=False, bint bio_based=True):
        self.group = NULL
        self.path = NULL
        self.waiting = NULL
        self.selectors = tuple(groups)
        self.check_selectors()
        self.allocate()
        self.current, self.cached = NO_GROUP, NO_PATH
        self.pending = self.initial(initial_group)
        self.retries = <uint32_t>unsigned(pg_init_retries, MOST_RETRIES, "dm-mpath takes pg_init_retries up to 50")
        self.valid_paths = self.n_paths
        self.queueing, self.handler = queue_if_no_path, handler
        self.pending_first, self.bio_based = pending_first, bio_based
        self.queue_io = True

    def __dealloc__(self):
        free(self.group)
        free(self.path)
        free(self.waiting)
        self.group = NULL
        self.path = NULL
        self.waiting = NULL

    cdef int check_selectors(self) except -1:
        """Count the paths of selectors that are none of somebody else."""
        self.n_cpus = UINT32_MAX
        for selector in self.selectors:
            if not isinstance(selector, Selector):
                raise TypeError(f"{selector!r} is no path selector")
            self.n_paths += (<Selector>selector).n_paths
            self.n_cpus = min(self.n_cpus, (<Selector>selector).n_cpus)
            if (<Selector>selector).n_usable != (<Selector>selector).n_paths:
                raise ValueError("a selector with failed paths: in a new table all paths are active")
        self.n_groups = <int32_t>unsigned(len(self.selectors), MOST_GROUPS, "dm-mpath takes up to 1024 groups")
        if len({id(selector) for selector in self.selectors}) != self.n_groups:
            raise ValueError("a selector stands twice: each group has one of its own")
        return 0

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

    cdef int32_t initial(self, number) except? -1:
        """Return the group that is pending in a new table."""
        if number is None:
            number = 1 if self.n_groups else 0
        cdef int32_t asked = <int32_t>unsigned(number, MOST_GROUPS, "dm-mpath takes an initial group up to 1024")
        if (asked == 0) != (self.n_groups == 0):
            raise ValueError(f"initial group {asked} of {self.n_groups} groups: it is 0 if there is none, and only then")
        return asked - 1 if asked <= self.n_groups else NO_GROUP

    # Which path serves an I/O.

    def map(self, nbytes, now=0, cpu=0):
        """
        Choose a path for an I/O, and start it there.

        Args:
            nbytes: Its size.
            now: The kernel's ``ktime_get_ns()``; only historical-service-time looks at it.
            cpu: Where the caller runs; only io-affinity looks at it.

        Returns:
            The path; or `QUEUE`: hold the I/O, there is no path. `FAIL`: there is none and nothing is held. `INIT`: hold
            it until the initialisation of the group has ended; `pg_init_paths` may have something to do. `PUSH_BACK`:
            there is no path, and a suspend without flush is under way: give it back, it comes again after the resume.

        Raises:
            ValueError: a size, a time or a CPU that no kernel can have.
        """
        cdef uint64_t asked = size(nbytes), at = time(now)
        cdef uint32_t on = self.cpu_number(cpu)
        mp_hold(&self.held)
        cdef int32_t path = self.map_io(asked, at, on)
        if path >= 0:
            self.path[path].outstanding += 1
        mp_release(&self.held)
        return path

    def choose(self, now=0, cpu=0):
        """
        Choose a path for an ioctl on the map: nothing is started, and the I/O has no size.

        Returns:
            The path; or `QUEUE` or `INIT`: ask again, as the kernel does every 10 ms; `pg_init_paths` may have something
            to do. Or `FAIL`.

        Raises:
            ValueError: a time or a CPU that no kernel can have.
        """
        cdef uint64_t at = time(now)
        cdef uint32_t on = self.cpu_number(cpu)
        mp_hold(&self.held)
        cdef int32_t path = self.choose_io(at, on)
        mp_release(&self.held)
        return path

    def end(self, path, nbytes, start=0, now=0):
        """
        Note that an I/O came back from a path, whatever came of it. One that the path is to blame for is `fail_path` first.

        Args:
            path: Where `map` sent it.
            nbytes: Its size, as it was mapped.
            start: When it was mapped; 0 is what a request-based map hands over where the queue keeps no times.
            now: The time now.

        Raises:
            IndexError: no such path.
            ValueError: the path has no I/O that was mapped and has not ended, or a number that no kernel can have.
        """
        cdef int32_t index = self.path_index(path)
        cdef uint64_t asked = size(nbytes), since = time(start), at = time(now)
        mp_hold(&self.held)
        cdef bint known = self.path[index].outstanding > 0
        if known:
            self.path[index].outstanding -= 1
            self.end_io(index, asked, since, at)
        mp_release(&self.held)
        if not known:
            raise ValueError(f"path {index} has no I/O to end: each ends once, on the path that map gave it")

    def end_held(self, path, nbytes, start=0, now=0):
        """
        End an I/O of a map of bios once more, as the kernel does: one that came back from a failed path with `end`, was
        held, and then failed or was pushed back after all. So its last path counts it out twice.

        Args:
            path: The last path that it was sent to, and came back from.
            nbytes: Its size.
            start: When it was mapped to that path.
            now: The time now.

        Raises:
            IndexError: no such path.
            ValueError: a map of requests, where this does not happen, or a number that no kernel can have.
        """
        cdef int32_t index = self.path_index(path)
        cdef uint64_t asked = size(nbytes), since = time(start), at = time(now)
        if not self.bio_based:
            raise ValueError("only a map of bios ends held I/O once more; this one takes requests")
        mp_hold(&self.held)
        self.end_io(index, asked, since, at)
        mp_release(&self.held)

    def after_failure(self):
        """
        Tell what becomes of an I/O whose path failed, without a choice.

        Returns:
            `AGAIN`: map it again, later. `FAIL`: no path is left and nothing is held. `PUSH_BACK`: the same, but a
            suspend without flush is under way.
        """
        mp_hold(&self.held)
        cdef int32_t answer = self.after_failed_io()
        mp_release(&self.held)
        return answer

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

    def fail_path(self, path):
        """
        Take a path out of use, as an I/O error, a message or a failed activation does; raises an event.

        Returns:
            Whether it was in use; if not, nothing happened.

        Raises:
            IndexError: no such path.
        """
        cdef int32_t index = self.path_index(path)
        mp_hold(&self.held)
        cdef bint changed = self.fail(index)
        mp_release(&self.held)
        return changed

    def reinstate_path(self, path):
        """
        Bring a path back into use; raises an event.

        If it is the only one in use then, held I/O should be mapped again. Otherwise, if it belongs to the current group
        of a map with a handler, it alone is due for an activation: see `pg_init_paths`.

        Returns:
            Whether it had failed; if not, nothing happened.

        Raises:
            IndexError: no such path.
        """
        cdef int32_t index = self.path_index(path)
        mp_hold(&self.held)
        cdef bint changed = self.reinstate(index)
        mp_release(&self.held)
        return changed

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

    # Groups that are preferred and avoided.

    def switch_group(self, number):
        """
        Ask a group first at the next choice, and end the bypassing of all groups; raises an event in any case.

        Args:
            number: From 1.

        Raises:
            IndexError: no such group.
        """
        cdef int32_t group = self.group_index(number), each
        mp_hold(&self.held)
        for each in range(self.n_groups):
            self.group[each].bypassed = False
        self.drop_current_or_later()
        self.pending = group
        self.events += 1
        mp_release(&self.held)

    def bypass_group(self, number, bint bypass):
        """
        Ask a group only when no other yields a path, or as any other again; raises an event in any case.

        Args:
            number: From 1.
            bypass: True as the message ``disable_group``, False as ``enable_group``.

        Raises:
            IndexError: no such group.
        """
        cdef int32_t group = self.group_index(number)
        mp_hold(&self.held)
        self.group[group].bypassed = bypass
        self.drop_current_or_later()
        self.events += 1
        mp_release(&self.held)

    def begin_probe(self):
        """
        Begin a probe of the current group (``DM_MPATH_PROBE_PATHS``); until `end_probe`, messages do not change the group.

        Returns:
            The paths to read from, in order, which may be failed meanwhile; none when there is nothing to probe: then no
            probe has begun, and `end_probe` does nothing.

        Raises:
            ValueError: a probe runs; the kernel has callers wait for its end.
        """
        mp_hold(&self.held)
        cdef bint runs = self.probing
        cdef bint begins = not runs and self.current != NO_GROUP and not self.suspending and not self.queue_io
        cdef int32_t group = self.current
        self.probing = runs or begins
        mp_release(&self.held)
        if runs:
            raise ValueError("a probe of this map runs: one at a time")
        if not begins:
            return ()
        return tuple([path for path in range(self.group[group].first, self.group[group + 1].first) if self.path[path].active])

    def end_probe(self):
        """End a probe; a change of the group that came meanwhile happens now."""
        mp_hold(&self.held)
        if self.drop_after_probe:
            self.drop_current()
        self.probing = self.drop_after_probe = False
        mp_release(&self.held)

    # The initialisation of a group.

    def pg_init_paths(self, bint delayed=False):
        """
        Hand out the paths that are due for an activation, each once. Ask after every call of `map`, `choose`,
        `reinstate_path` and `pg_init_done` on a map with a handler.

        Args:
            delayed: Ask for those of `pg_init_delayed`, after the delay.

        Returns:
            The paths, in the order of their activations. Each ends with `pg_init_done`; one that is not `path_active`
            when its turn comes is not tried, and ends with `DH_DEV_OFFLINED`.
        """
        cdef list paths = []
        cdef int32_t path = 0
        while path != NO_PATH:
            mp_hold(&self.held)
            path = self.next_activation(delayed)
            mp_release(&self.held)
            if path != NO_PATH:
                paths.append(path)
        return tuple(paths)

    @property
    def pg_init_delayed(self):
        """Whether activations wait for the delay, 2 s unless the table says otherwise."""
        cdef bint found = False
        cdef int32_t k
        mp_hold(&self.held)
        for k in range(self.n_waiting):
            found = found or self.path[self.waiting[k]].due == THE_DELAY
        mp_release(&self.held)
        return found

    def pg_init_done(self, path, result):
        """
        Say how the activation of a path ended.

        Args:
            path: One of `pg_init_paths`.
            result: ``DH_...``, or any other of the kernel's codes, which fails the path.

        Returns:
            Whether the initialisation is over: held I/O should be mapped again.

        Raises:
            IndexError: no such path.
            ValueError: no activation of it was handed out that has not ended, or a code that is no C int.
        """
        cdef int32_t index = self.path_index(path)
        cdef int32_t code = <int32_t>unsigned(result, 0x7FFFFFFF, "a device handler's result is a positive int")
        cdef bint over = False
        mp_hold(&self.held)
        cdef bint known = self.path[index].activating > 0
        if known:
            over = self.activated(index, code)
        mp_release(&self.held)
        if not known:
            raise ValueError(f"path {index} is not being activated: pg_init_paths hands out what is to be done, once")
        return over

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

    # Queueing, and suspends.

    @property
    def queue_if_no_path(self):
        """
        Whether I/O is held when no path can be used, as a table prints it: off while a suspend has put it by.

        Setting it is what the messages do. ``fail_if_no_path`` forgets what a suspend has put by too, and held I/O should
        be mapped again, to fail.
        """
        return self.queueing

    @queue_if_no_path.setter
    def queue_if_no_path(self, bint on):
        mp_hold(&self.held)
        self.queueing = on
        self.saved = self.saved and on
        mp_release(&self.held)

    def presuspend(self, bint noflush):
        """
        Begin a suspend: queueing is put by until the resume, so that I/O that waits for a path fails and none is left.

        Args:
            noflush: What has no path is pushed back and comes again. A map of requests keeps queueing then.
        """
        mp_hold(&self.held)
        self.suspending, self.noflush = True, noflush
        if self.bio_based or not noflush:
            # A second suspend without a resume between them must not take the first one's work for the user's wish.
            if self.queueing or not self.saved:
                self.saved = self.queueing
            self.queueing = False
        mp_release(&self.held)

    def presuspend_undo(self):
        """Note that a suspend was given up: nothing is pushed back any more; queueing stays off, as in the kernel."""
        mp_hold(&self.held)
        self.noflush = False
        mp_release(&self.held)

    def postsuspend(self):
        """
        End a suspend once no I/O is on its way.

        Returns:
            Whether it is complete. If not, activations are in progress: none is begun or repeated until they have ended.
        """
        mp_hold(&self.held)
        self.noflush = False
        cdef bint complete = not self.handler or self.pg_init_in_progress == 0
        self.disabled = not complete
        mp_release(&self.held)
        return complete

    def resume(self):
        """End a suspend: queueing is as it was."""
        mp_hold(&self.held)
        self.suspending = self.noflush = False
        self.queueing = self.queueing or self.saved
        self.saved = False
        mp_release(&self.held)

    # What a status prints.

    @property
    def current_group(self):
        """The number of the current group, else of the pending one, else 1; 0 without groups."""
        mp_hold(&self.held)
        cdef int32_t group = self.current if self.current != NO_GROUP else self.pending
        mp_release(&self.held)
        if group == NO_GROUP:
            return 1 if self.n_groups else 0
        return group + 1

    def group_state(self, number):
        """
        Return the state of a group in a status: ``D`` bypassed, else ``A`` current, else ``E``.

        Raises:
            IndexError: no such group.
        """
        cdef int32_t group = self.group_index(number)
        mp_hold(&self.held)
        cdef bint bypassed = self.group[group].bypassed, current = group == self.current
        mp_release(&self.held)
        return "D" if bypassed else "A" if current else "E"

    def path_active(self, path):
        """
        Return whether a path has not failed.

        Raises:
            IndexError: no such path.
        """
        return self.path[self.path_index(path)].active != 0

    def fail_count(self, path):
        """
        Return how often a path has failed.

        Raises:
            IndexError: no such path.
        """
        return self.path[self.path_index(path)].fail_count

    def in_flight(self, path):
        """
        Return how many I/Os are between `map` and `end` on a path.

        Raises:
            IndexError: no such path.
        """
        return self.path[self.path_index(path)].outstanding

    # Arguments and locks.

    cdef int32_t path_index(self, path) except -1:
        cdef uint64_t index
        try:
            index = unsigned(path, UINT64_MAX, "")
        except ValueError:
            index = UINT64_MAX
        if index >= <uint64_t>self.n_paths:
            raise IndexError(f"no path {path}: this map has {self.n_paths}, numbered from 0")
        return <int32_t>index

    cdef int32_t group_index(self, number) except -1:
        cdef uint64_t index
        try:
            index = unsigned(number, UINT64_MAX, "") - 1
        except ValueError:
            index = UINT64_MAX
        if index >= <uint64_t>self.n_groups:
            raise IndexError(f"no group {number}: this map has {self.n_groups}, numbered from 1")
        return <int32_t>index

    cdef uint32_t cpu_number(self, cpu) except? 0:
        return <uint32_t>unsigned(cpu, self.n_cpus - 1, "a CPU is numbered below the kernel's nr_cpu_ids")

    cdef void lock_selector(self, int32_t group) noexcept nogil:
        if not self.exclusive:
            mp_hold(&(<Selector>self.group[group].selector).held)

    cdef void unlock_selector(self, int32_t group) noexcept nogil:
        if not self.exclusive:
            mp_release(&(<Selector>self.group[group].selector).held)
