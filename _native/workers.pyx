"""
Workers that make the calls which the kernel may hold for ever: a question in, an answer out when it comes.

Strategy: a thread in such a call would keep its whole process from ending, so a worker is a process of its own
(``worker.pxd``), copied from a small one (``template.pxd``). Questions go into memory that all of them share, where any
worker takes them (``agenda.pxd``); answers are announced on an eventfd, a worker's death on a pidfd, and one epoll
descriptor gets readable with either. So nobody waits for a worker here: one that the kernel holds costs its place until
the kernel lets go.
"""

import os
import threading
from contextlib import suppress

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.errno cimport errno
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy

from multipath._native cimport agenda
from multipath._native cimport question as asked
from multipath._native cimport template, worker
from multipath._native.calls cimport c_close, c_read, reservation_order
from multipath._native.question cimport Question
from multipath._native.shared_word cimport MP_LOAD, MP_STORE, mp_change, now

cdef extern from "<sys/mman.h>" nogil:
    int PROT_NONE, PROT_READ, PROT_WRITE, MAP_SHARED, MAP_ANONYMOUS, MAP_NORESERVE, MADV_REMOVE, MS_INVALIDATE
    unsigned int MLOCK_ONFAULT
    void* MAP_FAILED
    void* mmap(void* address, size_t size, int protection, int flags, int fd, long offset)
    int munmap(void* address, size_t size)
    int madvise(void* address, size_t size, int advice)
    int mprotect(void* address, size_t size, int protection)
    int msync(void* address, size_t size, int flags)
    int munlock(void* address, size_t size)
    int mlock2(void* address, size_t size, unsigned int flags)

cdef extern from "<sys/eventfd.h>" nogil:
    int EFD_CLOEXEC, EFD_NONBLOCK
    int eventfd(unsigned int value, int flags)

cdef extern from "<sys/epoll.h>" nogil:
    int EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLLIN
    union epoll_data:
        uint32_t u32
    struct epoll_event:
        uint32_t events
        epoll_data data
    int epoll_create1(int flags)
    int epoll_ctl(int epoll, int operation, int fd, epoll_event* event)
    int epoll_wait(int epoll, epoll_event* events, int most, int timeout)

cdef extern from "<signal.h>" nogil:
    ctypedef struct sigset_t:
        pass
    int SIG_SETMASK, SIGKILL
    int sigfillset(sigset_t* signals)
    int pthread_sigmask(int how, const sigset_t* signals, sigset_t* before)
    int c_kill "kill"(int pid, int signal)

cdef extern from "<sys/wait.h>" nogil:
    int WNOHANG, WALL "__WALL"
    int waitpid(int pid, int* status, int options)

cdef extern from "<errno.h>" nogil:
    int EAGAIN, EBUSY, ECANCELED

cdef extern from "<fcntl.h>" nogil:
    int O_CLOEXEC
    int pipe2(int* ends, int flags)

cdef extern from "<unistd.h>" nogil:
    long sysconf(int name)
    int _SC_PAGESIZE

cdef enum:
    ENDINGS = 16  # deaths that are looked at in one round
    LINGER = 20  # ms for which those that are in the kernel are waited for, before they are left to be reaped later
    NOBODY = 0xFFFFFFFF

cdef struct Worker:
    int pid  # 0: this place is free
    int pidfd
    uint32_t name  # nobody else ever has it

cdef int generation = 0  # how many forks lie between this process and the one that imported this: a number without a call
_unreaped = []  # processes that were still in the kernel when their pool was closed


def _in_copy():
    """Note that this process is a copy, made by ``os.fork``: no pool of the original is its own."""
    global generation
    generation += 1


os.register_at_fork(after_in_child=_in_copy)


cdef class Workers:
    """
    A pool of workers.

    Args:
        most: How many processes there may be at a time, and how many questions.
        idle: After how many milliseconds without a question a worker ends.

    Raises:
        OSError: no descriptors are left.

    Synchronization: any number of threads; a lock is held while workers are started or ended, and nobody waits for what
    a worker does. In a copy of the process (``os.fork``) a pool is closed.
    """

    cdef Worker* places
    cdef uint64_t* tickets  # of the questions that were not collected yet, by their numbers
    cdef template.Birth* memory  # and behind it all that the agenda points to
    cdef int most, epoll, announced, owner, asked
    cdef int mother, mothers_fd, alive_end  # the template; while that end is open it lives, and its workers
    cdef int64_t idle
    cdef uint64_t last  # ticket
    cdef uint32_t names  # that were given
    cdef set strays  # names of workers that may have been made, and nobody knows of
    cdef size_t page, header
    cdef bint closing
    cdef bint locked  # whether the program keeps its memory from being paged out
    cdef object lock

    def __cinit__(self, int most, int idle):
        self.epoll = self.announced = self.mothers_fd = self.alive_end = -1
        self.memory, self.mother, self.locked = NULL, 0, False
        self.places, self.tickets, self.most, self.idle, self.owner = NULL, NULL, 0, <int64_t>idle * 1000000, generation
        self.last, self.names, self.asked, self.closing = 0, asked.NAMES, 0, False
        self.strays, self.lock = set(), threading.Lock()
        if not 1 <= most <= 4096 or idle < 0:
            raise ValueError("a pool has 1 to 4096 workers, which end after 0 ms or more")
        self.places = <Worker*>calloc(<size_t>most, sizeof(Worker))
        self.tickets = <uint64_t*>calloc(<size_t>most, sizeof(uint64_t))
        if self.places == NULL or self.tickets == NULL:
            raise MemoryError()
        self.most = most
        self.page = <size_t>sysconf(_SC_PAGESIZE)
        self.header = (sizeof(Question) + self.page - 1) // self.page * self.page
        self.epoll = checked(epoll_create1(EPOLL_CLOEXEC))
        self.announced = checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
        checked(self.listens(self.announced, NOBODY))

    def __dealloc__(self):
        self.end()
        free(self.places)
        free(self.tickets)
        self.places, self.tickets = NULL, NULL

    def fileno(self):
        """Return the descriptor that gets readable when `collect` has something to do; -1 after `close`."""
        return self.epoll

    @property
    def alive(self):
        """How many workers there are."""
        cdef int place
        return sum(1 for place in range(self.most) if self.places[place].pid)

    @property
    def busy(self):
        """How many questions were not collected yet."""
        return self.asked

    def lagging(self, int patience):
        """
        Return how many of them no worker has taken yet, and how many the kernel has had for a while.

        Args:
            patience: How long that is, in milliseconds.
        """
        cdef uint32_t number, state
        cdef int waiting = 0, slow = 0
        cdef int64_t since
        with self.lock:
            if self.asked:
                since = now() - <int64_t>patience * 1000000
                for number in range(<uint32_t>self.most):
                    state = self.state(number) if self.tickets[number] else asked.IDLE
                    if state == asked.ASKED:
                        waiting += 1
                    elif state >= asked.NAMES and agenda.question(&self.memory.agenda, number).nanoseconds < since:
                        slow += 1
        return waiting, slow

    def submit(
        self, int operation, bytes node not None, bytes payload not None=b"", unsigned int length=0,
        bytes data not None=b"", *, bytes lead not None=b"", int64_t offset=0, unsigned int timeout=30_000,
        int64_t devt=-1, int64_t diskseq=-1, bint start=True,
    ):
        """
        Let a worker ask, and return at once.

        Args:
            operation: A number of `multipath.paths.request.Operation`.
            node: The node or file.
            payload: The command, or what is written to a file.
            length: How many bytes are read.
            data: What goes with the command.
            lead: A command without data that is sent first; where it is not answered well, that is the answer.
            offset: Where is read.
            timeout: Milliseconds that the kernel gives the device.
            devt: The block device that must be behind the node; below 0 for any.
            diskseq: Its disk, likewise.
            start: Whether each question is to have a worker of its own; else it waits for one that is awake, or `rouse`.

        Returns:
            A number that comes back with the answer; 0 where there are as many questions as there may be.

        Raises:
            OSError: no process can be started now; ``EBADF``: after `close`.
            ValueError: a question that no kernel could be asked.
        """
        cdef Question* it
        cdef uint64_t ticket
        cdef int number
        check(operation, node, payload, length, data, lead)
        # No lock: nothing here lets another thread in, and what a thread that starts a worker is at does not matter.
        number = self.free_number()
        if number < 0:
            return 0
        it = agenda.question(&self.memory.agenda, <uint32_t>number)
        it.operation, it.length, it.sent = <uint32_t>operation, length, <uint32_t>PyBytes_GET_SIZE(data)
        it.offset, it.timeout, it.devt, it.diskseq = offset, timeout, devt, diskseq
        it.payload_size = <uint32_t>PyBytes_GET_SIZE(payload)
        memcpy(it.node, PyBytes_AS_STRING(node), <size_t>PyBytes_GET_SIZE(node) + 1)
        it.payload = <uint8_t*>it.node + (PyBytes_GET_SIZE(node) + 8) // 8 * 8
        memcpy(it.payload, PyBytes_AS_STRING(payload), it.payload_size)
        it.lead_size, it.led = <uint32_t>PyBytes_GET_SIZE(lead), 0
        memcpy(it.lead, PyBytes_AS_STRING(lead), it.lead_size)
        it.data = <char*>it + self.header
        memcpy(it.data, PyBytes_AS_STRING(data), it.sent)
        self.last += 1
        ticket = self.tickets[number] = self.last
        self.asked += 1
        agenda.put(&self.memory.agenda, <uint32_t>number)
        if start:
            try:
                with self.lock:
                    self.wake(self.asked)
            except OSError:
                if self.withdraw(ticket):
                    raise
        return ticket

    def rouse(self, int workers):
        """
        See to it that so many workers are awake, if there are questions for so many.

        Args:
            workers: How many, those included that the kernel holds.

        Raises:
            OSError: no process can be started now; ``EBADF``: after `close`.
        """
        with self.lock:
            self.wake(min(workers, self.asked))

    def led(self, uint64_t ticket):
        """Return whether the command that leads a question was answered well, be the question answered or not."""
        cdef uint32_t number
        with self.lock:
            if self.usable():
                for number in range(<uint32_t>self.most):
                    if self.tickets[number] == ticket:
                        return MP_LOAD(&agenda.question(&self.memory.agenda, number).led) != 0
        return False

    def withdraw(self, uint64_t ticket):
        """Take a question back; return whether that could be done: no worker has taken it, and none will."""
        cdef uint32_t number
        with self.lock:
            if not self.usable():
                return False
            for number in range(<uint32_t>self.most):
                if self.tickets[number] == ticket:
                    it = agenda.question(&self.memory.agenda, number)
                    if mp_change(&it.state, asked.ASKED, asked.IDLE):
                        self.forget(number)
                        return True
        return False

    def collect(self):
        """
        Return the answers that came; of a pool that is closed reap what is left.

        Returns:
            For each ``(ticket, error, status, host, driver, result, data, sense, nanoseconds, led)``. The error of one
            whose worker was killed is ``ECANCELED``: whether the device got the question nobody knows.
        """
        cdef list answers = []
        cdef uint64_t count
        cdef uint32_t number
        cdef bint told
        with self.lock:
            reap()
            if not self.usable():
                return answers
            told = c_read(self.announced, &count, sizeof(count)) > 0
            for number in range(<uint32_t>self.most):
                if self.tickets[number] and self.state(number) == asked.ANSWERED:
                    answers.append(answer(self.tickets[number], agenda.question(&self.memory.agenda, number)))
                    self.forget(number)
            # A death keeps the descriptor readable: it is seen to when nothing else is to be said.
            if (not told and self.bury()) or self.strays:
                self.give_up(answers)
        return answers

    def close(self):
        """End the workers; those that are in the kernel end when it lets them go. A second time does nothing."""
        with self.lock:
            self.end()

    # Places.

    cdef bint usable(self) noexcept:
        return self.epoll >= 0 and self.owner == generation and not self.closing

    cdef uint32_t state(self, uint32_t number) noexcept:
        return MP_LOAD(&agenda.question(&self.memory.agenda, number).state)

    cdef int free_number(self) except -2:
        """Return the number of a question that nobody uses, -1 where there is none."""
        cdef uint32_t number
        if not self.usable():
            raise OSError(9, os.strerror(9))
        if self.memory == NULL:
            self.map_memory()
        if self.asked == self.most or not agenda.has_room(&self.memory.agenda):
            return -1
        for number in range(<uint32_t>self.most):
            if self.tickets[number] == 0 and self.state(number) == asked.IDLE:
                return <int>number
        return -1

    cdef void forget(self, uint32_t number) noexcept:
        """Let a question be used again."""
        self.tickets[number] = 0
        self.asked -= 1
        MP_STORE(&agenda.question(&self.memory.agenda, number).state, asked.IDLE)

    cdef int wake(self, int workers) except -1:
        """Ring or start so many workers as are missing."""
        cdef int place
        cdef uint32_t bell
        if not self.usable():
            raise OSError(9, os.strerror(9))
        for place in range(self.most):
            if workers <= 0:
                return 0
            if self.places[place].pid == 0:
                continue
            bell = MP_LOAD(&self.memory.agenda.bells[place])
            if bell == agenda.GONE:
                self.release(place)  # it ends, and nobody has noticed yet
            elif bell != agenda.ASLEEP or agenda.woken(&self.memory.agenda, <uint32_t>place):
                workers -= 1
        for place in range(self.most):
            if workers <= 0:
                return 0
            if self.places[place].pid == 0:
                self.start(place)
                workers -= 1
        return 0

    cdef int start(self, int place) except -1:
        """Start a worker."""
        cdef Worker* one = &self.places[place]
        cdef long pid = 0
        cdef int attempt
        self.prepare()
        for attempt in range(3):  # somebody may kill the template just now
            self.names += 1
            MP_STORE(&self.memory.agenda.bells[place], agenda.AWAKE)
            with nogil:
                pid = template.born(self.memory, <uint32_t>place, self.names, self.mothers_fd)
            if pid != 0:
                break
            self.strays.add(self.names)
            self.forget_template()
            self.prepare()
        if pid <= 0:
            raise OSError(-pid or EAGAIN, os.strerror(-pid or EAGAIN))
        one.pid, one.name, one.pidfd = <int>pid, self.names, worker.mp_pidfd(<int>pid)
        if one.pidfd < 0:
            error = errno
            c_kill(one.pid, SIGKILL)
            reaped_or_kept(one.pid)
            one.pid = 0
            raise OSError(error, os.strerror(error))
        if self.listens(one.pidfd, <uint32_t>place) < 0:
            error = errno
            self.release(place)
            raise OSError(error, os.strerror(error))
        return 0

    cdef int prepare(self) except -1:
        """See to it that there is a template."""
        if self.mother and template.is_ready(self.mothers_fd, 0):  # somebody killed it
            self.forget_template()
        if self.mother == 0:
            self.make_template()
        return 0

    cdef int map_memory(self) except -1:
        """Make the memory; in a program that called mlockall() it is not to be filled at once, but to stay where it is."""
        cdef size_t ring = 1, lists, size
        while ring < <size_t>self.most:
            ring *= 2
        lists = (sizeof(template.Birth) + (ring + <size_t>self.most) * sizeof(uint32_t) + self.page - 1) // self.page
        size = lists * self.page + <size_t>self.most * (self.header + asked.MOST_DATA)
        cdef void* memory = mmap(NULL, size, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        if memory == MAP_FAILED:
            raise OSError(errno, os.strerror(errno))
        self.locked = msync(memory, size, MS_INVALIDATE) != 0 and errno == EBUSY
        if self.locked:
            munlock(memory, size)
        if mprotect(memory, size, PROT_READ | PROT_WRITE) != 0:
            error = errno
            munmap(memory, size)
            raise OSError(error, os.strerror(error))
        if self.locked:
            mlock2(memory, size, MLOCK_ONFAULT)
        self.memory = <template.Birth*>memory
        self.memory.size, self.memory.locked = size, self.locked
        self.memory.agenda.ring = <uint32_t*>(self.memory + 1)
        self.memory.agenda.bells = self.memory.agenda.ring + ring
        self.memory.agenda.questions = <char*>memory + lists * self.page
        self.memory.agenda.size = self.header + asked.MOST_DATA
        self.memory.agenda.mask, self.memory.agenda.most = <uint32_t>ring - 1, <uint32_t>self.most
        return 0

    cdef int make_template(self) except -1:
        cdef int ends[2]
        cdef int error
        cdef Worker made
        checked(pipe2(ends, O_CLOEXEC))
        self.memory.state = template.NOTHING
        with nogil:
            error = spawned(&made, self.memory, ends[0], self.announced, self.idle)
        c_close(ends[0])
        if error:
            c_close(ends[1])
            raise OSError(error, os.strerror(error))
        self.mother, self.mothers_fd, self.alive_end = made.pid, made.pidfd, ends[1]
        return 0

    cdef void forget_template(self) noexcept:
        """End the template, and with it its workers."""
        if self.mother == 0:
            return
        c_close(self.alive_end)
        if self.owner == generation:
            worker.mp_kill(self.mothers_fd)
            template.is_ready(self.mothers_fd, LINGER)
            reaped_or_kept(self.mother)
            reaped_or_kept(-self.mother)  # all of its group
        c_close(self.mothers_fd)
        self.mother, self.mothers_fd, self.alive_end = 0, -1, -1

    cdef int listens(self, int fd, uint32_t number) noexcept:
        cdef epoll_event event
        event.events, event.data.u32 = <uint32_t>EPOLLIN, number
        return epoll_ctl(self.epoll, EPOLL_CTL_ADD, fd, &event)

    cdef bint bury(self) noexcept:
        """Give the places of dead workers free; return whether there were any."""
        cdef epoll_event events[ENDINGS]
        cdef int number, found = epoll_wait(self.epoll, events, ENDINGS, 0)
        cdef bint any_dead = False
        for number in range(found):
            if events[number].data.u32 < <uint32_t>self.most:
                self.release(<int>events[number].data.u32)
                any_dead = True
        return any_dead

    cdef int give_up(self, list answers) except -1:
        """Answer for workers that are dead, and see to it that what waited for them does not wait for ever."""
        cdef set names = {self.places[place].name for place in range(self.most) if self.places[place].pid}
        cdef uint32_t number, state
        for number in range(<uint32_t>self.most):
            if self.tickets[number]:
                state = self.state(number)
                if state == asked.ANSWERED:  # its last one
                    answers.append(answer(self.tickets[number], agenda.question(&self.memory.agenda, number)))
                    self.forget(number)
                elif state >= asked.NAMES and state not in names:
                    answers.append(lost(self.tickets[number]))
                    self.forget(number)
                    if state in self.strays:  # it may be about to write there: nobody ever uses that again
                        MP_STORE(&agenda.question(&self.memory.agenda, number).state, state)
        if self.asked:
            with suppress(OSError):
                self.wake(1)
        elif not names and not self.strays and self.memory != NULL:
            madvise(self.memory.agenda.questions, self.most * self.memory.agenda.size, MADV_REMOVE)
        return 0

    cdef void release(self, int place) noexcept:
        """Forget a worker, dead or not: it does nothing any more."""
        cdef Worker* one = &self.places[place]
        if self.owner == generation:
            worker.mp_kill(one.pidfd)
            reaped_or_kept(one.pid)
        epoll_ctl(self.epoll, EPOLL_CTL_DEL, one.pidfd, NULL)
        c_close(one.pidfd)
        one.pid, one.name = 0, 0

    cdef void end(self) noexcept:
        """Let go of everything."""
        cdef int place
        cdef bint own = self.owner == generation
        cdef int64_t until
        if self.epoll < 0:
            return
        self.closing = True
        self.forget_template()  # which kills the workers
        until = now() + LINGER * 1000000
        for place in range(self.most):
            if self.places[place].pid:
                if own:
                    see_die(&self.places[place], MP_LOAD(&self.memory.agenda.bells[place]) == agenda.AWAKE, until)
                self.release(place)
        if self.memory != NULL:
            munmap(self.memory, self.memory.size)
        c_close(self.announced)
        c_close(self.epoll)
        self.epoll = self.announced = -1
        self.memory, self.asked = NULL, 0


cdef void see_die(Worker* one, bint awake, int64_t until) noexcept:
    """Wait for the end of a worker that was killed; of one that may be in the kernel only for a while."""
    cdef int64_t left = max(<int64_t>0, until - now()) // 1000000
    cdef int timeout = <int>left if awake else -1
    worker.mp_kill(one.pidfd)
    with nogil:
        template.is_ready(one.pidfd, timeout)


cdef void reaped_or_kept(int pid) noexcept:
    """Reap a process, or all of a group (below 0), or note that it has to be."""
    if is_left(pid):
        _unreaped.append(pid)


cdef bint is_left(int pid) noexcept:
    """Reap a process, or those of a group that have ended; return whether there is one that has not."""
    cdef int reaped = waitpid(pid, NULL, WNOHANG | WALL)
    while pid < 0 and reaped > 0:
        reaped = waitpid(pid, NULL, WNOHANG | WALL)
    return reaped == 0


cdef int spawned(Worker* one, template.Birth* birth, int alive, int announced, int64_t idle) noexcept nogil:
    """Make the template; return an errno, or 0."""
    cdef sigset_t every, before
    cdef long pid
    cdef int error
    sigfillset(&every)
    pthread_sigmask(SIG_SETMASK, &every, &before)
    pid = worker.mp_clone(&one.pidfd)
    error = errno
    if pid == 0:
        template.give_birth(birth, alive, announced, idle)
    pthread_sigmask(SIG_SETMASK, &before, NULL)
    if pid < 0:
        return error
    one.pid = <int>pid
    return 0


cdef int check(int operation, bytes node, bytes payload, unsigned int length, bytes data, bytes lead) except -1:
    """Refuse what does not fit, or could mean something else than was meant."""
    cdef Py_ssize_t size = PyBytes_GET_SIZE(payload)
    if not asked.SCSI <= operation <= asked.PERSIST:
        raise ValueError(f"there is no operation {operation}")
    if not 1 <= PyBytes_GET_SIZE(node) < asked.MOST_NODE or b"\0" in node:
        raise ValueError("a node has 1 to 4095 bytes, and no NUL")
    if length > asked.MOST_DATA or PyBytes_GET_SIZE(data) > asked.MOST_DATA or size > asked.MOST_PAYLOAD:
        raise ValueError("at most 256 KiB are read or sent, with a payload of at most 4096 bytes")
    if operation in (asked.SCSI, asked.SCSI_OUT, asked.CCISS) and not 6 <= size <= 255:
        raise ValueError("a command descriptor block has 6 to 255 bytes")
    if lead and (operation not in (asked.SCSI, asked.SCSI_OUT) or not 6 <= len(lead) <= asked.MOST_LEAD):
        raise ValueError("a command of 6 to 16 bytes leads another one of SCSI")
    if operation == asked.CCISS and (size > 16 or length > 0xFFFF):
        raise ValueError("a command of CCISS has 6 to 16 bytes, and asks for at most 65535")
    if operation == asked.PERSIST and size != sizeof(reservation_order):
        raise ValueError("an order about reservations has 24 bytes")
    if (operation in (asked.NVME, asked.NVME_IO) and size != 64) or (operation == asked.RESET and size != 4):
        raise ValueError("a submission entry of NVMe has 64 bytes, the number of a reset 4")
    return 0


cdef tuple answer(uint64_t ticket, Question* it):
    """Return what a worker wrote."""
    cdef uint32_t came = min(it.came, <uint32_t>asked.MOST_DATA), sensed = min(it.sensed, <uint32_t>asked.MOST_SENSE)
    data = PyBytes_FromStringAndSize(it.data, <Py_ssize_t>came)
    sense = PyBytes_FromStringAndSize(<char*>it.sense, <Py_ssize_t>sensed)
    return ticket, it.error, it.status, it.host, it.driver, it.result, data, sense, it.nanoseconds, it.led != 0


cdef tuple lost(uint64_t ticket):
    return ticket, ECANCELED, 0, 0, 0, 0, b"", b"", 0, False


cdef int reap() except -1:
    """Reap the processes of pools that were closed, if the kernel has let them go; in a copy they are not its own."""
    if _unreaped:
        _unreaped[:] = [pid for pid in _unreaped if is_left(pid)]
    return 0


cdef int checked(int result) except -1:
    if result < 0:
        raise OSError(errno, os.strerror(errno))
    return result
