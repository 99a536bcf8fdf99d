# What waits to be asked, and who is there to ask: the part of a pool's memory through which the program and its workers
# find each other.
#
# Strategy: the program writes a question, and its number into a ring; the first worker that comes along takes it, by
# changing its state. So one worker that was woken answers all that waits, and any other may help. A worker that finds
# nothing sleeps on a word of its own, its bell; it is rung where too few are awake. Nobody waits for a lock, so it does not
# matter where a worker is when it is killed: a question that it has taken bears its name, and one that it was about to
# take is still there for the next.

from libc.stdint cimport int64_t, uint32_t

from multipath._native cimport question as asked
from multipath._native.question cimport Question
from multipath._native.shared_word cimport MP_FENCE, MP_LOAD, MP_STORE, mp_change, mp_wake, slept

# What a bell says of its worker.
cdef enum:
    GONE  # there is none, or it is about to end
    AWAKE
    ASLEEP
    RUNG

cdef struct Agenda:
    uint32_t head, tail  # of the ring: what is taken next, and where the next one goes; they run over
    uint32_t mask
    uint32_t most  # workers, and questions
    uint32_t* ring  # the numbers of questions
    uint32_t* bells
    char* questions
    size_t size  # of each question


cdef inline Question* question(Agenda* agenda, uint32_t number) noexcept nogil:
    return <Question*>(agenda.questions + number * agenda.size)


cdef inline bint is_empty(Agenda* agenda) noexcept nogil:
    return MP_LOAD(&agenda.head) == MP_LOAD(&agenda.tail)


# The program's side.

cdef inline bint has_room(Agenda* agenda) noexcept nogil:
    # Return whether the ring takes one more, when what is waited for no longer has been passed over.
    cdef uint32_t head = MP_LOAD(&agenda.head)
    while head != agenda.tail:
        if MP_LOAD(&question(agenda, agenda.ring[head & agenda.mask]).state) == asked.ASKED:
            break
        mp_change(&agenda.head, head, head + 1)
        head = MP_LOAD(&agenda.head)
    return agenda.tail - head <= agenda.mask


cdef inline void put(Agenda* agenda, uint32_t number) noexcept nogil:
    MP_STORE(&question(agenda, number).state, asked.ASKED)
    MP_STORE(&agenda.ring[agenda.tail & agenda.mask], number)
    MP_STORE(&agenda.tail, agenda.tail + 1)
    MP_FENCE()  # whoever falls asleep now sees it, or is seen to be asleep


cdef inline bint woken(Agenda* agenda, uint32_t place) noexcept nogil:
    # Wake a worker; return whether it was asleep.
    if not mp_change(&agenda.bells[place], ASLEEP, RUNG):
        return False
    mp_wake(&agenda.bells[place])
    return True


# The workers' side.

cdef inline Question* taken(Agenda* agenda, uint32_t name) noexcept nogil:
    # Return the question that has waited longest, now the worker's of that name; NULL where none waits.
    cdef Question* it
    cdef uint32_t head = MP_LOAD(&agenda.head)
    cdef bint mine
    while head != MP_LOAD(&agenda.tail):
        it = question(agenda, MP_LOAD(&agenda.ring[head & agenda.mask]))
        mine = mp_change(&it.state, asked.ASKED, name)
        # Others may have gone on meanwhile; what is taken here is a question that waits, all the same.
        mp_change(&agenda.head, head, head + 1)
        if mine:
            return it
        head = MP_LOAD(&agenda.head)
    return NULL


cdef inline void wake_another(Agenda* agenda) noexcept nogil:
    cdef uint32_t place
    for place in range(agenda.most):
        if woken(agenda, place):
            return


cdef inline bint rested(Agenda* agenda, uint32_t place, int64_t idle) noexcept nogil:
    # Sleep until there may be something to do; return False after `idle` nanoseconds without.
    cdef uint32_t* bell = &agenda.bells[place]
    MP_STORE(bell, ASLEEP)
    MP_FENCE()
    if is_empty(agenda):
        while MP_LOAD(bell) == ASLEEP:
            if slept(bell, ASLEEP, idle) and mp_change(bell, ASLEEP, GONE):
                return False
    MP_STORE(bell, AWAKE)
    return True
