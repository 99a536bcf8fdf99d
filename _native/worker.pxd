# The life of a worker: a process without a program of its own, that makes one call after the other.
#
# Strategy: it is a copy of the process that asks, made by a bare clone() whose end nobody is told (no SIGCHLD), and it
# never comes back to Python: it lets go of all that it inherited, memory (``mappings``) and descriptors, waits for a
# question in the shared memory, makes the call, writes the answer there, and adds one to the counter on which the other
# side polls. Only functions that are safe in a signal handler are used, for at the moment of the copy another thread may
# have held any lock.
#
# Every signal stays blocked, so that nothing of the program's handlers runs here. SIGKILL cannot be: the kernel sends
# it when the other end of `alive` closes, which the end of the process does, however it ends.

from libc.stdint cimport int64_t, uint32_t, uint64_t

from multipath._native.calls cimport c_write, perform
from multipath._native.mappings cimport shed
from multipath._native cimport question as asked
from multipath._native.question cimport Question

cdef extern from "<time.h>" nogil:
    struct timespec:
        long tv_sec
        long tv_nsec
    int CLOCK_MONOTONIC
    int clock_gettime(int clock, timespec* now)

cdef extern from "<poll.h>" nogil:
    struct pollfd:
        int fd
        short events
        short revents
    short POLLIN
    int c_poll "poll"(pollfd* fds, unsigned long count, int timeout)

cdef extern from * nogil:
    """
    #define _GNU_SOURCE 1
    #include <fcntl.h>
    #include <limits.h>
    #include <signal.h>
    #include <stdint.h>
    #include <sys/mman.h>
    #include <sys/prctl.h>
    #include <sys/syscall.h>
    #include <time.h>
    #include <unistd.h>
    #include <linux/futex.h>

    #ifndef SYS_close_range /* Since Linux commit 278a5fbaed89 ("open: add close_range()") (v5.9) */
    #define SYS_close_range 436
    #endif
    #ifndef F_SETSIG
    #define F_SETSIG 10
    #endif
    #define MP_CLONE_PIDFD 0x1000UL /* Since Linux commit b3e583825266 ("clone: add CLONE_PIDFD") (v5.2) */

    #define MP_LOAD(word) __atomic_load_n((word), __ATOMIC_ACQUIRE)
    #define MP_STORE(word, value) __atomic_store_n((word), (value), __ATOMIC_RELEASE)

    /* Change a word from one value to another, and return whether it had the first. */
    static inline int mp_change(uint32_t *word, uint32_t from, uint32_t to)
    {
        return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }

    /* Copy this process, as fork() does, but with no signal at the copy's end and no handlers of the C library. */
    static inline long mp_clone(int *pidfd)
    {
    #ifdef __s390x__
        return syscall(SYS_clone, 0UL, MP_CLONE_PIDFD, pidfd, 0UL, 0UL);
    #else
        return syscall(SYS_clone, MP_CLONE_PIDFD, 0UL, pidfd, 0UL, 0UL);
    #endif
    }

    static inline void mp_close_range(unsigned int first, unsigned int last)
    {
        if (first <= last)
            syscall(SYS_close_range, first, last, 0);
    }

    static inline long mp_sleep(uint32_t *word, uint32_t value, const struct timespec *longest)
    {
        return syscall(SYS_futex, word, FUTEX_WAIT, value, longest, NULL, 0);
    }

    static inline void mp_wake(uint32_t *word)
    {
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
    }

    /* Be killed when the other end of a pipe closes. */
    static inline void mp_die_with(int fd)
    {
        fcntl(fd, F_SETOWN, (int)getpid());
        fcntl(fd, F_SETSIG, SIGKILL);
        fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK);
    }

    static inline void mp_name(void)
    {
        prctl(PR_SET_NAME, "multipath-ask", 0, 0, 0);
    }
    """
    uint32_t MP_LOAD(uint32_t* word)
    void MP_STORE(uint32_t* word, uint32_t value)
    bint mp_change(uint32_t* word, uint32_t before, uint32_t after)
    long mp_clone(int* pidfd)
    void mp_close_range(unsigned int first, unsigned int last)
    long mp_sleep(uint32_t* word, uint32_t value, const timespec* longest)
    void mp_wake(uint32_t* word)
    void mp_die_with(int fd)
    void mp_name()
    void c_exit "_exit"(int status)
    int c_chdir "chdir"(const char* path)
    unsigned int UINT_MAX


cdef inline void live(Question* it, int alive, int answered, int64_t idle) noexcept nogil:
    # Work until nothing was asked for `idle` nanoseconds; never returns.
    keep_only(alive, answered)
    shed(<size_t>it)
    mp_die_with(alive)
    mp_name()
    c_chdir(b"/")  # the folder may have to be unmounted
    if other_end_closed(alive):
        c_exit(0)
    while wait(it, idle):
        work(it)
        MP_STORE(&it.state, asked.ANSWERED)
        tell(answered)
    c_exit(0)


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


cdef inline bint wait(Question* it, int64_t idle) noexcept nogil:
    # Return whether there is a question.
    cdef timespec longest
    cdef uint32_t state
    cdef int64_t since = now()
    longest.tv_sec, longest.tv_nsec = <long>(idle // 1000000000), <long>(idle % 1000000000)
    while True:
        state = MP_LOAD(&it.state)
        if state == asked.ASKED:
            return True
        if state == asked.GONE:
            return False
        mp_sleep(&it.state, state, &longest)
        if now() - since >= idle and mp_change(&it.state, asked.IDLE, asked.GONE):
            return False


cdef inline void work(Question* it) noexcept nogil:
    cdef int64_t since = now()
    perform(it)
    it.nanoseconds = now() - since


cdef inline void tell(int fd) noexcept nogil:
    cdef uint64_t one = 1
    c_write(fd, &one, sizeof(one))


cdef inline int64_t now() noexcept nogil:
    cdef timespec time
    clock_gettime(CLOCK_MONOTONIC, &time)
    return <int64_t>time.tv_sec * 1000000000 + time.tv_nsec
