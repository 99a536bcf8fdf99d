"""
What all path selectors have in common: the checked methods that Python sees, the lock, and batches without the GIL.

Theory of operation: an algorithm is a set of hooks on the list of usable paths. A method checks its arguments, takes
the selector's lock, calls a hook and lets go. The lock is a spin lock: what is done under it is as short as in the
kernel, takes no memory and never needs the GIL, so a thread may wait for it with the GIL in its hand. A batch holds it
for some I/Os at a time, so that single calls of other threads come in between.

A selector has no clock and does not know on which CPU it runs: both are arguments, so every trace can be repeated.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING
from libc.stdint cimport UINT32_MAX, UINT64_MAX, int16_t, uint8_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcpy

cdef enum:
    MOST_PATHS = 1024  # the bound that dm-mpath sets for one priority group
    SMALLEST_ROOM = 64
    GONE = 2           # what the memory of a trace adds to a path
    TURN = 256         # I/Os of a batch for which the lock is held at a time

cdef enum:
    OP_SELECT
    OP_START
    OP_END
    OP_FAIL
    OP_REINSTATE

# What `Selector.replay` can do, by number.
SELECT = OP_SELECT
START = OP_START
END = OP_END
FAIL = OP_FAIL
REINSTATE = OP_REINSTATE


cdef inline uint64_t size(value) except? 0:
    return unsigned(value, UINT64_MAX, "the bytes of an I/O are a size_t")


cdef inline uint64_t time(value) except? 0:
    return unsigned(value, UINT64_MAX, "a time is in nanoseconds, of 64 bits")


# What the methods and the batches do under the lock: the hooks, and the account of who has an I/O to end.

cdef inline void begin(Selector self, int32_t path, uint64_t nbytes) noexcept nogil:
    self.outstanding[path] += 1
    if self.counts:
        self.started(path, nbytes)


cdef inline bint finish(Selector self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil:
    if self.outstanding[path] == 0:
        return False
    self.outstanding[path] -= 1
    if self.counts:
        self.ended(path, nbytes, start, now)
    return True


cdef inline bint play(Selector self, uint8_t op, int64_t arg, const uint64_t* nbytes, const uint64_t* now,
                      int32_t* out, int16_t* gone, Py_ssize_t i) noexcept nogil:
    """Do one step of a trace; return whether it could be done."""
    cdef int32_t path
    if op == OP_END:
        if <uint64_t>arg >= <uint64_t>i or gone[arg] == 0:
            return False
        out[i] = path = gone[arg] - GONE
        gone[arg] = 0
        if path != NO_PATH and self.counts:
            self.ended(path, nbytes[arg], now[arg], now[i])
        return True
    if op == OP_SELECT or op == OP_START:
        if <uint64_t>arg >= self.n_cpus:
            return False
        out[i] = path = self.pick(nbytes[i], now[i], <uint32_t>arg)
        if op == OP_START:
            gone[i] = <int16_t>(path + GONE)
            if path != NO_PATH and self.counts:
                self.started(path, nbytes[i])
        return True
    if <uint64_t>arg >= <uint64_t>self.n_paths or op > OP_REINSTATE:
        return False
    path = out[i] = <int32_t>arg
    if op == OP_FAIL:
        self.drop(path)
    else:
        self.bring_back(path)
    return True


cdef class Selector:
    """
    A path selector of dm-multipath, exact to the integer; the base of the five.

    Paths are numbered from 0, in the order of the table. All of them are usable at first.

    Synchronization: any number of threads; each call is atomic, of a batch each I/O.  Units: sizes in bytes, times in
    nanoseconds.
    """

    def __cinit__(self):
        if type(self) is Selector:
            raise TypeError("Selector is the base of the path selectors and chooses nothing itself")
        self.line = NULL
        self.is_failed = NULL
        self.outstanding = NULL
        self.n_cpus = UINT32_MAX

    def __dealloc__(self):
        free(self.line)
        free(self.is_failed)
        free(self.outstanding)
        self.line = NULL
        self.is_failed = NULL
        self.outstanding = NULL

    cdef int allocate(self, n_paths) except -1:
        """Make room for the paths and put them all into the list, in order."""
        cdef int32_t path, n = <int32_t>unsigned(n_paths, MOST_PATHS, "dm-mpath has up to 1024 paths in a group")
        if n == 0:
            raise ValueError("no path: dm-mpath takes 1 to 1024 in a group")
        self.room = 2 * n + SMALLEST_ROOM
        self.line = <int32_t*>malloc(<size_t>self.room * sizeof(int32_t))
        self.is_failed = <uint8_t*>calloc(<size_t>n, sizeof(uint8_t))
        self.outstanding = <int64_t*>calloc(<size_t>n, sizeof(int64_t))
        if self.line == NULL or self.is_failed == NULL or self.outstanding == NULL:
            raise MemoryError
        self.n_paths = n
        for path in range(n):
            append(self, path)
        return 0

    cdef int32_t index(self, path) except -1:
        """Return the number of a path that this selector has."""
        cdef uint64_t number
        try:
            number = unsigned(path, UINT64_MAX, "a path is numbered from 0")
        except ValueError:
            number = UINT64_MAX
        if number >= <uint64_t>self.n_paths:
            raise IndexError(f"no path {path}: this selector has {self.n_paths}, numbered from 0")
        return <int32_t>number

    cdef uint32_t cpu_number(self, cpu) except? 0:
        """Return the number of a CPU that this selector knows."""
        return <uint32_t>unsigned(cpu, self.n_cpus - 1, "a CPU is numbered below the kernel's nr_cpu_ids")

    def select(self, nbytes, now=0, cpu=0):
        """
        Choose a path for one I/O; nothing is started.

        Args:
            nbytes: Its size; 0 for an ioctl, as dm-mpath asks for one.
            now: The kernel's ``ktime_get_ns()``; only historical-service-time looks at it.
            cpu: Where the caller runs; only io-affinity looks at it.

        Returns:
            The path, or -1 when none is usable.

        Raises:
            ValueError: a size, a time or a CPU that no kernel can have.
        """
        cdef uint64_t asked = size(nbytes), at = time(now)
        cdef uint32_t on = self.cpu_number(cpu)
        hold(self)
        cdef int32_t path = self.pick(asked, at, on)
        release(self)
        return path

    def start_io(self, path, nbytes):
        """
        Note that an I/O goes down a path, which may have failed since it was chosen.

        Raises:
            IndexError: no such path.
            ValueError: a size that no kernel can have.
        """
        cdef int32_t index = self.index(path)
        cdef uint64_t asked = size(nbytes)
        hold(self)
        begin(self, index, asked)
        release(self)

    def end_io(self, path, nbytes, start=0, now=0):
        """
        Note that an I/O came back from a path, whatever came of it.

        Args:
            path: Where it went.
            nbytes: Its size, as it was started.
            start: When it was mapped; 0 is what a request-based map hands over where the queue keeps no times.
            now: The time now. Time that runs backwards is a service time of 0.

        Raises:
            IndexError: no such path.
            ValueError: the path has no I/O that was started and has not ended, or a number that no kernel can have.
        """
        cdef int32_t index = self.index(path)
        cdef uint64_t asked = size(nbytes), since = time(start), at = time(now)
        hold(self)
        cdef bint known = finish(self, index, asked, since, at)
        release(self)
        if not known:
            raise ValueError(f"path {index} has no I/O to end: the kernel ends each I/O once, after its start")

    def fail(self, path):
        """
        Take a path out of the choice; nothing happens if it is, as dm-mpath asks only once.

        Raises:
            IndexError: no such path.
        """
        cdef int32_t index = self.index(path)
        hold(self)
        self.drop(index)
        release(self)

    def reinstate(self, path):
        """
        Bring a path back into the choice; nothing happens if it is there.

        Raises:
            IndexError: no such path.
        """
        cdef int32_t index = self.index(path)
        hold(self)
        self.bring_back(index)
        release(self)

    @property
    def usable(self):
        """Of each path whether it may be chosen."""
        cdef bytearray marks = bytearray(self.n_paths)
        cdef char* to = PyByteArray_AS_STRING(marks)
        cdef int32_t path
        hold(self)
        for path in range(self.n_paths):
            to[path] = not self.is_failed[path]
        release(self)
        return tuple([mark != 0 for mark in marks])

    def status(self):
        """
        Return the numbers that the kernel prints for each path in a status, in the order of the paths.

        >>> from multipath._native.service_time import ServiceTime
        >>> selector = ServiceTime([1, 4])
        >>> selector.start_io(1, 4096)
        >>> selector.status()
        ((0, 1), (4096, 4))
        """
        cdef uint64_t* numbers = <uint64_t*>malloc(<size_t>self.n_paths * MOST_COUNTERS * sizeof(uint64_t))
        cdef int32_t path, count = 0
        if numbers == NULL:
            raise MemoryError
        hold(self)
        for path in range(self.n_paths):
            count = self.counters(path, numbers + path * MOST_COUNTERS)
        release(self)
        try:
            return tuple([self.shown(numbers + path * MOST_COUNTERS, count) for path in range(self.n_paths)])
        finally:
            free(numbers)

    cdef tuple shown(self, const uint64_t* numbers, int32_t count):
        if self.signed_counters:
            return tuple([<int64_t>numbers[k] for k in range(count)])
        return tuple([numbers[k] for k in range(count)])

    def group_status(self):
        """Return the numbers that the kernel prints for the group: for four of the five there are none."""
        return ()

    def select_batch(self, const uint64_t[::1] nbytes not None, const uint64_t[::1] now not None,
                     int32_t[::1] out not None, *, cpu=0, bint start=False):
        """
        Choose paths for many I/Os, one after the other, without the GIL.

        Args:
            nbytes: uint64[n], their sizes.
            now: uint64[n], ns, the time of each.
            out: int32[n], written: the path of each, or -1.
            cpu: Where all of them are asked for.
            start: Also note that each I/O goes down its path, as `start_io` does.

        Returns:
            How many of them got a path.

        Raises:
            ValueError: buffers of another type, shape or length; a CPU that no kernel can have.
        """
        cdef uint32_t on = self.cpu_number(cpu)
        cdef Py_ssize_t n = out.shape[0], served
        if nbytes.shape[0] != n or now.shape[0] != n:
            raise ValueError(f"{nbytes.shape[0]} sizes, {now.shape[0]} times and room for {n} paths: they must agree")
        if n == 0:
            return 0
        with nogil:
            served = self.pick_all(&nbytes[0], &now[0], &out[0], n, on, start)
        return served

    cdef Py_ssize_t pick_all(self, const uint64_t* nbytes, const uint64_t* now, int32_t* out, Py_ssize_t n,
                             uint32_t cpu, bint start) noexcept nogil:
        cdef Py_ssize_t i = 0, stop, served = 0
        cdef int32_t path
        while i < n:
            stop = min(i + TURN, n)
            hold(self)
            for i in range(i, stop):
                out[i] = path = self.pick(nbytes[i], now[i], cpu)
                if path == NO_PATH:
                    continue
                served += 1
                if start:
                    begin(self, path, nbytes[i])
            release(self)
            give_way(self)
            i = stop
        return served

    def replay(self, const uint8_t[::1] ops not None, const int64_t[::1] args not None,
               const uint64_t[::1] nbytes not None, const uint64_t[::1] now not None, int32_t[::1] out not None):
        """
        Do what a trace says, without the GIL.

        Args:
            ops: uint8[n], of each step what to do: `SELECT`, `START` (select and start), `END`, `FAIL` or `REINSTATE`.
            args: int64[n]: of SELECT and START the CPU, of END the step that started the I/O, of FAIL and REINSTATE the
                path.
            nbytes: uint64[n], of SELECT and START the size of the I/O.
            now: uint64[n], ns, the time of the step. An I/O counts as mapped at the time of its START.
            out: int32[n], written: the path of the step, or -1; an END of an I/O that got no path does nothing.

        An I/O that the trace does not end can be ended by `end_io`, after it.

        Raises:
            ValueError: buffers of another type, shape or length; or a step that cannot be done: the steps before it
                were, and none after it.
        """
        cdef Py_ssize_t n = out.shape[0], done = 0
        cdef int16_t* gone
        if not (ops.shape[0] == args.shape[0] == nbytes.shape[0] == now.shape[0] == n):
            raise ValueError("the five buffers of a trace have one length")
        if n == 0:
            return
        # Where each I/O went, above 0 whether it got a path or not; 0 says that the step has no I/O to end.
        gone = <int16_t*>calloc(<size_t>n + 4, sizeof(int16_t))
        if gone == NULL:
            raise MemoryError
        with nogil:
            done = self.play_all(&ops[0], &args[0], &nbytes[0], &now[0], &out[0], gone, n)
        free(gone)
        if done < n:
            raise ValueError(f"step {done} cannot be done: operation {ops[done]} with {args[done]}")

    cdef Py_ssize_t play_all(self, const uint8_t* ops, const int64_t* args, const uint64_t* nbytes,
                             const uint64_t* now, int32_t* out, int16_t* gone, Py_ssize_t n) noexcept nogil:
        """Return how many steps could be done. Others may write to the buffers meanwhile: a path is never read back."""
        cdef Py_ssize_t i = 0, stop
        cdef bint able = True
        while able and i < n:
            stop = min(i + TURN, n)
            hold(self)
            while i < stop and able:
                able = play(self, ops[i], args[i], nbytes, now, out, gone, i)
                i += able
            release(self)
            give_way(self)
        self.leave_open(gone, i)
        return i

    cdef void leave_open(self, const int16_t* gone, Py_ssize_t n) noexcept nogil:
        """Let `end_io` end what a trace started and did not end."""
        cdef Py_ssize_t i = 0
        cdef uint64_t four
        hold(self)
        while i < n:
            memcpy(&four, &gone[i], sizeof(four))  # mostly zeroes: looked at by fours, it costs next to nothing
            if four == 0:
                i += 4
                continue
            if gone[i] >= GONE:
                self.outstanding[gone[i] - GONE] += 1
            i += 1
        release(self)

    cdef void drop(self, int32_t path) noexcept nogil:
        if not self.is_failed[path]:
            self.failed(path)

    cdef void bring_back(self, int32_t path) noexcept nogil:
        if self.is_failed[path]:
            self.reinstated(path)

    # The hooks of a selector that keeps no counters and appends what comes back.

    cdef int32_t pick(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil:
        return NO_PATH

    cdef void started(self, int32_t path, uint64_t nbytes) noexcept nogil:
        pass

    cdef void ended(self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil:
        pass

    cdef void failed(self, int32_t path) noexcept nogil:
        self.is_failed[path] = True
        remove(self, path)

    cdef void reinstated(self, int32_t path) noexcept nogil:
        self.is_failed[path] = False
        append(self, path)

    cdef int32_t counters(self, int32_t path, uint64_t* to) noexcept nogil:
        return 0
