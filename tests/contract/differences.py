"""
Where kernels differ, in one table: each fact a property, decided by what the kernel says of itself.

`docs/kernel-interface.md` tells each of them in words, with the kernels on which it was seen. The version of the
interface or of a target decides, never a release.
"""

import errno
from dataclasses import dataclass

from multipath import Control, Target
from multipath._native.control import Unanswered
from multipath.dm.device import Version
from multipath.units import Sectors


@dataclass(frozen=True, slots=True)
class Differences:
    """
    What one kernel does its own way.

    Attributes:
        control: Whom to ask.
        interface: The version of its device-mapper.
    """

    control: Control
    interface: Version

    @classmethod
    def of(cls, control: Control) -> "Differences":
        """Ask a kernel, or a virtual one."""
        return cls(control, control.version())

    def target(self, name: str) -> Version:
        """Return the version of a target."""
        return self.control.target_version(name)

    @property
    def looks_names_up_as_files(self) -> bool:
        """Whether a device's name is looked up as a file alone; before, whatever began as a number was one."""
        return self.interface.minor >= 48

    @property
    def name_leads_nowhere(self) -> int:
        """The errno for a device by a name that leads nowhere."""
        return errno.ENOENT if self.looks_names_up_as_files else errno.ENODEV

    @property
    def name_is_no_disk(self) -> int:
        """The errno for a device by the name of something else."""
        return errno.ENOTBLK if self.looks_names_up_as_files else errno.ENODEV

    @property
    def message_without_table(self) -> tuple[type[Exception], int]:
        """What the answer to a message is where there is no live table."""
        return (OSError, errno.EINVAL) if self.interface.minor >= 48 else (Unanswered, 2)

    @property
    def message_to_missing_number(self) -> int:
        """The errno for a message that names the number of no device."""
        return errno.EINVAL if self.interface.minor >= 48 else errno.ENXIO

    @property
    def refuses_the_names_of_the_folder(self) -> bool:
        """Whether ``control``, ``.`` and ``..`` are no names for a device."""
        return self.interface.minor >= 48

    @property
    def refuses_a_map_as_its_own_path(self) -> bool:
        """Whether a table that leads to its own device is refused."""
        return self.interface.minor >= 48

    def saturates_numbers(self) -> bool:
        """
        Tell whether a number that needs more than 64 bits is read as the greatest; before, it is cut.

        Device-mapper does not read numbers itself, so its version does not tell: a line of the caller's device
        ``numbers`` is loaded and read.
        """
        self.control.load("numbers", [Target(Sectors(0), Sectors(8), "delay", f"8:0 0 {1 << 64}")])
        return self.control.table("numbers", inactive=True)[0].params != "8:0 0 0"

    @property
    def always_measures(self) -> bool:
        """Whether every swap looks if the devices are large enough; later, one of tables of requests may not."""
        return self.interface.minor < 50

    @property
    def error_takes_a_device(self) -> bool:
        """Whether the parameters of an ``error`` line are read, as a device and a sector; before, they are ignored."""
        return self.target("error") >= Version(1, 6, 0)

    @property
    def prints_the_retained_handler(self) -> bool:
        """Whether ``retain_attached_hw_handler`` is printed, and always in bio mode; later it need not be."""
        return self.target("multipath") < Version(1, 15, 0)
