"""
User-mode Linux: the kernel is an ordinary process, which sees the machine's files as a file system of its own kind.

Four of its lines are pipes: the serial lines carry the command's stdout, its stderr and the channel, the console goes
with the kernel's own output.
"""

from pathlib import Path
from typing import Final

from ..errors import LabError
from . import preload
from .kernels import kernel
from .launch import Launch
from .lines import Lines
from .machine import Machine

__all__ = ["SETTINGS", "kernel", "launch"]

# What `pivot.sh` and `session.sh` are told: how folders are shared, the devices, the way to power off.
SETTINGS: Final = {
    "share": "hostfs",
    "out": "/dev/ttyS0",
    "err": "/dev/ttyS1",
    "channel": "/dev/ttyS2",
    "terminal": "/dev/ttyS0",
    "off": "o",
}


def launch(machine: Machine, folder: Path, lines: Lines) -> Launch:
    """Return the process that is a guest; ``folder`` is the run folder."""
    if machine.cpus != 1:
        raise LabError(f"user-mode Linux has one processor, not {machine.cpus}; a stock kernel may have more")
    chosen = kernel(machine.kernel)
    shim = {"LD_PRELOAD": str(preload.library())} if chosen.shim else {}
    inherited = [*lines.far[:3], *([lines.terminal.far] if lines.terminal else [])]
    words: tuple[str | Path, ...] = (chosen.program, *chosen.words, *_words(machine, folder, lines))
    # Unpinned it spends its time moving between CPUs.
    return Launch(words, shim, tuple(inherited), pinned=True)


def _words(machine: Machine, folder: Path, lines: Lines) -> list[str]:
    stdout, stderr, channel, _ = lines.far
    first = f"fd:{lines.terminal.far}" if lines.terminal else f"null,fd:{stdout}"
    return [
        f"mem={machine.memory}M", "rootfstype=hostfs", "rootflags=/", "ro", f"umid={folder.name}", f"uml_dir={folder}/",
        "con=null", "con0=null,fd:1", "ssl=null", f"ssl0={first}", f"ssl1=null,fd:{stderr}", f"ssl2=null,fd:{channel}",
        # A kernel that goes on after an oops would make tests pass or hang by chance.
        "quiet", "loglevel=4", "oops=panic", *([f"initrd={machine.initramfs}"] if machine.initramfs else []),
        "init=/bin/sh", "--", f"{folder}/pivot.sh",
    ]  # fmt: skip
