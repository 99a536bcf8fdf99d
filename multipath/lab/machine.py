"""What a guest is to be: which kernel, which array, how long, how large."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Machine:
    """
    A guest, described before it is booted.

    Attributes:
        kernel: A name of the catalogue in `multipath.lab.kernels`.
        stock: Whether it is Debian's stock kernel of that name in QEMU, slower by far, and not the one in user-mode
            Linux.
        backend: The kind of its array: a name of `multipath.lab.backends`.
        paths: How many hosts, hence paths, each logical unit is seen through; 0 for no array.
        luns: How many logical units.
        size: The size of each logical unit in MiB.
        udev: Whether udevd runs; without it there is devtmpfs and nothing else, as in an installer's world.
        memory: In MiB.
        cpus: How many processors; user-mode Linux has one. In QEMU one is fastest unless the machine has many idle.
        packages: Debian packages that are fetched for it, beside what all guests have.
        modules: Further modules of a stock kernel, built for it: names of `multipath.lab.stock_modules`.
        timeout: The hard limit in seconds, boot included.
        scratch: A folder of the machine that the guest may write to, at the same place; one that is thrown away if
            ``None``.
        environment: Variables of the command, over those that the lab sets.
        initramfs: An archive that the kernel unpacks first, in user-mode Linux. Its ``/init`` does what it likes, then
            mounts the machine's root by hostfs, and goes on there as ``/bin/sh`` with the arguments that it was given.
    """

    kernel: str = "6.1"
    stock: bool = False
    backend: str = "scsi_debug"
    paths: int = 4
    luns: int = 1
    size: int = 64
    udev: bool = True
    memory: int = 512
    cpus: int = 1
    packages: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    timeout: float = 300.0
    scratch: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)
    initramfs: Path | None = None

    @property
    def kernel_title(self) -> str:
        """What its kernel is called in messages."""
        return f"{self.kernel} (stock)" if self.stock else self.kernel
