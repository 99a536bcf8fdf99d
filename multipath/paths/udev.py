"""
What udev knows of a block device: its database, read as the files that it is.

Strategy: udevd writes one file for each device, in one step, below ``/run/udev/data``. Reading it takes no library and
no netlink. libudev adds to it what the kernel says in ``uevent``; so does this, and the properties are in the order in
which libudev lists them, by name: rules of multipath.conf are tried in that order.

Source: systemd ``src/libsystemd/sd-device/sd-device.c``, ``handle_db_line()``.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path as Folder
from typing import Final, Protocol

from ..units import DevT, format_devt

Properties = Mapping[str, str]

_TAGS: Final = {"G:": "TAGS", "Q:": "CURRENT_TAGS"}


class Udev(Protocol):
    """Who is asked for the properties of a block device."""

    def properties(self, devt: DevT, folder: str) -> Properties | None:
        """Return the properties of the device with this number and this folder in sysfs; ``None`` if it has none."""


class UdevDatabase:
    """
    The files of udevd.

    Args:
        sysfs: The root of sysfs.
        data: The folder of the files; beside sysfs, as ``/run`` is beside ``/sys``, where it is not given.
    """

    def __init__(self, sysfs: Folder, data: Folder | None = None) -> None:
        self._sysfs = os.path.realpath(sysfs)
        self._data = str(sysfs.parent / "run/udev/data" if data is None else data)

    @property
    def is_there(self) -> bool:
        """Whether there is a database: without udevd there is none."""
        return os.path.isdir(self._data)

    def properties(self, devt: DevT, folder: str) -> Properties | None:
        """Return the properties of a device; ``None`` where it is not in the database."""
        text = _read(f"{self._data}/b{format_devt(devt)}")
        if text is None:
            return None
        found = dict(_of_kernel(_read(f"{folder}/uevent") or ""))
        found.update(_of_database(text))
        found["DEVPATH"], found["SUBSYSTEM"] = folder.removeprefix(self._sysfs), "block"
        return dict(sorted(found.items()))


def _of_kernel(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        name, equals, value = line.partition("=")
        if equals:
            yield name, f"/dev/{value}" if name == "DEVNAME" and not value.startswith("/") else value


def _of_database(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    links: list[str] = []
    tags: dict[str, list[str]] = {}
    for line in text.split("\n"):
        kind, value = line[:2], line[2:]
        if kind == "E:":
            name, equals, content = value.partition("=")
            if equals:
                found[name] = content
        elif kind == "S:":
            links.append(f"/dev/{value}")
        elif kind == "I:":
            found["USEC_INITIALIZED"] = value
        elif kind in _TAGS:
            tags.setdefault(_TAGS[kind], []).append(value)
    if links:
        found["DEVLINKS"] = " ".join(links)
    return found | {name: f":{':'.join(values)}:" for name, values in tags.items()}


def _read(file: str) -> str | None:
    try:
        fd = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        data = part = os.read(fd, 1 << 16)
        while part:
            part = os.read(fd, 1 << 16)
            data += part
    except OSError:
        return None
    finally:
        os.close(fd)
    return data.decode("utf-8", "surrogateescape")
