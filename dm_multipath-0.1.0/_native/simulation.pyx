"""
The event loop of a simulation: I/Os arrive, a selector chooses a path, the path serves them, they end.

Theory of operation: time is a whole number of nanoseconds and moves from event to event. What is still to happen stands
in three places: the ends of I/Os in a heap, the next arrival in one field, the changes of paths in a sorted array. At
one moment paths change first, then I/Os end in the order in which their ends were planned, then new ones arrive. The
selector is the real one, driven through its C hooks: what it sees is what the kernel's would see.

A path serves as many I/Os at once as it may, the others wait in it, first come, first served. A path that is down
answers nothing: what was in it, and what is sent down it, comes back as an error after a time of its own. The first
such error takes the path out of use, as the kernel does, and every I/O that comes back is sent again. When the path is
up again it is put back into use, and errors of I/Os that were sent before count for nothing. With no path in use, I/Os
are held until one returns.

Random numbers: one stream for arrivals, sizes, CPUs and think times each, one for each path. So two selectors meet the
same load under the same seed.
"""

import array

from cpython cimport array
from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport Py_SIZE
from cpython.pythread cimport (
    NOWAIT_LOCK, PyThread_acquire_lock, PyThread_allocate_lock, PyThread_free_lock, PyThread_release_lock,
    PyThread_type_lock,
)
from libc.stdint cimport UINT64_MAX, int32_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, realloc

from multipath._native.distribution cimport MOST_VALUE, Distribution, Law, draw
from multipath._native.elementary cimport logarithm
from multipath._native.event_heap cimport SLOT_BITS, EventHeap, add_event, make_room, order_again, settle
from multipath._native.selector cimport NO_PATH, Selector, hold, release
from multipath._native.simulated_array cimport (
    ARRIVING, FAILING, HELD, NO_SLOT, QUEUED, SERVED, Change, Io, Line, PathState,
)
from multipath._native.xoshiro cimport Xoshiro, random_bits, random_fraction, seeded, split

cdef enum:
    MOST_PATHS = 1024              # of a group: the kernel's limit on words
    MOST_SLOTS = 1 << SLOT_BITS    # I/Os that have arrived and not ended
    MOST_IOS = 50000000            # of one run: each leaves 18 bytes
    BATCH = 1 << 17                # events without a look at signals: some ten milliseconds

cdef uint64_t END_OF_TIME = <uint64_t>1 << 62
# What the selectors get as the time at the start: a machine that has been up for a while, as they would ever meet it.
cdef uint64_t UPTIME = 1000000000000

cdef enum Outcome:
    RUNNING
    FINISHED
    OVERRUN
    NO_MEMORY


cdef class Simulation:
    """
    One run; made, described (`add_path`, then one of `closed_loop`, `open_loop` and `trace`), and `run` to its end.

    Args:
        selector: Who chooses the paths; this run is its only user until it is over.
        seed: Of all random numbers, 64 bits.
        ios: How many I/Os are to arrive.
        duration: Nanoseconds after which nothing happens any more.
        sizes: Of the I/Os, in bytes.
        cpus: I/Os come from CPU 0 to ``cpus - 1``.

    Synchronization: one thread at a time; a second one is refused.
    """

    cdef Selector selector
    cdef list owners            # the distributions and buffers that the pointers below look into
    cdef PathState* paths
    cdef int32_t n_paths
    cdef Change* changes
    cdef uint32_t n_changes, next_change
    cdef Io* ios
    cdef uint32_t n_slots, used_slots
    cdef int32_t free_slot
    cdef EventHeap heap
    cdef Line held
    cdef const Law* sizes
    cdef const Law* think
    cdef bint has_load, is_closed
    cdef PyThread_type_lock running
    cdef double gap             # nanoseconds between arrivals, on average; 0 where a trace says it
    cdef double part            # of a nanosecond, which the next arrival gets
    cdef bint is_poisson
    cdef uint64_t next_arrival
    cdef const uint64_t* trace_times
    cdef const uint64_t* trace_sizes
    cdef const uint64_t* trace_cpus
    cdef Xoshiro arrival_random, size_random, cpu_random, think_random, next_stream
    cdef uint32_t cpus
    cdef uint64_t duration
    cdef readonly uint64_t now
    cdef readonly uint64_t wanted
    cdef uint64_t planned       # arrivals, those that are still to come included
    cdef readonly uint64_t arrived
    cdef readonly uint64_t ended
    cdef readonly uint64_t retries
    cdef readonly double held_time
    cdef array.array latency_array, end_array, path_array
    cdef uint64_t* latencies
    cdef uint64_t* ends
    cdef uint16_t* indexes

    def __cinit__(self, Selector selector not None, *, uint64_t seed, uint64_t ios, uint64_t duration,
                  Distribution sizes not None, uint32_t cpus=1):
        if not 1 <= ios <= MOST_IOS:
            raise ValueError(f"{ios} I/Os: a run takes 1 to {MOST_IOS}")
        if not 1 <= duration <= END_OF_TIME:
            raise ValueError(f"a duration of {duration} ns: a run takes 1 to {END_OF_TIME}")
        if not 1 <= cpus <= selector.n_cpus:
            raise ValueError(f"I/Os of {cpus} CPUs: the selector knows {selector.n_cpus}")
        self.running = PyThread_allocate_lock()
        if self.running == NULL:
            raise MemoryError("no room for a lock")
        self.selector, self.owners = selector, [sizes]
        self.sizes, self.cpus = &sizes.law, cpus
        self.wanted, self.duration = ios, duration
        self.free_slot = self.held.head = self.held.tail = NO_SLOT
        self.next_arrival = UINT64_MAX
        self.next_stream = seeded(seed)
        self.arrival_random = split(&self.next_stream)
        self.size_random = split(&self.next_stream)
        self.cpu_random = split(&self.next_stream)
        self.think_random = split(&self.next_stream)
        self.latency_array = array.array("Q")
        self.end_array = array.array("Q")
        self.path_array = array.array("H")
        self.paths = <PathState*>calloc(selector.n_paths, sizeof(PathState))
        if self.paths == NULL:
            raise MemoryError(f"no room for {selector.n_paths} paths")

    def __dealloc__(self):
        if self.running != NULL:
            PyThread_free_lock(self.running)
        free(self.paths)
        free(self.changes)
        free(self.ios)
        free(self.heap.events)

    def add_path(self, Distribution latency not None, *, uint32_t parallel=0, uint64_t bytes_per_second=0):
        """
        Describe the selector's next path.

        Args:
            latency: How long it takes to serve an I/O.
            parallel: How many I/Os it serves at once; 0 for any number.
            bytes_per_second: Of its link, which carries one I/O after the other before it is served; 0 for no limit.
        """
        cdef PathState* path
        self._refuse_if_described()
        if self.n_paths == min(self.selector.n_paths, MOST_PATHS):
            raise ValueError(f"the selector has {self.n_paths} paths, and all of them have been described")
        path = &self.paths[self.n_paths]
        path.latency = &latency.law
        path.parallel = parallel
        path.bytes_per_second = bytes_per_second
        path.queue.head = path.queue.tail = NO_SLOT
        path.random = split(&self.next_stream)
        self.owners.append(latency)
        self.n_paths += 1

    def add_change(self, uint64_t time, int32_t path, bint is_down, uint64_t error_after=0):
        """
        Let a path go down, or come up again; in the order of time.

        Args:
            time: When.
            path: Its index.
            is_down: Whether it goes down.
            error_after: How long an I/O takes to come back with an error while it is down.
        """
        cdef Change* grown
        self._refuse_if_described()
        if not 0 <= path < self.n_paths:
            raise IndexError(f"path {path}: there are {self.n_paths}, from 0")
        if time > END_OF_TIME or error_after > END_OF_TIME:
            raise ValueError(f"a path that changes at {time} ns, with errors after {error_after} ns: later than any run")
        if self.n_changes and time < self.changes[self.n_changes - 1].time:
            raise ValueError(f"a path that changes at {time} ns, after one that does later: expected the order of time")
        grown = <Change*>realloc(self.changes, (self.n_changes + 1) * sizeof(Change))
        if grown == NULL:
            raise MemoryError("no room for the changes of paths")
        self.changes = grown
        grown[self.n_changes] = Change(time, error_after, path, is_down)
        self.n_changes += 1

    def closed_loop(self, uint32_t depth, Distribution think=None):
        """Let ``depth`` workers send one I/O after the other, each after a think time."""
        if not 1 <= depth <= MOST_SLOTS // 4:
            raise ValueError(f"a queue depth of {depth}: a run takes 1 to {MOST_SLOTS // 4}")
        self._begin_load()
        self.is_closed = True
        if think is not None:
            self.think = &think.law
            self.owners.append(think)
        for worker in range(min(depth, self.wanted)):
            if not self._begin_worker():
                raise MemoryError(f"no room for {depth} I/Os")

    def open_loop(self, double rate, *, bint poisson=True):
        """Let I/Os arrive at ``rate`` in a second, at random or evenly, whether or not the array keeps up."""
        if not 1e-6 <= rate <= 1e9:
            raise ValueError(f"a rate of {rate:g} I/Os in a second: a run takes 1e-06 to 1e+09")
        self._begin_load()
        self.gap = 1e9 / rate
        self.is_poisson = poisson
        self._plan_arrival(0)

    def trace(self, array.array times not None, array.array sizes not None, array.array cpus=None):
        """
        Let I/Os arrive as they were recorded; no more of them than the run has.

        Args:
            times: uint64[n], nanoseconds, ascending.
            sizes: uint64[n], bytes.
            cpus: uint64[n], or ``None`` where nobody knows.
        """
        cdef Py_ssize_t length = Py_SIZE(times)
        if not length:
            raise ValueError("a trace of no I/O: a run takes at least one")
        self._begin_load()
        self.trace_times = self._column(times, length, END_OF_TIME)
        self.trace_sizes = self._column(sizes, length, MOST_VALUE)
        if cpus is not None:
            self.trace_cpus = self._column(cpus, length, self.selector.n_cpus - 1)
        self.wanted = min(self.wanted, <uint64_t>length)
        self._plan_arrival(0)

    def run(self, uint64_t events=UINT64_MAX):
        """
        Go on, by so many events or a few more; return whether there is more to come.

        Runs without the GIL, and looks at signals many times a second.

        Raises:
            OverflowError: more I/Os are on their way than a run can hold: they arrive faster than they are served.
            KeyboardInterrupt: or what else a signal's handler raises; the run may go on.
        """
        cdef Outcome outcome = RUNNING
        cdef uint64_t batch
        if not self.has_load:
            raise RuntimeError("a run needs a load first: closed_loop, open_loop or trace")
        self._enter()
        try:
            while events and outcome == RUNNING:
                batch = min(events, <uint64_t>BATCH)
                self._make_room_for_results(batch)
                with nogil:
                    hold(self.selector)
                    outcome = self._run(batch)
                    release(self.selector)
                events -= batch
                PyErr_CheckSignals()
        finally:
            PyThread_release_lock(self.running)
        if outcome == OVERRUN:
            raise OverflowError(f"{MOST_SLOTS} I/Os are on their way at {self.now} ns: they arrive faster than they are served")
        if outcome == NO_MEMORY:
            raise MemoryError(f"no room for {self.arrived - self.ended} I/Os on their way")
        return outcome == RUNNING

    def ios_that_ended(self):
        """
        Return of every I/O that has ended, in the order of ends, ``(latencies, ends, paths)``.

        uint64[ended], ns from its arrival; uint64[ended], ns; uint16[ended], the path that served it.
        """
        self._enter()
        try:
            ended = self.ended
            return self.latency_array[:ended], self.end_array[:ended], self.path_array[:ended]
        finally:
            PyThread_release_lock(self.running)

    def path(self, int32_t index):
        """
        Return of one path ``(ios, bytes, errors, latency, queue_time, service_time)``.

        Times in nanoseconds, summed over I/Os.
        """
        cdef PathState* path
        if not 0 <= index < self.n_paths:
            raise IndexError(f"path {index}: there are {self.n_paths}, from 0")
        path = &self.paths[index]
        return path.ios, path.nbytes, path.errors, path.latency_time, path.queue_time, path.service_time

    cdef int _enter(self) except -1:
        if not PyThread_acquire_lock(self.running, NOWAIT_LOCK):
            raise RuntimeError("this simulation runs in another thread")
        return 0

    cdef int _refuse_if_described(self) except -1:
        if self.has_load:
            raise RuntimeError("the load has been described: paths and their changes come before it, and it comes once")
        return 0

    cdef int _begin_load(self) except -1:
        self._refuse_if_described()
        if self.n_paths != self.selector.n_paths:
            raise ValueError(f"{self.n_paths} of the selector's {self.selector.n_paths} paths have been described")
        self.has_load = True
        return 0

    cdef const uint64_t* _column(self, array.array column, Py_ssize_t length, uint64_t most) except NULL:
        # A copy: what a run looks into must stay as it is.
        cdef array.array copy = array.copy(column)
        cdef Py_ssize_t row
        if copy.typecode != "Q" or Py_SIZE(copy) != length:
            raise ValueError(f"a trace of {length} I/Os with {Py_SIZE(copy)} '{copy.typecode}': expected as many 'Q'")
        for row in range(length):
            if copy.data.as_ulonglongs[row] > most:
                raise ValueError(f"{copy.data.as_ulonglongs[row]} of I/O {row} of the trace: a run takes up to {most}")
        self.owners.append(copy)
        return <const uint64_t*>copy.data.as_ulonglongs

    cdef int _make_room_for_results(self, uint64_t batch) except -1:
        cdef Py_ssize_t room = min(self.wanted, self.ended + batch)
        for column in (self.latency_array, self.end_array, self.path_array):
            if Py_SIZE(column) < room:
                array.resize_smart(column, room)
        self.latencies = <uint64_t*>self.latency_array.data.as_ulonglongs
        self.ends = <uint64_t*>self.end_array.data.as_ulonglongs
        self.indexes = <uint16_t*>self.path_array.data.as_ushorts
        return 0

    cdef Outcome _run(self, uint64_t events) noexcept nogil:
        cdef uint64_t change, end, until
        while events:
            events -= 1
            change = self.changes[self.next_change].time if self.next_change < self.n_changes else UINT64_MAX
            end = self.heap.events[0].time if settle(&self.heap) else UINT64_MAX
            until = min(min(change, end), self.next_arrival)
            if self._is_over(end):
                return FINISHED
            if until > self.duration:
                self.now = self.duration
                return FINISHED
            self.now = until
            if change == until:
                self._change(&self.changes[self.next_change])
                self.next_change += 1
            elif end == until:
                self._take_event()
            elif not self._arrive():
                return OVERRUN if self.n_slots == MOST_SLOTS else NO_MEMORY
        return RUNNING

    cdef bint _is_over(self, uint64_t end) noexcept nogil:
        # Nothing arrives, nothing ends, and nothing is held that a path could still be found for.
        if end != UINT64_MAX or self.next_arrival != UINT64_MAX:
            return False
        return self.held.head == NO_SLOT or self.next_change == self.n_changes

    cdef void _take_event(self) noexcept nogil:
        cdef uint32_t slot = self.heap.events[0].order & (MOST_SLOTS - 1)
        cdef Io* io = &self.ios[slot]
        self.heap.has_hole = True
        if io.stage == SERVED:
            self._end(slot, io)
        elif io.stage == FAILING:
            self._fail(slot, io)
        else:
            self._arrive_at(slot, io)

    # Arrivals.

    cdef bint _begin_worker(self) noexcept nogil:
        cdef int32_t slot = self._new_slot()
        if slot == NO_SLOT:
            return False
        self.ios[slot].cpu = slot % self.cpus
        self.ios[slot].stage = ARRIVING
        add_event(&self.heap, 0 if self.think == NULL else draw(self.think, &self.think_random), slot)
        self.planned += 1
        return True

    cdef bint _arrive(self) noexcept nogil:
        # An I/O of an open loop or a trace.
        cdef int32_t slot = self._new_slot()
        cdef Io* io
        if slot == NO_SLOT:
            return False
        io = &self.ios[slot]
        if self.trace_times != NULL:
            io.cpu = 0 if self.trace_cpus == NULL else <uint32_t>self.trace_cpus[self.arrived]
        else:
            io.cpu = <uint32_t>(random_bits(&self.cpu_random) % self.cpus) if self.cpus > 1 else 0
        self._arrive_at(slot, io)
        self._plan_arrival(self.now)
        return True

    cdef void _arrive_at(self, uint32_t slot, Io* io) noexcept nogil:
        io.arrived = self.now
        if self.trace_sizes != NULL:
            io.nbytes = self.trace_sizes[self.arrived]
        else:
            io.nbytes = draw(self.sizes, &self.size_random)
        self.arrived += 1
        self._send(slot, io)

    cdef void _plan_arrival(self, uint64_t now) noexcept nogil:
        cdef double gap = self.gap
        if self.arrived == self.wanted:
            self.next_arrival = UINT64_MAX
        elif self.trace_times != NULL:
            self.next_arrival = max(now, self.trace_times[self.arrived])
        else:
            if self.is_poisson:
                gap = -gap * logarithm(random_fraction(&self.arrival_random))
            # Whole nanoseconds, and what is cut off goes to the next one: the rate holds over many.
            self.part += gap
            self.next_arrival = now + <uint64_t>self.part
            self.part -= <double><uint64_t>self.part

    # The way of an I/O.

    cdef void _send(self, uint32_t slot, Io* io) noexcept nogil:
        cdef int32_t index = self.selector.pick(io.nbytes, self.now + UPTIME, io.cpu)
        cdef PathState* path
        if index == NO_PATH:
            io.stage = HELD
            io.sent = self.now
            self._append(&self.held, slot)
            return
        path = &self.paths[index]
        self.selector.started(index, io.nbytes)
        io.path, io.sent, io.outage = index, self.now, path.outages
        if path.is_down:
            io.stage = FAILING
            add_event(&self.heap, self.now + path.error_after, slot)
        elif path.parallel and path.serving == path.parallel:
            io.stage = QUEUED
            self._append(&path.queue, slot)
        else:
            self._serve(slot, io, path)

    cdef void _serve(self, uint32_t slot, Io* io, PathState* path) noexcept nogil:
        cdef uint64_t begin = self.now, end
        cdef double transfer
        if path.bytes_per_second:
            transfer = min(<double>io.nbytes * 1e9 / <double>path.bytes_per_second, <double>END_OF_TIME)
            path.link_free = begin = min(max(begin, path.link_free) + <uint64_t>transfer, END_OF_TIME)
        end = begin + draw(path.latency, &path.random)
        path.serving += 1
        path.queue_time += <double>(self.now - io.sent)
        io.stage, io.begun = SERVED, self.now
        add_event(&self.heap, end, slot)

    cdef void _end(self, uint32_t slot, Io* io) noexcept nogil:
        cdef PathState* path = &self.paths[io.path]
        self.selector.ended(io.path, io.nbytes, io.sent + UPTIME, self.now + UPTIME)
        self.latencies[self.ended] = self.now - io.arrived
        self.ends[self.ended] = self.now
        self.indexes[self.ended] = <uint16_t>io.path
        self.ended += 1
        path.latency_time += <double>(self.now - io.arrived)
        path.service_time += <double>(self.now - io.begun)
        path.ios += 1
        path.nbytes += io.nbytes
        path.serving -= 1
        if path.queue.head != NO_SLOT:
            self._serve_next(path)
        if self.is_closed and self.planned < self.wanted:
            self._next_of_worker(slot, io)
        else:
            io.next = self.free_slot
            self.free_slot = slot

    cdef void _serve_next(self, PathState* path) noexcept nogil:
        cdef uint32_t slot = self._take(&path.queue)
        self._serve(slot, &self.ios[slot], path)

    cdef void _next_of_worker(self, uint32_t slot, Io* io) noexcept nogil:
        self.planned += 1
        if self.think == NULL:
            self._arrive_at(slot, io)
        else:
            io.stage = ARRIVING
            add_event(&self.heap, self.now + draw(self.think, &self.think_random), slot)

    cdef void _fail(self, uint32_t slot, Io* io) noexcept nogil:
        cdef PathState* path = &self.paths[io.path]
        self.selector.ended(io.path, io.nbytes, io.sent + UPTIME, self.now + UPTIME)
        path.errors += 1
        self.retries += 1
        if io.outage == path.outages and not path.is_failed:
            path.is_failed = True
            self.selector.drop(io.path)
        self._send(slot, io)

    # Paths that go down and come up.

    cdef void _change(self, const Change* change) noexcept nogil:
        cdef PathState* path = &self.paths[change.path]
        if change.is_down and not path.is_down:
            path.is_down = True
            path.error_after = change.error_after
            self._lose(change.path, path)
        elif not change.is_down and path.is_down:
            path.is_down = False
            path.outages += 1
            if path.is_failed:
                path.is_failed = False
                self.selector.bring_back(change.path)
                self._send_held()

    cdef void _lose(self, int32_t index, PathState* path) noexcept nogil:
        # Every I/O in the path comes back as an error, those that it serves as those that wait in it.
        cdef uint64_t back = self.now + path.error_after
        cdef uint32_t place, slot
        cdef Io* io
        for place in range(self.heap.count):
            slot = self.heap.events[place].order & (MOST_SLOTS - 1)
            io = &self.ios[slot]
            if io.stage == SERVED and io.path == index:
                io.stage = FAILING
                path.service_time += <double>(self.now - io.begun)
                self.heap.events[place].time = back
        order_again(&self.heap)
        while path.queue.head != NO_SLOT:
            slot = self._take(&path.queue)
            self.ios[slot].stage = FAILING
            add_event(&self.heap, back, slot)
        path.serving = 0
        path.link_free = 0

    cdef void _send_held(self) noexcept nogil:
        cdef int32_t last = self.held.tail, slot = NO_SLOT
        while self.held.head != NO_SLOT and slot != last:
            slot = self._take(&self.held)
            self.held_time += <double>(self.now - self.ios[slot].sent)
            self._send(slot, &self.ios[slot])

    # Slots and lists.

    cdef int32_t _new_slot(self) noexcept nogil:
        # As many events fit into the heap as there are slots: no I/O has two.
        cdef int32_t slot = self.free_slot
        cdef uint32_t room
        cdef Io* grown
        if slot != NO_SLOT:
            self.free_slot = self.ios[slot].next
            return slot
        if self.used_slots == self.n_slots:
            room = min(max(2 * self.n_slots, <uint32_t>64), <uint32_t>MOST_SLOTS)
            grown = <Io*>realloc(self.ios, room * sizeof(Io)) if room > self.n_slots else NULL
            if grown == NULL:
                return NO_SLOT
            self.ios = grown
            if not make_room(&self.heap, room):
                return NO_SLOT
            self.n_slots = room
        self.used_slots += 1
        return self.used_slots - 1

    cdef void _append(self, Line* line, uint32_t slot) noexcept nogil:
        self.ios[slot].next = NO_SLOT
        if line.head == NO_SLOT:
            line.head = slot
        else:
            self.ios[line.tail].next = slot
        line.tail = slot

    cdef uint32_t _take(self, Line* line) noexcept nogil:
        cdef int32_t slot = line.head
        line.head = self.ios[slot].next
        return slot
