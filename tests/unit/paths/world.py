"""A host's sysfs in a folder, and devices that answer as a test says."""

import os
from collections.abc import Mapping
from pathlib import Path as Folder

from multipath.errors import PathError
from multipath.paths.path import Path
from multipath.units import DevT, parse_devt

NAA = bytes.fromhex("600140500000000000000000000000a1")
OTHER = bytes.fromhex("600140500000000000000000000000b2")


def page_83(*designators: tuple[int, int, bytes]) -> bytes:
    """Return page 0x83 with ``(association, kind, value)`` for each designator."""
    body = b"".join(
        bytes((1, association << 4 | kind, 0, len(value))) + value for association, kind, value in designators
    )
    return bytes((0, 0x83)) + len(body).to_bytes(2, "big") + body


def naa_page(value: bytes) -> bytes:
    """Return the page of an ordinary array: the unit's NAA name, and which port answered."""
    return page_83((0, 3, value), (1, 4, b"\0\0\0\1"))


class Sysfs:
    """The folders and links that the kernel makes for block devices."""

    def __init__(self, root: Folder) -> None:
        self.root = root
        (root / "block").mkdir(parents=True)
        (root / "class/block").mkdir(parents=True)
        (root / "dev/block").mkdir(parents=True)

    def add(self, name: str, number: str, size: object = 2048, **attributes: object) -> Folder:
        """Add a block device, whole or not, and return its folder; it is a path once it has a device."""
        folder = self.root / "devices" / name
        folder.mkdir(parents=True)
        self.write(folder, dev=number, size=size, **attributes)
        for link in ("block/" + name, "class/block/" + name, "dev/block/" + number):
            target = self.root / link
            if target.parent.is_dir() and "\n" not in link:
                target.symlink_to(folder)
        return folder

    def add_scsi(self, name: str, number: str, hctl: str = "2:0:0:1", size: object = 2048, **device: object) -> Folder:
        """Add a SCSI disk."""
        folder = self.add(name, number, size)
        below = self.root / "devices/scsi" / name / hctl
        below.mkdir(parents=True)
        (folder / "device").symlink_to(below)
        self.write(below, vendor="LIO-ORG ", model="disk            ", state="running", **device)
        return folder

    @staticmethod
    def write(folder: Folder, **attributes: object) -> None:
        """Write attributes as the kernel prints them."""
        for name, value in attributes.items():
            data = value if isinstance(value, bytes) else f"{value}\n".encode()
            (folder / name).write_bytes(data)


class Answers:
    """The commands of a host whose devices answer with these pages, or do not answer."""

    def __init__(self, pages: Mapping[str, bytes | PathError]) -> None:
        self.pages = dict(pages)
        self.asked: list[str] = []

    def vpd_page(self, path: Path, page: int) -> bytes:
        """Return the page of one path."""
        assert page == 0x83
        self.asked.append(path.name)
        answer = self.pages[path.name]
        if isinstance(answer, PathError):
            raise answer
        return answer


def numbers(*texts: str) -> list[DevT]:
    """Return device numbers."""
    return list(map(parse_devt, texts))


def silent(name: str) -> PathError:
    """Return the error of a path that does not answer."""
    return PathError(5, "INQUIRY of page 0x83 failed: status 0x00, host 0x01, driver 0x00", os.path.join("/dev", name))
