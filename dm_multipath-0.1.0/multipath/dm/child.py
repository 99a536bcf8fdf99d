"""
A call that the kernel may hold for ever, made by a process of its own.

Strategy: who waits in the kernel for a map without a path, or for a disk that is to go, waits until that ends, whatever
signals come; so does the end of its process. A small interpreter makes the call instead, and is left behind if it must
be. Nothing of this process is in it: no lock, no descriptor.
"""

import errno
import os
import select
import sys
from collections.abc import Sequence
from typing import Final

# What a program is put into: its words are argv[1:]; its end says the errno.
_FRAME: Final = """
import os, sys
def call(argv):
{program}
try:
    call(sys.argv[1:])
except OSError as error:
    os._exit((error.errno or 5) & 255)
os._exit(0)
"""
_KILL: Final = 9


def call_apart(program: str, words: Sequence[str], timeout: float) -> None:
    """
    Run the body of a function of ``argv`` that makes a call.

    Args:
        program: Its lines, each with four blanks at least; it has ``os``.
        words: What ``argv`` is.
        timeout: Seconds.

    Raises:
        OSError: what the call raised.
        TimeoutError: it has not returned in time; it may still do so.

    Synchronization: none required.
    """
    command = [sys.executable, "-ISc", _FRAME.format(program=program), *words]
    null = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)]
    process = os.posix_spawn(sys.executable, command, {}, file_actions=null)
    ended = os.pidfd_open(process)
    try:
        poller = select.poll()
        poller.register(ended, select.POLLIN)
        in_time = bool(poller.poll(timeout * 1000))
    except BaseException:
        os.kill(process, _KILL)
        raise
    finally:
        os.close(ended)
    if not in_time:
        os.kill(process, _KILL)  # it dies when the kernel lets it
        raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if code:
        code = code if code > 0 else errno.EIO
        raise OSError(code, os.strerror(code))
