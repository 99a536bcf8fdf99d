"""One block device that can be a path of a map."""

from dataclasses import dataclass

from ..units import DevT, Sectors, format_devt


@dataclass(frozen=True, slots=True)
class Path:
    """
    A path device as sysfs shows it; nothing was asked of the device itself.

    Attributes:
        name: The kernel's name, ``sda``.
        devt: The device number.
        size: The size that the kernel holds.
        designator: The identity of the logical unit as the kernel chose it (``naa.…``, ``t10.…``); ``None`` if unknown.
        vendor: From INQUIRY, ``None`` where it has none.
        model: From INQUIRY.
        hctl: Host, channel, target and unit as ``H:C:T:L``; ``None`` for what is not SCSI.
        state: The SCSI device's state (``running``, ``offline``, …) or the NVMe controller's.
        diskseq: The number that this disk, and no later one of the same name, has; ``None`` before Linux v5.15.
    """

    name: str
    devt: DevT
    size: Sectors
    designator: str | None
    vendor: str | None
    model: str | None
    hctl: str | None
    state: str | None
    diskseq: int | None = None

    def __str__(self) -> str:
        """Return name and number."""
        return f"{self.name} ({format_devt(self.devt)})"
