"""
The open file of ``/dev/mapper/control``: one ioctl, the GIL released round it, EINTR handled, the buffer grown.

Strategy: a call takes a `Request` of plain values and writes it afresh for each attempt, into a buffer of its own; so
calls from several threads share nothing but the descriptor. What the kernel says is not interpreted here: an errno
becomes `OSError`, a positive result `Unanswered`, everything else a `Reply`.
"""

import os

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_FromStringAndSize, PyByteArray_GET_SIZE
from cpython.exc cimport PyErr_CheckSignals
from libc.errno cimport EINTR, ENOMEM, errno
from libc.stdint cimport uint32_t
from libc.string cimport memcpy, memset

from multipath._native cimport dm_ioctl as dm
from multipath._native.codec cimport Reply, Request

cdef extern from "<sys/ioctl.h>" nogil:
    int c_ioctl "ioctl"(int fd, unsigned long request, ...)

cdef extern from *:
    """
    /* A kernel with the most maps that anyone reported answers a list in a few MiB; more than this is not an answer. */
    #define MP_LARGEST_REPLY (256u << 20)
    """
    const size_t MP_LARGEST_REPLY

cdef enum:
    COMMANDS = 32
    FIRST_SIZE = 2 << 10  # the kernel copies in what it is given: a status of some paths fits, and costs least
    LARGEST_KEPT = 1 << 20


class Unanswered(Exception):
    """
    The ioctl gave a positive result: it was neither refused nor done, and nothing was copied back.

    Attributes:
        result: That number.
    """

    def __init__(self, result):
        self.result = result
        super().__init__(result)

    def __str__(self):
        """Return the number and what it means."""
        return f"result {self.result}, and no reply"


cdef class ControlFile:
    """
    The control node, open for reading and writing.

    Args:
        path: The node.

    Raises:
        OSError: the node could not be opened.

    Synchronization: `call` may run in several threads at once; `close` must not run beside a `call`.
    """

    cdef int fd
    cdef size_t sizes[COMMANDS]  # what each command's last replies needed: a long list must not slow a short status

    def __cinit__(self, path):
        cdef size_t command
        self.fd = -1
        for command in range(COMMANDS):
            self.sizes[command] = FIRST_SIZE
        self.fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)

    def __dealloc__(self):
        if self.fd >= 0:
            c_close(self.fd)

    def fileno(self):
        """Return the descriptor, or -1 after `close`."""
        return self.fd

    def close(self):
        """Close the file; a second time does nothing."""
        fd, self.fd = self.fd, -1
        if fd >= 0:
            os.close(fd)

    def call(self, Request request not None):
        """
        Send one request and return its reply.

        The buffer grows until the reply fits it, and each attempt sends the original request. An interrupted call runs
        Python's signal handlers and is sent again, unless one of them raises.

        Raises:
            OSError: the kernel's errno; ``EBADF`` after `close`.
            Unanswered: a positive result.
            ValueError: a reply that contradicts itself.
        """
        cdef bytearray buffer
        cdef Reply reply
        cdef size_t* kept = &self.sizes[request.command % COMMANDS]
        cdef size_t size = max(kept[0], sizeof(dm.dm_ioctl) + <size_t>len(request.payload) + 8)
        while True:
            buffer = PyByteArray_FromStringAndSize(NULL, <Py_ssize_t>size)
            self.attempt(request, buffer)
            reply = Reply(buffer)
            if not reply.flags & dm.DM_BUFFER_FULL_FLAG:
                kept[0] = max(kept[0], min(size, LARGEST_KEPT))
                return reply
            size *= 2
            if size > MP_LARGEST_REPLY:
                raise OSError(ENOMEM, os.strerror(ENOMEM))

    cdef int attempt(self, Request request, bytearray buffer) except -1:
        """Run the ioctl once, or again for as long as signals interrupt it."""
        cdef unsigned long number = dm.MP_REQUEST(request.command)
        cdef char* at = PyByteArray_AS_STRING(buffer)
        cdef int fd = self.fd, result, error
        while True:
            request.write(buffer)
            with nogil:
                result = c_ioctl(fd, number, at)
                error = errno
            if request.flags & dm.DM_SECURE_DATA_FLAG and result != 0:
                memset(at, 0, <size_t>PyByteArray_GET_SIZE(buffer))
            if result == 0:
                return 0
            if result > 0:
                raise Unanswered(result)
            if error != EINTR:
                raise OSError(error, os.strerror(error))
            PyErr_CheckSignals()


def probe_paths(int fd):
    """
    Let a map read one block down each active path of its current group, and fail the paths that do not answer.

    Blocks for as long as the slowest path does, uninterruptibly; the GIL is released.

    Args:
        fd: The map's own node, open.

    Raises:
        OSError: ``ENOTCONN``: no usable path is left; ``ENOTTY``: this kernel cannot, or ``fd`` is no multipath map.
    """
    cdef int result, error
    with nogil:
        result = c_ioctl(fd, dm.DM_MPATH_PROBE_PATHS)
        error = errno
    if result != 0:
        raise OSError(error, os.strerror(error))


cdef extern from "<unistd.h>" nogil:
    int c_close "close"(int fd)
