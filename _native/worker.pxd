# The life of a worker: a process without a program of its own, that makes one call after the other.
#
# Strategy: it is a copy of the program, by way of the template (``template``), made by a bare clone() whose end nobody is
# told (no SIGCHLD), and it never comes back to Python: it waits for a question in the shared memory, makes the call, writes
# the answer there, and adds one to the counter on which the program polls. Only functions that are safe in a signal
# handler are used, for at the moment of the copy another thread may have held any lock.
#
# Every signal stays blocked, so that nothing of the program's handlers runs here; SIGKILL cannot be.

from libc.errno cimport errno, ETIMEDOUT
from libc.stdint cimport int64_t, uint32_t, uint64_t

from multipath._native.calls cimport c_write, perform
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
    #include <sched.h>
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
    #define MP_CLONE_PIDFD 0x1000UL /* Since Linux commit b3e583825266 ("clone: add CLONE_PIDFD") (v5.2) */

    #define MP_LOAD(word) __atomic_load_n((word), __ATOMIC_ACQUIRE)
    #define MP_STORE(word, value) __atomic_store_n((word), (value), __ATOMIC_RELEASE)

    /* Change a word from one value to another, and return whether it had the first. */
    static inline int mp_change(uint32_t *word, uint32_t from, uint32_t to)
    {
        return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }

    /* Copy this process, as fork() does, but with no signal at the copy's end and no handlers of the C library. */
    static inline long mp_copy(unsigned long flags, int *pidfd)
    {
    #ifdef __s390x__
        return syscall(SYS_clone, 0UL, flags, pidfd, 0UL, 0UL);
    #else
        return syscall(SYS_clone, flags, 0UL, pidfd, 0UL, 0UL);
    #endif
    }

    static inline long mp_clone(int *pidfd)
    {
        return mp_copy(MP_CLONE_PIDFD, pidfd);
    }

    /* The same, but the copy is a child of this process's own parent. */
    static inline long mp_clone_sibling(void)
    {
        return mp_copy(CLONE_PARENT, NULL);
    }

    static inline int mp_pidfd(int pid) /* Since Linux commit 32fcb426ec00 ("pid: add pidfd_open()") (v5.3) */
    {
        return (int)syscall(434, pid, 0);
    }

    static inline void mp_kill(int pidfd) /* Since Linux commit 3eb39f47934f ("signal: add pidfd_send_signal()") (v5.1) */
    {
        syscall(424, pidfd, SIGKILL, NULL, 0);
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

    static inline void mp_name(const char *name)
    {
        prctl(PR_SET_NAME, name, 0, 0, 0);
    }
    """
    uint32_t MP_LOAD(uint32_t* word)
    void MP_STORE(uint32_t* word, uint32_t value)
    bint mp_change(uint32_t* word, uint32_t before, uint32_t after)
    long mp_clone(int* pidfd)
    long mp_clone_sibling()
    int mp_pidfd(int pid)
    void mp_kill(int pidfd)
    void mp_close_range(unsigned int first, unsigned int last)
    long mp_sleep(uint32_t* word, uint32_t value, const timespec* longest)
    void mp_wake(uint32_t* word)
    void mp_name(const char* name)
    void c_exit "_exit"(int status)


cdef inline void live(Question* it, int answered, int64_t idle) noexcept nogil:
    # Work until nothing was asked for `idle` nanoseconds; never returns.
    while wait(it, idle):
        work(it)
        MP_STORE(&it.state, asked.ANSWERED)
        tell(answered)
    c_exit(0)


cdef inline bint wait(Question* it, int64_t idle) noexcept nogil:
    # Return whether there is a question.
    cdef timespec longest
    cdef uint32_t state
    longest.tv_sec, longest.tv_nsec = <long>(idle // 1000000000), <long>(idle % 1000000000)
    while True:
        state = MP_LOAD(&it.state)
        if state == asked.ASKED:
            return True
        if state == asked.GONE:
            return False
        if mp_sleep(&it.state, state, &longest) and errno == ETIMEDOUT and mp_change(&it.state, asked.IDLE, asked.GONE):
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
