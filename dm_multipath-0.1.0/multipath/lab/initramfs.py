"""
The first root of a guest of QEMU: a few modules, busybox, and a script that mounts the machine's root.

Format: Documentation/driver-api/early-userspace/buffer-format.rst of Linux, "newc". The modules are loaded by their
files, in the order of their needs: neither depmod nor a decompressor must be in it.
"""

import lzma
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# What a machine of `qemu` needs to see the machine's root, and to be heard.
MODULES: Final = ("virtio_pci", "9pnet_virtio", "9p", "overlay", "virtio_console")
_TRAILER: Final = "TRAILER!!!"
_SCRIPT: Final = """#!/bin/sh
/bin/busybox mkdir /machine
for module in /modules/*; do /bin/busybox insmod "$module"; done
# Nothing changes this root while it is mounted from here; a guest that looked again at each file would be half as fast.
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=507904,cache=loose,ro,access=any,noxattr root /machine
# The words before it are those that the kernel did not know.
for script; do :; done
exec /bin/busybox switch_root /machine /bin/sh "$script"
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A file of an archive.

    Attributes:
        name: Its path, without a slash at the beginning.
        mode: Kind and permissions, as in ``st_mode``.
        data: Its content.
        device: Major and minor number of a device node.
    """

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def archive(entries: list[Entry]) -> bytes:
    """Return a cpio archive, format newc, as the kernel unpacks it."""
    ended = [*entries, Entry(_TRAILER, 0)]
    return b"".join(_member(number, entry) for number, entry in enumerate(ended, 1))


def image(busybox: Path, modules: Path) -> bytes:
    """
    Return the archive of a kernel.

    Args:
        busybox: A static one.
        modules: The folder of the kernel's modules, with what depmod says of them.
    """
    folders = [Entry(name, stat.S_IFDIR | 0o755) for name in ("bin", "dev", "modules")]
    console = Entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))
    loaded = [
        Entry(f"modules/{number:02}", stat.S_IFREG | 0o644, content(modules / path))
        for number, path in enumerate(order(modules, MODULES))
    ]
    programs = [
        Entry("bin/busybox", stat.S_IFREG | 0o755, busybox.read_bytes()),
        Entry("bin/sh", stat.S_IFLNK | 0o777, b"busybox"),
        Entry("init", stat.S_IFREG | 0o755, _SCRIPT.encode()),
    ]
    return archive([*folders, console, *loaded, *programs])


def content(module: Path) -> bytes:
    """Return a module, unpacked where the package has it packed."""
    data = module.read_bytes()
    return lzma.decompress(data) if module.suffix == ".xz" else data


def order(modules: Path, names: tuple[str, ...]) -> list[str]:
    """Return the files of modules and of all that they need, in an order in which they load."""
    needs = dict(_needs((modules / "modules.dep").read_text()))
    by_name = {Path(path).name.partition(".")[0].replace("-", "_"): path for path in needs}
    found: dict[str, None] = {}
    for name in names:
        if name in by_name:
            _visit(by_name[name], needs, found)
    return list(found)


def _visit(path: str, needs: Mapping[str, list[str]], found: dict[str, None]) -> None:
    for need in needs[path]:
        _visit(need, needs, found)
    found.setdefault(path)


def _needs(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in text.splitlines():
        path, _, words = line.partition(":")
        yield path, words.split()


def _member(number: int, entry: Entry) -> bytes:
    name = entry.name.encode() + b"\0"
    links, stamp = 1, 0
    fields = (
        number, entry.mode, 0, 0, links, stamp, len(entry.data),
        0, 0, *entry.device, len(name), 0,
    )  # fmt: skip
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    return _padded(header + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
