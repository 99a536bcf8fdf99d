# The template of a pool's workers: a small process from which they are copied.
#
# Strategy: a copy of the program costs time that grows with its memory, and the program then pays once more for each page
# that it changes. So it is copied once. That copy gives back what no worker needs (``mappings``, and all descriptors but
# its own), and from then on each worker is a copy of it; CLONE_PARENT makes it the program's own child all the same.
#
# Template and workers are a process group. When the program ends, however it ends, the other end of `alive` closes, and
# the kernel sends SIGKILL to the group. So it does when the program closes its end: that ends a pool.

from libc.errno cimport errno
from libc.stdint cimport int32_t, int64_t, uint32_t

from multipath._native.agenda cimport Agenda
from multipath._native.mappings cimport shed
from multipath._native.shared_word cimport MP_LOAD, MP_STORE, mp_sleep, mp_wake, slept
from multipath._native.worker cimport POLLIN, c_exit, c_poll, live, pollfd
from multipath._native.worker cimport mp_clone_sibling, mp_close_range, mp_name

cdef extern from * nogil:
    """
    #include <fcntl.h>
    #include <limits.h>
    #include <sys/mman.h>
    #include <unistd.h>

    #ifndef F_SETSIG
    #define F_SETSIG 10
    #endif

    /* Be killed, with all processes that come of this one, when the other end of a pipe closes. */
    static inline void mp_die_with(int fd)
    {
        setpgid(0, 0);
        fcntl(fd, F_SETOWN, -(int)getpid());
        fcntl(fd, F_SETSIG, SIGKILL);
        fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
    }

    /* Keep what is in memory there, and what comes. */
    static inline void mp_stay(void)
    {
        mlockall(MCL_CURRENT | MCL_ONFAULT);
    }
    """
    void mp_die_with(int fd)
    void mp_stay()
    int c_chdir "chdir"(const char* path)
    unsigned int UINT_MAX

cdef enum:
    MOMENT = 10000000  # ns

# How far a birth is.
cdef enum:
    NOTHING
    WANTED
    BORN

# What a program and its template share, at the beginning of the memory of a pool.
cdef struct Birth:
    uint32_t state  # NOTHING, WANTED or BORN
    int32_t pid  # of the worker; below 0 an errno
    uint32_t place, name  # of the worker that is wanted
    size_t size  # of the memory, this included
    uint32_t locked  # whether its memory is to stay where it is
    Agenda agenda


cdef inline void give_birth(Birth* birth, int alive, int answered, int64_t idle) noexcept nogil:
    # Make a worker for each that is asked for; never returns.
    cdef uint32_t place, name, state, locked = birth.locked
    cdef long pid
    keep_only(alive, answered)
    shed(<size_t>birth, birth.size)
    mp_die_with(alive)
    mp_name(b"multipath-asks")
    if locked:
        mp_stay()
    c_chdir(b"/")  # the folder may have to be unmounted
    if other_end_closed(alive):
        c_exit(0)
    while True:
        state = MP_LOAD(&birth.state)
        if state != WANTED:
            mp_sleep(&birth.state, state, NULL)
            continue
        place, name = birth.place, birth.name  # before the copy is made: after it the next one may be asked for
        pid = mp_clone_sibling()
        if pid == 0:
            mp_name(b"multipath-ask")
            if locked:
                mp_stay()
            live(&birth.agenda, place, name, answered, idle)
        birth.pid = <int32_t>(pid if pid > 0 else -errno)
        MP_STORE(&birth.state, BORN)
        mp_wake(&birth.state)


cdef inline long born(Birth* birth, uint32_t place, uint32_t name, int template) noexcept nogil:
    # In the program: return the number of a new worker, below 0 an errno, 0 where the template does not answer.
    cdef int tries
    birth.place, birth.name = place, name
    MP_STORE(&birth.state, WANTED)
    mp_wake(&birth.state)
    for tries in range(1000):
        if MP_LOAD(&birth.state) == BORN:
            return birth.pid
        if is_ready(template, 0):
            break
        slept(&birth.state, WANTED, MOMENT)
    return 0


cdef inline void keep_only(int one, int other) noexcept nogil:
    # Locks, devices and pipes must not outlive their program in here.
    cdef unsigned int low = <unsigned int>min(one, other), high = <unsigned int>max(one, other)
    if low > 0:
        mp_close_range(0, low - 1)
    mp_close_range(low + 1, high - 1)
    mp_close_range(high + 1, UINT_MAX)


cdef inline bint other_end_closed(int fd) noexcept nogil:
    cdef pollfd waited
    waited.fd, waited.events, waited.revents = fd, 0, 0
    return c_poll(&waited, 1, 0) > 0


cdef inline bint is_ready(int fd, int timeout) noexcept nogil:
    cdef pollfd waited
    waited.fd, waited.events, waited.revents = fd, POLLIN, 0
    return c_poll(&waited, 1, timeout) > 0
