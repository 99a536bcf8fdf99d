"""
QEMU without hardware's help: a stock kernel of Debian on an emulated processor, which sees the machine's files by 9p.

What user-mode Linux cannot have is here: SCSI device handlers, NVMe, hosts that are plugged and unplugged, several
CPUs. Ports of a virtual console device carry the command's stdout, its stderr, the channel, and QEMU's own control
language, which a test in the guest can so speak (`qmp`). The console is the first serial line.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import LabError
from . import backends, emulator
from .launch import Launch
from .lines import Lines
from .machine import Machine
from .stock_kernels import kernel

__all__ = ["SETTINGS", "kernel", "launch"]

# What `pivot.sh` and `session.sh` are told: how folders are shared, the devices, the way to power off. A machine that
# would begin anew ends instead, which is faster than to ask the firmware.
SETTINGS: Final = {
    "share": "9p",
    "out": "/dev/vport0p1",
    "err": "/dev/vport0p2",
    "channel": "/dev/vport0p3",
    "terminal": "/dev/hvc0",
    "off": "b",
}
# Processors that could be plugged in: masks of them make sense to a guest that has one.
_PLACES: Final = 4
_KERNEL_WORDS: Final = (
    # With a dot, so that the kernel passes it on to nobody.
    "multipath_lab.guest=1", "console=ttyS0", "quiet", "loglevel=4", "oops=panic", "panic=-1", "reboot=t",
    # What costs time and is of no use where there is no hardware.
    "mitigations=off", "nokaslr", "init_on_alloc=0", "random.trust_cpu=on", "no_timer_check",
    "audit=0", "apparmor=0", "selinux=0",
    "cryptomgr.notests", "8250.nr_uarts=1", "i8042.noaux", "i8042.nokbd",
)  # fmt: skip


def launch(machine: Machine, folder: Path, lines: Lines) -> Launch:
    """Return the process that is a guest; ``folder`` is the run folder."""
    if machine.initramfs is not None:
        raise LabError("a stock kernel boots the lab's own archive; one of yours needs user-mode Linux")
    chosen = kernel(machine.kernel)
    words: list[str | Path] = [
        emulator.program(), *emulator.firmware(), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", "pc", "-accel", "tcg,thread=multi", "-cpu", "max",
        "-smp", f"{machine.cpus},maxcpus={max(machine.cpus, _PLACES)}",
        "-m", f"{machine.memory}M", "-kernel", chosen.image, "-initrd", chosen.initramfs,
        "-append", f"{' '.join(_KERNEL_WORDS)} -- {folder}/pivot.sh",
        # In this order: the first of all has the number that the devices of SETTINGS have in their names.
        *_ports(lines), *_shares(machine, folder), *backends.hardware(machine, folder),
    ]  # fmt: skip
    terminal = [lines.terminal.far] if lines.terminal else []
    return Launch(tuple(words), emulator.environment(), (*lines.far, *lines.loop, *terminal))


def _shares(machine: Machine, folder: Path) -> Iterator[str]:
    """Yield the words for the folders that the guest sees, each by a tag."""
    scratch = machine.scratch.resolve() if machine.scratch else folder / "scratch"
    for tag, path, options in (
        ("root", Path("/"), ",readonly=on,multidevs=remap"),
        ("tools", backends.layer(machine), ",readonly=on"),
        ("lab", folder, ""),
        ("scratch", scratch, ""),
    ):
        yield from ("-fsdev", f"local,id={tag},path={path},security_model=none{options}")
        yield from ("-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}")


def _ports(lines: Lines) -> Iterator[str]:
    """Yield the words for the lines to the outside."""
    yield from ("-device", "virtio-serial-pci")
    if lines.terminal:
        yield from ("-chardev", f"serial,id=terminal,path=/proc/self/fd/{lines.terminal.far}")
        yield from ("-device", "virtconsole,nr=0,chardev=terminal")
    *ports, console = lines.far
    # As files: what stands behind a pipe would count as gone where nobody writes to it.
    for number, descriptor in enumerate(ports, 1):
        yield from ("-chardev", f"file,id=port{number},path=/proc/self/fd/{descriptor}")
        yield from ("-device", f"virtserialport,nr={number},chardev=port{number},name=port{number}")
    # From the guest to the monitor, and nobody else has an end of it.
    asked, heard = lines.loop
    yield from ("-chardev", f"socket,id=asked,fd={asked}", "-device", "virtserialport,nr=4,chardev=asked,name=qmp")
    yield from ("-chardev", f"socket,id=heard,fd={heard}", "-mon", "chardev=heard,mode=control")
    yield from ("-chardev", f"file,id=console,path=/proc/self/fd/{console}", "-serial", "chardev:console")
