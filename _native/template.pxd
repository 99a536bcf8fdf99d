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

from multipath._native cimport question as asked
from multipath._native.mappings cimport shed
from multipath._native.question cimport Question
from multipath._native.worker cimport MP_LOAD, MP_STORE, POLLIN, c_exit, c_poll, live, pollfd, timespec
from multipath._native.worker cimport mp_clone_sibling, mp_close_range, mp_name, mp_sleep, mp_wake

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

# What a program and its template share, at the beginning of the memory of a pool.
cdef struct Birth:
    uint32_t state  # IDLE, ASKED or ANSWERED, as that of a question
    int32_t pid  # of the worker; below 0 an errno
    Question* it  # what the worker is to answer
    size_t size  # of the memory, this included
    uint32_t locked  # whether its memory is to stay where it is


cdef inline void give_birth(Birth* birth, int alive, int answered, int64_t idle) noexcept nogil:
    # Make a worker for each that is asked for; never returns.
    cdef Question* it
    cdef uint32_t state, locked = birth.locked
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
        if state != asked.ASKED:
            mp_sleep(&birth.state, state, NULL)
            continue
        it = birth.it  # before the copy is made: after it the next one may be asked for
        pid = mp_clone_sibling()
        if pid == 0:
            mp_name(b"multipath-ask")
            if locked:
                mp_stay()
            live(it, answered, idle)
        birth.pid = <int32_t>(pid if pid > 0 else -errno)
        MP_STORE(&birth.state, asked.ANSWERED)
        mp_wake(&birth.state)


cdef inline long born(Birth* birth, Question* it, int template) noexcept nogil:
    # In the program: return the number of a new worker, below 0 an errno, 0 where the template does not answer.
    cdef timespec moment
    cdef int tries
    moment.tv_sec, moment.tv_nsec = 0, 10000000
    birth.it = it
    MP_STORE(&birth.state, asked.ASKED)
    mp_wake(&birth.state)
    for tries in range(1000):
        if MP_LOAD(&birth.state) == asked.ANSWERED:
            return birth.pid
        if is_ready(template, 0):
            break
        mp_sleep(&birth.state, asked.ASKED, &moment)
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
