# What is still to happen in a simulation, the soonest first: a heap of four children to a node.
#
# The end of one I/O mostly brings the next event with it. So taking the first leaves a hole at the top, and the next
# event that is added fills it: one walk down instead of two. Of events at one moment the one that was added first
# comes first.

from libc.stdint cimport uint32_t, uint64_t
from libc.stdlib cimport realloc

cdef enum:
    SLOT_BITS = 22  # an event belongs to an I/O, whose slot stands in the low bits of `order`


cdef struct Event:
    uint64_t time
    uint64_t order  # numbers as they are added, above the slot


cdef struct EventHeap:
    Event* events
    uint64_t added
    uint32_t count   # the hole included
    uint32_t room
    bint has_hole    # at the top


cdef inline bint is_sooner(Event a, Event b) noexcept nogil:
    return (a.time < b.time) | ((a.time == b.time) & (a.order < b.order))


cdef inline bint make_room(EventHeap* heap, uint32_t room) noexcept nogil:
    cdef Event* events = <Event*>realloc(heap.events, room * sizeof(Event))
    if events == NULL:
        return False
    heap.events = events
    heap.room = room
    return True


cdef inline void move_down(EventHeap* heap, uint32_t place, Event event) noexcept nogil:
    # Put `event` at `place`, which is free, or below it.
    cdef Event* events = heap.events
    cdef uint32_t count = heap.count
    cdef uint32_t child = 4 * place + 1, least, other
    while child + 3 < count:
        least = child + 1 if is_sooner(events[child + 1], events[child]) else child
        other = child + 3 if is_sooner(events[child + 3], events[child + 2]) else child + 2
        least = other if is_sooner(events[other], events[least]) else least
        if not is_sooner(events[least], event):
            events[place] = event
            return
        events[place] = events[least]
        place = least
        child = 4 * place + 1
    if child < count:
        least = child
        for other in range(child + 1, count):
            if is_sooner(events[other], events[least]):
                least = other
        if is_sooner(events[least], event):
            events[place] = events[least]
            place = least
    events[place] = event


cdef inline void move_up(EventHeap* heap, uint32_t place, Event event) noexcept nogil:
    cdef Event* events = heap.events
    cdef uint32_t parent
    while place:
        parent = (place - 1) >> 2
        if not is_sooner(event, events[parent]):
            break
        events[place] = events[parent]
        place = parent
    events[place] = event


cdef inline void add_event(EventHeap* heap, uint64_t time, uint32_t slot) noexcept nogil:
    # There is room: the caller has made as much as there are slots.
    cdef Event event
    event.time = time
    event.order = heap.added << SLOT_BITS | slot
    heap.added += 1
    if heap.has_hole:
        heap.has_hole = False
        move_down(heap, 0, event)
    else:
        heap.count += 1
        move_up(heap, heap.count - 1, event)


cdef inline bint settle(EventHeap* heap) noexcept nogil:
    # Fill the hole; return whether there is an event, which then stands first.
    if heap.has_hole:
        heap.has_hole = False
        heap.count -= 1
        if heap.count:
            move_down(heap, 0, heap.events[heap.count])
    return heap.count > 0


cdef inline void order_again(EventHeap* heap) noexcept nogil:
    # After times were changed in place, with no hole.
    cdef uint32_t place = heap.count // 4 + 1
    while place:
        place -= 1
        if place < heap.count:
            move_down(heap, place, heap.events[place])
