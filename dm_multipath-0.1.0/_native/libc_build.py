"""
The cold C library calls, through cffi in API mode: semaphores, inotify, regular expressions, pages that stay in memory.

Built by setup.py into `multipath._native.libc`. Cold means: a few calls for each change of a device; everything that is
called for each status or each I/O is Cython.
"""

from cffi import FFI

ffibuilder = FFI()

ffibuilder.cdef(
    """
    #define IPC_CREAT ...
    #define IPC_EXCL ...
    #define IPC_NOWAIT ...
    #define IPC_RMID ...
    #define GETVAL ...
    #define GETALL ...
    #define SETALL ...
    #define REG_EXTENDED ...
    #define REG_NOSUB ...

    struct sembuf { unsigned short sem_num; short sem_op; short sem_flg; ...; };
    struct timespec { long tv_sec; long tv_nsec; ...; };

    int semget(int key, int nsems, int semflg);
    int semop(int semid, struct sembuf *sops, size_t nsops);
    int semtimedop(int semid, struct sembuf *sops, size_t nsops, const struct timespec *timeout);
    int semctl_plain(int semid, int semnum, int cmd);
    int semctl_array(int semid, int cmd, unsigned short *values);

    #define MCL_CURRENT ...
    #define MCL_FUTURE ...
    int mlockall(int flags);
    int munlockall(void);

    #define IN_CLOEXEC ...
    #define IN_NONBLOCK ...
    #define IN_CREATE ...
    #define IN_DELETE ...
    #define IN_MOVED_FROM ...
    #define IN_MOVED_TO ...
    int inotify_init1(int flags);
    int inotify_add_watch(int fd, const char *pathname, uint32_t mask);

    typedef struct { ...; } regex_t;
    int regcomp_bytes(regex_t *preg, const char *regex, int cflags);
    int regexec(const regex_t *preg, const char *string, size_t nmatch, void *pmatch, int eflags);
    size_t regerror(int errcode, const regex_t *preg, char *errbuf, size_t errbuf_size);
    void regfree(regex_t *preg);
    """
)

ffibuilder.set_source(
    "multipath._native.libc",
    """
    #include <sys/types.h>
    #include <sys/ipc.h>
    #include <sys/sem.h>
    #include <time.h>
    #include <locale.h>
    #include <regex.h>
    #include <sys/mman.h>
    #include <sys/inotify.h>

    /* A letter is a byte, as it is for multipathd, whatever the locale of this process: regexec() follows regcomp(). */
    static int regcomp_bytes(regex_t *preg, const char *regex, int cflags)
    {
        locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), former;
        int code;

        if (!plain)
            return REG_ESPACE;
        former = uselocale(plain);
        code = regcomp(preg, regex, cflags);
        uselocale(former);
        freelocale(plain);
        return code;
    }

    /* semctl() takes a union that the caller must define; these two are the forms that are used. */
    union argument { int value; struct semid_ds *status; unsigned short *array; };

    static int semctl_plain(int semid, int semnum, int cmd)
    {
        return semctl(semid, semnum, cmd);
    }

    static int semctl_array(int semid, int cmd, unsigned short *values)
    {
        union argument argument = { .array = values };

        return semctl(semid, 0, cmd, argument);
    }
    """,
    extra_compile_args=["-Wall"],
)
