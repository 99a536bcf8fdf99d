# The life of a worker: a process without a program of its own, that makes one call after the other.
#
# Strategy: it is a copy of the program, by way of the template (``template``), made by a bare clone() whose end nobody is
# told (no SIGCHLD), and it never comes back to Python: it takes a question from the agenda that it shares with the program,
# makes the call, writes the answer there, and adds one to the counter on which the program polls. Quick answers are told
# together, when nothing waits any more: each waking of the program costs more than such a call. Only functions that are
# safe in a signal handler are used, for at the moment of the copy another thread may have held any lock.
#
# Every signal stays blocked, so that nothing of the program's handlers runs here; SIGKILL cannot be.

from libc.stdint cimport int64_t, uint32_t, uint64_t

from multipath._native.agenda cimport Agenda, is_empty, rested, taken, wake_another
from multipath._native.calls cimport c_write, perform
from multipath._native cimport question as asked
from multipath._native.question cimport Question
from multipath._native.shared_word cimport MP_STORE, now

cdef enum:
    QUICK = 200000  # ns: what takes longer is told at once, and others help with what waits

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
    #include <unistd.h>

    #ifndef SYS_close_range /* Since Linux commit 278a5fbaed89 ("open: add close_range()") (v5.9) */
    #define SYS_close_range 436
    #endif
    #define MP_CLONE_PIDFD 0x1000UL /* Since Linux commit b3e583825266 ("clone: add CLONE_PIDFD") (v5.2) */

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

    static inline void mp_name(const char *name)
    {
        prctl(PR_SET_NAME, name, 0, 0, 0);
    }
    """
    long mp_clone(int* pidfd)
    long mp_clone_sibling()
    int mp_pidfd(int pid)
    void mp_kill(int pidfd)
    void mp_close_range(unsigned int first, unsigned int last)
    void mp_name(const char* name)
    void c_exit "_exit"(int status)


cdef inline void live(Agenda* agenda, uint32_t place, uint32_t name, int answered, int64_t idle) noexcept nogil:
    # Work until nothing was asked for `idle` nanoseconds; never returns.
    cdef Question* it
    cdef int64_t since = now(), until
    cdef bint untold = False
    while True:
        it = taken(agenda, name)
        if it == NULL:
            if untold:
                tell(answered)
                untold = False
            if not rested(agenda, place, idle):
                c_exit(0)
            since = now()
            continue
        it.nanoseconds = since
        perform(it)
        until = now()
        it.nanoseconds = until - since
        MP_STORE(&it.state, asked.ANSWERED)
        untold = until - since < QUICK
        if not untold:
            tell(answered)
            if not is_empty(agenda):
                wake_another(agenda)
        since = until


cdef inline void tell(int fd) noexcept nogil:
    cdef uint64_t one = 1
    c_write(fd, &one, sizeof(one))
