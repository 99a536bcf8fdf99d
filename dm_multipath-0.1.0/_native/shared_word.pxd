# Words of memory that several processes share: read, written and waited for in one step each, without a lock.

from libc.errno cimport errno, ETIMEDOUT
from libc.stdint cimport int64_t, uint32_t

cdef extern from "<time.h>" nogil:
    struct timespec:
        long tv_sec
        long tv_nsec
    int CLOCK_MONOTONIC
    int clock_gettime(int clock, timespec* now)

cdef extern from * nogil:
    """
    #define _GNU_SOURCE 1
    #include <stdint.h>
    #include <sys/syscall.h>
    #include <time.h>
    #include <unistd.h>
    #include <linux/futex.h>

    #define MP_LOAD(word) __atomic_load_n((word), __ATOMIC_ACQUIRE)
    #define MP_STORE(word, value) __atomic_store_n((word), (value), __ATOMIC_RELEASE)
    #define MP_FENCE() __atomic_thread_fence(__ATOMIC_SEQ_CST)

    /* Change a word from one value to another, and return whether it had the first. */
    static inline int mp_change(uint32_t *word, uint32_t from, uint32_t to)
    {
        return __atomic_compare_exchange_n(word, &from, to, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    }

    static inline long mp_sleep(uint32_t *word, uint32_t value, const struct timespec *longest)
    {
        return syscall(SYS_futex, word, FUTEX_WAIT, value, longest, NULL, 0);
    }

    static inline void mp_wake(uint32_t *word)
    {
        syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
    }
    """
    uint32_t MP_LOAD(uint32_t* word)
    void MP_STORE(uint32_t* word, uint32_t value)
    void MP_FENCE()
    bint mp_change(uint32_t* word, uint32_t before, uint32_t after)
    long mp_sleep(uint32_t* word, uint32_t value, const timespec* longest)
    void mp_wake(uint32_t* word)


cdef inline bint slept(uint32_t* word, uint32_t value, int64_t longest) noexcept nogil:
    # Sleep until somebody wakes who sleeps on a word, if it has that value; return whether `longest` nanoseconds passed.
    cdef timespec time
    time.tv_sec, time.tv_nsec = <long>(longest // 1000000000), <long>(longest % 1000000000)
    return mp_sleep(word, value, &time) != 0 and errno == ETIMEDOUT


cdef inline int64_t now() noexcept nogil:
    cdef timespec time
    clock_gettime(CLOCK_MONOTONIC, &time)
    return <int64_t>time.tv_sec * 1000000000 + time.tv_nsec
