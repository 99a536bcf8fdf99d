"""What a process holds: threads, descriptors, processes of its own, memory."""

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Footprint:
    """
    What this process holds.

    Attributes:
        threads: Its threads, as Python knows them.
        descriptors: Its open files, by what they are.
        children: Its processes: number, name and state.
    """

    threads: tuple[str, ...]
    descriptors: tuple[str, ...]
    children: tuple[str, ...]

    @classmethod
    def now(cls) -> Self:
        """Return what it holds now."""
        files = [_target(link) for link in Path("/proc/self/fd").iterdir()]
        # A worker that the kernel held at the end of its pool is reaped with the next pool: until then a zombie.
        children = [word for task in Path("/proc/self/task").glob("*/children") for word in task.read_text().split()]
        names = sorted(thread.name for thread in threading.enumerate())
        return cls(tuple(names), tuple(sorted(filter(None, files))), tuple(filter(None, map(_told, children))))


def _told(process: str) -> str:
    try:
        words = Path(f"/proc/{process}/stat").read_text().split()
        return "" if words[2] == "Z" else " ".join([*words[:3], Path(f"/proc/{process}/wchan").read_text()])
    except OSError:  # it ended meanwhile
        return ""


def _target(link: Path) -> str:
    try:
        return os.readlink(link).partition(":[")[0]
    except FileNotFoundError:  # the one that was open for listing
        return ""


def resident() -> int:
    """Return the memory that this process has in use, in KiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])
