"""The open control file of a virtual kernel: what stands where the ioctl is."""

import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from .._native import codec

if TYPE_CHECKING:
    from .kernel import VirtualKernel


class VirtualControlFile:
    """
    An open control file, with a descriptor that gets readable with the next event after it was opened or armed.

    Synchronization: `call` may run in several threads at once; `close` must not run beside a `call`.
    """

    def __init__(self, kernel: "VirtualKernel") -> None:
        self._kernel = kernel
        self._fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)

    def call(self, request: codec.Request) -> codec.Reply:
        """
        Send one request and return its reply.

        Raises:
            OSError: the kernel's errno; ``EBADF`` after `close`, ``ENODEV`` after the end of the machine.
            Unanswered: a positive result.
        """
        if self._fd < 0:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        if self._kernel.ended:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return codec.Reply(self._kernel.ioctls.answer(request, self))

    def fileno(self) -> int:
        """Return the descriptor, or -1 after `close`."""
        return self._fd

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._kernel.closed(self)
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    # For the kernel.

    def wake(self) -> None:
        """An event came."""
        os.eventfd_write(self._fd, 1)

    def arm(self) -> None:
        """Forget the events so far."""
        with suppress(BlockingIOError):
            os.eventfd_read(self._fd)
