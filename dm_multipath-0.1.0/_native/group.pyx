"""
The priority groups of a multipath map: which group, and by its selector which path, serves an I/O.

Theory of operation: what dm-mpath decides, and nothing of what it does. It holds no I/O, opens no device and has no
clock: a caller maps, sends, ends, and is told to hold an I/O, to fail it or to activate paths. Here arguments are checked
and locks taken; what is decided stands in `decisions.pyx`.

The map has one lock, and each selector its own, which is taken inside. Both are spin locks, under which no memory is
taken and nothing needs the GIL.
"""

from libc.stdint cimport UINT32_MAX, UINT64_MAX, int32_t, uint32_t, uint64_t

from multipath._native.decisions cimport (
    MAP_AGAIN,
    MAP_FAIL,
    MAP_INIT,
    MAP_PUSH_BACK,
    MAP_QUEUE,
    NO_GROUP,
    NO_HANDLER,
    OFFLINED,
    OK,
    RETRY_LATER,
    RETRY_NOW,
    TEMP_BUSY,
    TEMP_UNAVAIL,
    THE_DELAY,
    Decisions,
)
from multipath._native.selector cimport NO_PATH, Selector, mp_hold, mp_release, unsigned

cdef enum:
    # The bounds that dm-mpath sets for a table.
    MOST_GROUPS = 1024
    MOST_RETRIES = 50

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


cdef class PriorityGroups(Decisions):
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
        self.selectors = tuple(groups)
        self.check_selectors()
        self.allocate()
        self.pending = self.initial(initial_group)
        self.retries = <uint32_t>unsigned(pg_init_retries, MOST_RETRIES, "dm-mpath takes pg_init_retries up to 50")
        self.valid_paths = self.n_paths
        self.queueing, self.handler = queue_if_no_path, handler
        self.pending_first, self.bio_based = pending_first, bio_based

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
