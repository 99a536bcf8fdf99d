"""QEMU and what belongs to it: the machine's own where it is installed, else fetched by name into the cache."""

import os
from pathlib import Path
from typing import Final

from . import tools

NAMES: Final = ("qemu-system-x86", "busybox-static")
_PROGRAM: Final = "usr/bin/qemu-system-x86_64"


def layer() -> Path:
    """Return the folder with those packages of `NAMES`, and of what they need, that this machine has not installed."""
    return tools.fetched("qemu", NAMES)


def program() -> Path:
    """Return QEMU for the processor that Debian calls amd64."""
    return _own(_PROGRAM)


def busybox() -> Path:
    """Return a busybox that needs no library."""
    return _own("bin/busybox")


def firmware() -> list[str]:
    """Return the words that tell QEMU where its firmware is, as far as it would not find it itself."""
    folders = [layer() / "usr/share" / name for name in ("qemu", "seabios")]
    return [word for folder in folders if folder.is_dir() for word in ("-L", str(folder))]


def environment() -> dict[str, str]:
    """Return the variables that QEMU needs to find its libraries, and its own parts."""
    tree = layer()
    if not (tree / _PROGRAM).exists():
        return {}
    parts = next((tree / "usr/lib").glob("*-linux-gnu/qemu"), None)
    found = {"LD_LIBRARY_PATH": tools.libraries(tree)}
    return found | ({"QEMU_MODULE_DIR": str(parts)} if parts else {})


def _own(name: str) -> Path:
    fetched = layer() / name
    return fetched if fetched.exists() else Path(os.sep, name)
