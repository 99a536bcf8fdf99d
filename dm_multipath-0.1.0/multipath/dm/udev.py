"""
The udev cookie protocol: wait until udev has handled the uevent that a command caused.

Theory of operation. A cookie is a System V semaphore whose key is ``0x0D4D0000 | base``. It starts at 1; each command
adds 1 before its ioctl and passes ``flags << 16 | base`` to the kernel, which puts that number into the uevent; udev's
last rule for the device subtracts 1. The waiter takes the first 1 off, waits for zero and removes the semaphore. A
command that fails, or that caused no uevent, takes its own 1 back.

A process that dies in between leaves its semaphore behind, and enough of them stop every device-mapper user of the
host. So the set has more semaphores than the protocol needs: they name their owner (process, its start, its pid
namespace), and the next cookie of this library removes the sets of owners that are gone. Programs that know the
protocol look at the first semaphore alone.

Source: the behaviour of libdevmapper 1.02 and of Debian's rules; ``dmsetup udevcookies`` is the oracle.
"""

import errno
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, Self

from .. import errors
from .._native.libc import ffi, lib
from .udev_flag import UdevFlag

_MAGIC: Final = 0x0D4D0000
_MAGIC_MASK: Final = 0xFFFF0000
_BASE_MASK: Final = 0xFFFF
_MODE: Final = 0o600
_FIFTEEN_BITS: Final = 0x7FFF  # a semaphore holds no more
_OWNED_SET: Final = 5  # the protocol's semaphore, then the owner in four
_GONE: Final = (errno.EIDRM, errno.EINVAL)  # someone completed all cookies by force, while we waited or before


class UdevCookie:
    """
    One cookie for one or more commands.

    Raises:
        UdevError: the host has no room for another semaphore set.

    Synchronization: one thread.
    """

    _id, _process = -1, -1  # as long as its making may be interrupted

    def __init__(self) -> None:
        remove_orphans()
        self._id, self._process = -1, os.getpid()
        owner = _owner(self._process)
        self.key = 0
        while not self.key:
            key = _MAGIC | (int.from_bytes(os.urandom(2)) or 1)
            self._id = lib.semget(key, _OWNED_SET, lib.IPC_CREAT | lib.IPC_EXCL | _MODE)
            if self._id >= 0:
                self.key = key
            elif ffi.errno != errno.EEXIST:
                raise _failed(ffi.errno, "no semaphore for udev", "compare ipcs -s with /proc/sys/kernel/sem")
        lib.semctl_array(self._id, lib.SETALL, ffi.new("unsigned short[]", [1, *owner]))

    def __enter__(self) -> Self:
        """Return the cookie."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Remove the semaphore, whatever happened."""
        self.release()

    def __del__(self) -> None:
        """Remove it where a signal's exception came before ``with`` had it; a fork's copy is not the owner."""
        if self._process == os.getpid():
            self.release()

    def kernel_value(self, flags: UdevFlag) -> int:
        """Return the number that goes into ``event_nr`` of a command."""
        return int(flags) << 16 | self.key & _BASE_MASK

    def add(self) -> None:
        """Count one uevent more that has to come."""
        self._step(1, "could not count a uevent")

    def drop(self) -> None:
        """Count one uevent less: its command failed, or caused none."""
        self._step(-1, "could not take a uevent back")

    def wait(self, timeout: float) -> None:
        """
        Wait until udev has handled all that was counted, at most ``timeout`` seconds.

        Raises:
            UdevError: it has not, with ``ETIMEDOUT``; the device itself is as the kernel left it.
        """
        self.drop()
        deadline, left = time.monotonic() + timeout, max(timeout, 0)
        while left >= 0:  # at least once, for what is done already
            limit = ffi.new("struct timespec *", {"tv_sec": int(left), "tv_nsec": int(left % 1 * 1e9)})
            if lib.semtimedop(self._id, ffi.new("struct sembuf *", {"sem_op": 0}), 1, limit) == 0:
                return
            if ffi.errno in _GONE:  # nothing is left to wait for
                return
            if ffi.errno not in (errno.EINTR, errno.EAGAIN):
                raise _failed(ffi.errno, "could not wait for udev")
            left = deadline - time.monotonic()
        raise _failed(
            errno.ETIMEDOUT, f"udev did not finish within {timeout:g} s", "see udevadm monitor; is udevd alive?"
        )

    def release(self) -> None:
        """Remove the semaphore; a second time does nothing."""
        if self._id >= 0:
            lib.semctl_plain(self._id, 0, lib.IPC_RMID)
        self._id = -1

    def _step(self, amount: int, what: str) -> None:
        step = ffi.new("struct sembuf *", {"sem_op": amount, "sem_flg": lib.IPC_NOWAIT})
        while lib.semop(self._id, step, 1) != 0:
            if amount < 0 and ffi.errno in _GONE:
                return
            if ffi.errno != errno.EINTR:
                raise _failed(ffi.errno, what)


def remove_orphans() -> int:
    """Remove the cookies of this library whose owner is gone, and return how many there were."""
    removed = 0
    for semid in _cookie_sets():
        values = ffi.new(f"unsigned short[{_OWNED_SET}]")
        if lib.semctl_array(semid, lib.GETALL, values) == 0 and _is_orphan(list(values)[1:]):
            removed += lib.semctl_plain(semid, 0, lib.IPC_RMID) == 0
    return removed


def _cookie_sets() -> Iterator[int]:
    """Yield the ids of the semaphore sets that have a cookie's key and our size."""
    with suppress(OSError), open("/proc/sysvipc/sem", encoding="ascii") as table:
        next(table)
        for line in table:
            key, semid, _, count = map(int, line.split()[:4])
            if key & _MAGIC_MASK == _MAGIC and count == _OWNED_SET:
                yield semid


def _owner(pid: int) -> list[int]:
    """Name a process in four values of 15 bits: its pid, when it started, and its pid namespace."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        started = int(stat.read().rpartition(")")[2].split()[19])
    return [pid & _FIFTEEN_BITS, pid >> 15, started & _FIFTEEN_BITS, _namespace()]


def _namespace() -> int:
    """Return the last 15 bits of this process's pid namespace; 0 where the kernel has no such namespaces."""
    try:
        return os.stat("/proc/self/ns/pid").st_ino & _FIFTEEN_BITS
    except FileNotFoundError:
        return 0


def _is_orphan(owner: list[int]) -> bool:
    low, high, _, namespace = owner
    if namespace != _namespace():
        return False  # another container's: its processes cannot be seen from here
    try:
        return _owner(high << 15 | low) != owner
    except OSError:
        return True


def _failed(code: int, what: str, hint: str = "") -> errors.UdevError:
    return errors.UdevError(code, f"udev cookie: {what}: {os.strerror(code)}" + (f"; {hint}" if hint else ""))
