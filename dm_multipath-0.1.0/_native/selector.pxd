# The base of a path selector: the list of paths that may be chosen, and the hooks that make an algorithm of it.
#
# For C callers and other compiled modules. A hook takes what it is given: indices are in range, `failed` is told of a
# path that is usable and `reinstated` of one that is not, and whoever calls holds the selector's lock, or is its only
# user. A pick for a CPU that the selector does not know is safe, and no more: look at `n_cpus` first. The methods that
# Python sees check their arguments and take the lock.

from cpython.long cimport PyLong_CheckExact
from cpython.number cimport PyNumber_Index
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memmove

cdef extern from *:
    """
    #ifndef MP_SPIN_LOCK
    #define MP_SPIN_LOCK
    #include <sched.h>
    #include <stdint.h>

    #if defined(__x86_64__) || defined(__i386__)
    #define MP_PAUSE() __builtin_ia32_pause()
    #elif defined(__aarch64__)
    #define MP_PAUSE() __asm__ volatile("yield")
    #else
    #define MP_PAUSE() ((void)0)
    #endif

    /* The first byte is the lock, the last two count who waits for it. */
    #define MP_LOCK(held) ((uint8_t *)(held))
    #define MP_WAITING(held) ((uint16_t *)(held) + 1)

    /* Who holds it works for a microsecond or has lost its processor: after some looks the waiter gives its own away. */
    static void __attribute__((noinline, cold, unused)) mp_wait(int32_t *held) {
        unsigned looks = 0;
        __atomic_fetch_add(MP_WAITING(held), 1, __ATOMIC_RELAXED);
        do {
            while (__atomic_load_n(MP_LOCK(held), __ATOMIC_RELAXED)) {
                if (++looks % 128) MP_PAUSE(); else sched_yield();
            }
        } while (__atomic_exchange_n(MP_LOCK(held), 1, __ATOMIC_ACQUIRE));
        __atomic_fetch_sub(MP_WAITING(held), 1, __ATOMIC_RELAXED);
    }

    static inline void mp_hold(int32_t *held) {
        if (__atomic_exchange_n(MP_LOCK(held), 1, __ATOMIC_ACQUIRE))
            mp_wait(held);
    }

    static inline void mp_release(int32_t *held) {
        __atomic_store_n(MP_LOCK(held), 0, __ATOMIC_RELEASE);
    }

    /* Between two turns of a long work: whoever waits is to come first. Without this the worker would have the lock
       again before anybody saw that it was free. */
    static void __attribute__((noinline, cold, unused)) mp_let_in(int32_t *held) {
        unsigned looks = 0;
        while (__atomic_load_n(MP_WAITING(held), __ATOMIC_RELAXED) && !__atomic_load_n(MP_LOCK(held), __ATOMIC_RELAXED)) {
            if (++looks == 64) {
                sched_yield();
                return;
            }
            MP_PAUSE();
        }
    }

    static inline void mp_give_way(int32_t *held) {
        if (__atomic_load_n(MP_WAITING(held), __ATOMIC_RELAXED))
            mp_let_in(held);
    }
    #endif
    """
    void mp_hold(int32_t* held) noexcept nogil
    void mp_release(int32_t* held) noexcept nogil
    void mp_give_way(int32_t* held) noexcept nogil

cdef extern from "Python.h":
    unsigned long long PyLong_AsUnsignedLongLong(object number) except? 0xFFFFFFFFFFFFFFFF

cdef enum:
    NO_PATH = -1        # what `pick` returns when no path can be used
    MOST_COUNTERS = 3   # what the status of one path has at most


cdef class Selector:
    # The kernel's list of usable paths, its head at line[head] and its end before line[head + n_usable]. It wanders to
    # the right through twice the room that it needs, and is moved back when it has come to the end: to take from the
    # head and to append costs the same for any number of paths, and a search reads one number behind the other.
    cdef readonly int32_t n_paths
    cdef int32_t n_usable
    cdef int32_t head
    cdef int32_t room
    cdef int32_t* line
    cdef uint8_t* is_failed    # of each path
    cdef uint32_t n_cpus       # a pick is made on a CPU below this
    cdef int64_t* outstanding  # I/Os of each path between start_io and end_io, of the Python methods only
    cdef int32_t held          # the lock; 0 at first
    cdef bint signed_counters  # whether the kernel prints them with %d
    cdef bint counts           # whether `started` and `ended` do anything

    cdef int allocate(self, n_paths) except -1
    cdef int32_t index(self, path) except -1
    cdef uint32_t cpu_number(self, cpu) except? 0
    cdef tuple shown(self, const uint64_t* numbers, int32_t count)
    cdef Py_ssize_t pick_all(self, const uint64_t* nbytes, const uint64_t* now, int32_t* out, Py_ssize_t n,
                             uint32_t cpu, bint start) noexcept nogil
    cdef Py_ssize_t play_all(self, const uint8_t* ops, const int64_t* args, const uint64_t* nbytes,
                             const uint64_t* now, int32_t* out, int16_t* gone, Py_ssize_t n) noexcept nogil
    cdef void leave_open(self, const int16_t* gone, Py_ssize_t n) noexcept nogil

    # As `failed` and `reinstated`, and nothing if the path is in that state: dm-mpath tells a selector of changes only.
    cdef void drop(self, int32_t path) noexcept nogil
    cdef void bring_back(self, int32_t path) noexcept nogil

    # Hooks, last: one algorithm each.
    cdef int32_t pick(self, uint64_t nbytes, uint64_t now, uint32_t cpu) noexcept nogil
    cdef void started(self, int32_t path, uint64_t nbytes) noexcept nogil
    cdef void ended(self, int32_t path, uint64_t nbytes, uint64_t start, uint64_t now) noexcept nogil
    cdef void failed(self, int32_t path) noexcept nogil
    cdef void reinstated(self, int32_t path) noexcept nogil
    cdef int32_t counters(self, int32_t path, uint64_t* to) noexcept nogil


# The lock, for who uses the hooks of a selector that others may use as well. Nothing that needs the GIL while it is held.

cdef inline void hold(Selector selector) noexcept nogil:
    mp_hold(&selector.held)


cdef inline void release(Selector selector) noexcept nogil:
    mp_release(&selector.held)


cdef inline void give_way(Selector selector) noexcept nogil:
    """Let those who wait for the lock have it first; for who has just released it and will want it again."""
    mp_give_way(&selector.held)


# The list, for the algorithms. A place in it counts from the head.

cdef inline void make_way(Selector selector) noexcept nogil:
    """Leave room for one path behind the last one."""
    if selector.head + selector.n_usable == selector.room:
        memmove(selector.line, selector.line + selector.head, <size_t>selector.n_usable * sizeof(int32_t))
        selector.head = 0


cdef inline void append(Selector selector, int32_t path) noexcept nogil:
    make_way(selector)
    selector.line[selector.head + selector.n_usable] = path
    selector.n_usable += 1


cdef inline void prepend(Selector selector, int32_t path) noexcept nogil:
    if selector.head == 0:
        memmove(selector.line + 1, selector.line, <size_t>selector.n_usable * sizeof(int32_t))
    else:
        selector.head -= 1
    selector.line[selector.head] = path
    selector.n_usable += 1


cdef inline void remove(Selector selector, int32_t path) noexcept nogil:
    cdef int32_t* at = selector.line + selector.head
    cdef int32_t* end = at + selector.n_usable
    while at[0] != path:
        at += 1
    memmove(at, at + 1, <size_t>(end - at - 1) * sizeof(int32_t))
    selector.n_usable -= 1


cdef inline int32_t move_last(Selector selector, int32_t place) noexcept nogil:
    """Make the path at a place the last one, and return it."""
    cdef int32_t path
    cdef int32_t* at
    make_way(selector)
    at = selector.line + selector.head + place
    path = at[0]
    while place > 0:
        at[0] = (at - 1)[0]
        at -= 1
        place -= 1
    selector.line[selector.head + selector.n_usable] = path
    selector.head += 1
    return path


# Arguments from Python.

cdef inline uint64_t unsigned(value, uint64_t most, str rule) except? 0:
    """Return a number from 0 to ``most``; ``rule`` names the kernel's reason in the refusal of any other."""
    cdef inline uint64_t number
    if not PyLong_CheckExact(value):
        value = PyNumber_Index(value)
    try:
        number = PyLong_AsUnsignedLongLong(value)
    except OverflowError:
        raise ValueError(f"{value}: {rule}, 0 to {most}") from None
    if number > most:
        raise ValueError(f"{value}: {rule}, 0 to {most}")
    return number
