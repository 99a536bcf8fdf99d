"""
What wakes those who wait for a change of maps, paths and links.

Theory of operation. Each source has a descriptor that gets readable once something has happened since it was read last:
device-mapper's event counter, the uevents of the kernel and of udevd, the folders in which links and udevd's files come
and go. A round is: read them all, look, and wait only then; so what happens while one looks wakes him at once. What is
told is only a hint: whoever is woken looks for himself.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path as Folder
from typing import Final, Self

from .. import errors
from ..dm.control import Control
from ..paths.folder_watch import FolderWatch
from ..paths.uevent import Uevent
from ..paths.uevents import KernelUevents, udev_answers

UDEV: Final = Folder("/run/udev")
_FOLDERS: Final = (Folder("/dev/mapper"), UDEV)
_STORAGE: Final = frozenset({"block", "scsi", "nvme", "ccw"})
_TRANSPORTS: Final = ("fc_", "iscsi_", "sas_", "srp_", "nvme-")


class Wakes:
    """
    The sources of one who waits.

    Where a source is missing, as for netlink in a container, the others have to do.

    Args:
        control: The device-mapper; in memory it is the only source there is.

    Synchronization: one task.
    """

    def __init__(self, control: Control) -> None:
        self._control = control.sibling()
        self._uevents: list[KernelUevents] = []
        self._folders: list[FolderWatch] = []
        if control.shared:
            with suppress(errors.UdevError):
                self._uevents.append(KernelUevents("kernel"))
                if udev_answers():
                    self._uevents.append(KernelUevents("udev"))
            with suppress(errors.FileError):
                self._folders.append(FolderWatch(_FOLDERS))

    def __enter__(self) -> Self:
        """Return the sources."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close them."""
        self._control.close()
        for uevents in self._uevents:
            uevents.close()
        for folder in self._folders:
            folder.close()

    def read(self) -> list[str]:
        """Forget what has happened so far, and return what of it concerns storage, one line each; never waits."""
        happened = ["an event of device-mapper"] if self._control.poll(0) else []
        self._control.arm_poll()
        for source in self._uevents:
            happened += [f"{source.group}: {each.action} of {each.name}" for each in source.read() if _concerns(each)]
        for folder in self._folders:
            folder.read()
        return happened

    async def wait(self, seconds: float) -> bool:
        """Wait until something happens; ``False`` where nothing did for so long."""
        loop, woken = asyncio.get_running_loop(), asyncio.Event()
        descriptors = list(self._descriptors())
        for fd in descriptors:
            loop.add_reader(fd, woken.set)
        try:
            async with asyncio.timeout(seconds):
                await woken.wait()
        except TimeoutError:
            return False
        finally:
            for fd in descriptors:
                loop.remove_reader(fd)
        return True

    def _descriptors(self) -> Iterator[int]:
        yield self._control.fileno()
        yield from (uevents.fileno() for uevents in self._uevents)
        yield from (folder.fileno() for folder in self._folders)


def _concerns(uevent: Uevent) -> bool:
    return uevent.subsystem in _STORAGE or uevent.subsystem.startswith(_TRANSPORTS)
