# The memory that a worker has from its program and has no use for, given back.
#
# Strategy: a worker needs its code, its stack and what it shares; the heap and the stacks of other threads would only be
# kept from the program, which pays for each page that it changes with a copy as long as somebody else has it. So large
# anonymous mappings go, and whatever is shared with others. What is told by the kernel is read byte by byte: nothing can
# be allocated here. Where there is no /proc the worker is merely larger.

from libc.stdint cimport uint64_t

from multipath._native.calls cimport O_CLOEXEC, O_RDONLY, c_close, c_open, c_read

cdef extern from "<sys/mman.h>" nogil:
    int c_munmap "munmap"(void* address, size_t size)

cdef extern from * nogil:
    """
    #include <errno.h>
    /* An address in the storage of this thread. */
    #define MP_THREAD ((uintptr_t)&errno)
    """
    size_t MP_THREAD

cdef enum:
    LEAST = 256 << 10  # what is smaller may belong to the dynamic linker
    LARGEST = 64 << 10  # MiB: what is larger is address space of a sanitizer, and no memory
    PERMISSIONS = 4

# The fields of a line: 7f0000000000-7f0000001000 rw-p 00000000 00:00 0    [heap]
cdef enum:
    START
    END
    ALLOWED
    OFFSET
    DEVICE
    INODE
    NAME

cdef struct Mapping:
    uint64_t start
    uint64_t end
    char allowed[PERMISSIONS]
    uint64_t inode
    char name[2]
    int field
    int place  # in the field
    uint64_t file_end  # of the mapping before, if that is of a file


cdef inline void shed(size_t shared, size_t size) noexcept nogil:
    # What stays is at `shared`; it may be several mappings.
    cdef char told[2048]
    cdef Mapping one
    cdef size_t stack = <size_t>&one
    cdef ssize_t came, at
    cdef int fd = c_open(b"/proc/self/maps", O_RDONLY | O_CLOEXEC)
    if fd < 0:
        return
    one.file_end = 0
    begin(&one)
    while True:
        came = c_read(fd, told, sizeof(told))
        if came <= 0:
            break
        for at in range(came):
            if told[at] != c'\n':
                note(&one, told[at])
                continue
            if is_useless(&one) and not (holds(&one, stack) or holds(&one, MP_THREAD) or meets(&one, shared, size)):
                c_munmap(<void*><size_t>one.start, <size_t>(one.end - one.start))
            one.file_end = one.end if one.inode else 0
            begin(&one)
    c_close(fd)


cdef inline void begin(Mapping* one) noexcept nogil:
    one.start = one.end = one.inode = 0
    one.field, one.place = START, 0
    one.name[0] = one.name[1] = 0


cdef inline void note(Mapping* one, char letter) noexcept nogil:
    if one.field < NAME and letter == (c'-' if one.field == START else c' '):
        one.field, one.place = one.field + 1, 0
        return
    if one.field == START:
        one.start = one.start << 4 | digit(letter)
    elif one.field == END:
        one.end = one.end << 4 | digit(letter)
    elif one.field == ALLOWED and one.place < PERMISSIONS:
        one.allowed[one.place] = letter
    elif one.field == INODE:
        one.inode = one.inode * 10 + digit(letter)
    elif one.field == NAME:
        if letter == c' ' and one.place == 0:
            return
        if one.place < 2:
            one.name[one.place] = letter
    one.place += 1


cdef inline uint64_t digit(char letter) noexcept nogil:
    return <uint64_t>(letter - c'0' if letter <= c'9' else letter - c'a' + 10)


cdef inline bint is_useless(Mapping* one) noexcept nogil:
    cdef uint64_t size = one.end - one.start
    if one.allowed[3] == c's':
        return True
    if one.inode or one.allowed[1] != c'w' or not LEAST <= size <= <uint64_t>LARGEST << 20 or one.start == one.file_end:
        return False
    # No name, [heap], or one that a program gave to memory of its own, [anon:...].
    return one.name[0] == 0 or (one.name[0] == c'[' and (one.name[1] == c'h' or one.name[1] == c'a'))


cdef inline bint holds(Mapping* one, size_t address) noexcept nogil:
    return one.start <= address < one.end


cdef inline bint meets(Mapping* one, size_t address, size_t size) noexcept nogil:
    return one.start < address + size and address < one.end
