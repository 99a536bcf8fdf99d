"""
``/dev/mapper`` in step with the kernel: by udev, by our own hand, or not at all.

With udev, a change waits until udev's rules have made or removed the links (`UdevNodes`). Without it, as in an
installer or an initramfs, the links are made here (`OwnNodes`): a symbolic link to the kernel's ``/dev/dm-N`` where
devtmpfs made one, as udev would do, else a block node. `NoNodes` leaves ``/dev`` alone.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from ..units import DevT
from .name import LONGEST_LINK, link_name
from .udev_flag import UdevFlag

NodesMode = Literal["auto", "udev", "own", "none"]
CONTROL_NAME: Final = "control"
_NO_LINKS: Final = frozenset({CONTROL_NAME, ".", ".."})
_UDEV_TIMEOUT: Final = 180.0  # udev itself kills a rule that takes longer
_NODE_MODE: Final = 0o600


@dataclass(slots=True)
class Announcement:
    """
    One command on its way: the number that the kernel puts into the uevent, and whether there will be one.

    Attributes:
        value: For ``event_nr`` of the command.
        generated: Set by the caller from the reply; ``False`` means that no uevent comes.
    """

    value: int = 0
    generated: bool = False


class Nodes(Protocol):
    """How ``/dev/mapper`` follows the kernel."""

    def announced(self, flags: UdevFlag) -> AbstractContextManager[Announcement]:
        """Wrap one command that changes a device; on the way out its nodes are in step."""


class UdevNodes:
    """
    Nodes by udev: each change waits for udev's rules.

    Attributes:
        reload_timeout: How long where a device was there before: its links are, too.
    """

    def __init__(self, timeout: float = _UDEV_TIMEOUT) -> None:
        self._timeout = self.reload_timeout = timeout

    @contextmanager
    def announced(self, flags: UdevFlag) -> Iterator[Announcement]:
        """Count one uevent, run the command, and wait for udev; a command that fails is taken back."""
        from .udev import UdevCookie  # here, for who only reads needs no semaphores of the C library

        with UdevCookie() as cookie:
            cookie.add()
            announcement = Announcement(cookie.kernel_value(flags | UdevFlag.PRIMARY_SOURCE))
            yield announcement
            if not announcement.generated:
                cookie.drop()
            cookie.wait(self.reload_timeout if flags & UdevFlag.SUBSYSTEM_FLAG0 else self._timeout)


class NoNodes:
    """No nodes: uevents carry the flags, and nobody waits."""

    def announced(self, flags: UdevFlag) -> AbstractContextManager[Announcement]:
        """Pass the flags on, should a udev start later."""
        return nullcontext(Announcement(int(flags | UdevFlag.PRIMARY_SOURCE) << 16))


class OwnNodes(NoNodes):
    """Nodes by our own hand, for a host without udev."""

    def __init__(self, dev: Path = Path("/dev")) -> None:
        self._dev = dev

    @contextmanager
    def locked(self) -> Iterator[None]:
        """
        Keep all others of this library out of the folder, to be taken before the devices are listed.

        Else the link of a device that another process makes after the list would be taken for one that is left over.
        """
        folder = os.open(self._folder(), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            fcntl.flock(folder, fcntl.LOCK_UN)  # a child that was forked meanwhile has the descriptor too
            os.close(folder)

    def synchronise(self, list_devices: Callable[[], Mapping[str, DevT]], is_live: Callable[[str], bool]) -> None:
        """
        Link every device that has a live table, and remove what no device answers to; also after a killed run.

        The devices are listed behind the look into the folder: a program that takes no lock, dmsetup for one, makes the
        device first and then its link, and a list from before would take that link for one that is left over.
        """
        folder = self._folder()
        there = {entry.name for entry in folder.iterdir() if not entry.is_dir()}
        devices = list_devices()
        links = {link_name(name): name for name in devices}
        for left in there - links.keys() - {CONTROL_NAME}:
            (folder / left).unlink(missing_ok=True)
        for link, name in links.items():
            # Before Linux v6.5 a device could be called like the control node.
            linkable = link not in _NO_LINKS and len(link) <= LONGEST_LINK
            if linkable and _rdev(folder / link) != devices[name] and is_live(name):
                self._link(folder / link, devices[name])

    def _folder(self) -> Path:
        folder = self._dev / "mapper"
        folder.mkdir(mode=0o755, exist_ok=True)
        return folder

    def _link(self, path: Path, devt: DevT) -> None:
        """Link to the kernel's node, or make a block node where there is none; a reader sees the old or the new one."""
        node, fresh = self._dev / f"dm-{os.minor(devt)}", path.with_name(f".{path.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        if _rdev(node) == devt:
            fresh.symlink_to(f"../{node.name}")
        else:
            os.mknod(fresh, stat.S_IFBLK | _NODE_MODE, devt)
        fresh.replace(path)


def choose_nodes(mode: NodesMode) -> Nodes:
    """Return how nodes are kept; ``"auto"`` takes udev where its daemon runs, else our own hand."""
    if mode == "auto":
        mode = "udev" if udev_is_running() else "own"
    kinds: dict[str, type[Nodes]] = {"udev": UdevNodes, "own": OwnNodes, "none": NoNodes}
    return kinds[mode]()


def udev_is_running(run: str = "/run/udev/control") -> bool:
    """Tell whether a udev daemon listens on this host, as libdevmapper decides it."""
    return os.access(run, os.F_OK)


def make_control_node(path: str, misc: Path = Path("/proc/misc")) -> None:
    """
    Make the control node where neither devtmpfs nor udev did.

    Raises:
        OSError: the kernel has no device-mapper, or the node may not be made.
    """
    for line in misc.read_text("ascii").splitlines():
        minor, _, name = line.strip().partition(" ")
        if name == "device-mapper":
            os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
            with suppress(FileExistsError):  # another process was quicker
                os.mknod(path, stat.S_IFCHR | _NODE_MODE, os.makedev(10, int(minor)))
            return
    raise FileNotFoundError(2, "no device-mapper in /proc/misc")


def _rdev(path: Path) -> int | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_rdev if stat.S_ISBLK(status.st_mode) else None
