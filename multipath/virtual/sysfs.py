"""
The sysfs of a virtual world: real files and links in a folder, laid out as the kernel's.

Strategy: a block device has one folder below ``devices``, to which ``block``, ``class/block`` and ``dev/block`` link.
A value that changes is replaced as a whole, so that a reader finds the old one or the new one, never an empty file.
Files are not watched; whoever honours what a program writes into one reads it when it matters.
"""

import os
import shutil
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from ..units import DevT, Sectors, format_devt

Value = str | int | bytes

_FOLDERS: Final = ("block", "class/block", "dev/block", "devices/virtual/block")


def text_of(value: Value) -> bytes:
    """Return a value as the kernel prints it; bytes stand for themselves."""
    return value if isinstance(value, bytes) else b"%s\n" % str(value).encode()


@dataclass(slots=True)
class _Hold:
    """How often a map holds a device, and the folder of the device."""

    below: str | None
    times: int = 1


class SysfsTree:
    """
    A sysfs root.

    Args:
        root: Its folder, for the ``sysfs=`` of `multipath.Host`.

    Synchronization: any number of threads.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.RLock()
        self._holds: dict[tuple[DevT, int], _Hold] = {}
        self._folders: dict[DevT, str] = {}
        self._maps: dict[int, DevT] = {}
        self._diskseq = count(1)
        self._shared: dict[bytes, str] = {}
        for folder in _FOLDERS:
            (root / folder).mkdir(parents=True, exist_ok=True)

    # Files.

    def write(self, folder: str, attributes: Mapping[str, Value]) -> None:
        """Make the files of a folder, which must be there, with these values."""
        for name, value in attributes.items():
            fd = os.open(f"{self.root}/{folder}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            try:
                os.write(fd, text_of(value))
            finally:
                os.close(fd)

    def share(self, folder: str, attributes: Mapping[str, Value]) -> None:
        """
        Make files that nobody ever writes to; those of one value are one file, which makes large worlds small.

        A program that writes into one all the same writes into all of them.
        """
        for name, value in attributes.items():
            text = text_of(value)
            try:
                os.link(f"{self.root}/{self._shared[text]}", f"{self.root}/{folder}/{name}")
            except (KeyError, OSError):  # the first of its value, or too many, or the one to link to is gone
                self.write(folder, {name: value})
                self._shared[text] = f"{folder}/{name}"

    def replace(self, file: str, value: Value, *, time: int | None = None) -> None:
        """
        Give a file a new value in one step; where its folder is gone by now there is nothing to do.

        Args:
            file: The file, from the root.
            value: The value.
            time: The time of its last change, for who wants to know whether others wrote into it since.
        """
        target = f"{self.root}/{file}"
        draft = f"{target}.new"
        with self._lock, suppress(FileNotFoundError):
            with open(draft, "wb") as new:
                new.write(text_of(value))
            if time is not None:
                os.utime(draft, ns=(time, time))
            os.replace(draft, target)

    def read(self, file: str) -> str | None:
        """Return what stands in a file now, whoever wrote it; `None` where there is none."""
        try:
            with open(f"{self.root}/{file}", "rb") as opened:
                return opened.read().decode("utf-8", "backslashreplace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def number(self, file: str) -> int | None:
        """Return the decimal number in a file; `None` where there is none."""
        text = self.read(file)
        return int(text) if text and text.isascii() and text.isdecimal() else None

    def mkdir(self, *folders: str) -> None:
        """Make folders, and those above them."""
        for folder in folders:
            os.makedirs(f"{self.root}/{folder}", exist_ok=True)

    def link(self, link: str, target: str) -> None:
        """Make a link to another place of the tree, relative as the kernel's are."""
        os.symlink("../" * link.count("/") + target, f"{self.root}/{link}")

    def remove(self, folder: str) -> None:
        """Remove a folder with all below it; links to it from elsewhere are the caller's."""
        with self._lock:
            shutil.rmtree(f"{self.root}/{folder}")

    def unlink(self, *links: str) -> None:
        """Remove links; those that are not there do no harm."""
        for link in links:
            try:
                os.unlink(f"{self.root}/{link}")
            except FileNotFoundError:
                continue

    # Block devices.

    def add_block(self, folder: str, number: DevT, size: Sectors, *, read_only: bool = False) -> int:
        """Make the folder of a block device, below ``devices``, with its links; return the number of the disk."""
        name, diskseq = folder.rpartition("/")[2], next(self._diskseq)
        self.mkdir(f"{folder}/holders", f"{folder}/slaves", f"{folder}/queue")
        values: dict[str, Value] = {"dev": format_devt(number), "size": size, "ro": int(read_only), "diskseq": diskseq}
        self.write(folder, values)
        self.share(folder, {"removable": 0, "hidden": 0})
        with self._lock:
            self._folders[number] = folder
            for link in self._links(name, number):
                self.link(link, folder)
        self.link(f"{folder}/subsystem", "class/block")
        return diskseq

    def remove_block(self, number: DevT) -> None:
        """Remove a block device from the tree."""
        with self._lock:
            folder = self._folders.pop(number)
            self.unlink(*self._links(folder.rpartition("/")[2], number))
            self.remove(folder)

    def folder(self, number: DevT) -> str | None:
        """Return the folder of a block device, from the root; `None` where there is no such device."""
        return self._folders.get(number)

    @staticmethod
    def _links(name: str, number: DevT) -> tuple[str, ...]:
        return f"block/{name}", f"class/block/{name}", f"dev/block/{format_devt(number)}"

    # Mapped devices.

    def add_map(self, minor: int, devt: DevT) -> None:
        """Make the folder of ``dm-<minor>``, as the first load of a table does."""
        folder = f"devices/virtual/block/dm-{minor}"
        self.mkdir(f"{folder}/dm")
        self.write(f"{folder}/dm", {"name": "", "uuid": "", "suspended": 0, "use_blk_mq": 1})
        self.write(f"{folder}/dm", {"rq_based_seq_io_merge_deadline": 0})
        self.add_block(folder, devt, Sectors(0))
        self.write(f"{folder}/queue", {"logical_block_size": 512, "physical_block_size": 512, "rotational": 0})
        with self._lock:
            self._maps[minor] = devt

    def update_map(
        self,
        minor: int,
        *,
        name: str | None = None,
        uuid: str | None = None,
        suspended: bool | None = None,
        size: int | None = None,
        read_only: bool | None = None,
        block_size: int | None = None,
    ) -> None:
        """Set what changed of a map; a map that is not there is left alone."""
        folder = f"devices/virtual/block/dm-{minor}"
        flags = {"dm/suspended": suspended, "ro": read_only}
        values: dict[str, Value | None] = {"dm/name": name, "dm/uuid": uuid, "size": size}
        values |= {f"queue/{kind}_block_size": block_size for kind in ("logical", "physical")}
        values |= {file: None if flag is None else int(flag) for file, flag in flags.items()}
        for file, value in values.items():
            if value is not None:
                self.replace(f"{folder}/{file}", value)

    def remove_map(self, minor: int) -> None:
        """Remove a map, and its name from the holders of the devices below it."""
        with self._lock:
            for hold in [hold for hold in self._holds if hold[1] == minor]:
                self._unlink_hold(minor, self._holds.pop(hold).below)
            devt = self._maps.pop(minor, None)
            if devt is not None:
                self.remove_block(devt)

    def hold(self, path_devt: DevT, minor: int) -> None:
        """Say that a map holds a device; as often as it is said, `release` has to be."""
        with self._lock:
            hold = self._holds.get((path_devt, minor))
            if hold is not None:
                hold.times += 1
                return
            below, above = self._folders.get(path_devt), self._folders.get(self._maps.get(minor, DevT(-1)))
            self._holds[path_devt, minor] = _Hold(below)
            if below is not None and above is not None:
                self.link(f"{below}/holders/dm-{minor}", above)
                self.link(f"{above}/slaves/{below.rpartition('/')[2]}", below)

    def release(self, path_devt: DevT, minor: int) -> None:
        """Say that a map no longer holds a device; one that does not hold it is left alone."""
        with self._lock:
            hold = self._holds.get((path_devt, minor))
            if hold is None:
                return
            hold.times -= 1
            if hold.times == 0:
                del self._holds[path_devt, minor]
                self._unlink_hold(minor, hold.below)

    def is_held(self, number: DevT) -> bool:
        """Whether any map holds a device, even one that was deleted under it."""
        with self._lock:
            return any(held == number for held, _ in self._holds)

    def _unlink_hold(self, minor: int, below: str | None) -> None:
        above = self._folders.get(self._maps.get(minor, DevT(-1)))
        if below is not None and above is not None:
            self.unlink(f"{below}/holders/dm-{minor}", f"{above}/slaves/{below.rpartition('/')[2]}")
