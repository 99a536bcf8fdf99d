"""
Who lets a map queue again when this process dies before it could.

Strategy: to fail what waits for a path is to change the map for a while, and the kernel has no command that ends by
itself. So a small process is started first, which knows the map by its uuid and waits at the end of a pipe: a word says
that all is well again; an end without a word, that this process was killed, and then it sends the message itself. It is
in a session of its own, so that what a terminal sends to a whole group does not reach it.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from .. import errors
from ..dm.device import DeviceInfo

_PROGRAM: Final = """
import json, os, sys
sys.path[:] = json.loads(sys.argv[1])
from multipath.dm.control import Control
from multipath.dm.device import DeviceInfo
from multipath.errors import MultipathError
name, uuid, devt = json.loads(sys.argv[2])
if not os.read(0, 1):
    try:
        with Control(nodes="none") as control:
            control.message(DeviceInfo(name, uuid, devt, 0, 0, 0, 0), "queue_if_no_path")
    except MultipathError:
        pass
"""


@contextmanager
def guarded(device: DeviceInfo) -> Iterator[None]:
    """
    Have ``device`` queue again if this process is killed within the block; who leaves it has seen to that himself.

    Raises:
        DeviceMapperError: no process can be started.
    """
    theirs, ours = os.pipe()
    words = [json.dumps(sys.path), json.dumps([device.name, device.uuid, device.devt])]
    actions = [
        (os.POSIX_SPAWN_DUP2, theirs, 0),
        *((os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)),
    ]
    try:
        command = [sys.executable, "-ISc", _PROGRAM, *words]
        process = os.posix_spawn(sys.executable, command, {}, file_actions=actions, setsid=True)
    except OSError as error:
        os.close(ours)
        hint = "without another process nobody would let the map queue again, were this one killed"
        raise errors.DeviceMapperError(error.errno or 0, "posix_spawn", str(device), hint=hint) from None
    finally:
        os.close(theirs)
    try:
        yield
    finally:
        with suppress(OSError):  # it was killed itself: then there is nobody to be told
            os.write(ours, b"\n")
        os.close(ours)
        with suppress(ChildProcessError):
            os.waitpid(process, 0)
