"""What a change of a device leaves out of udev's work."""

import enum
from typing import Final


class UdevFlag(enum.IntFlag):
    """What udev's rules should leave out for one uevent; the SUBSYSTEM bits belong to the uuid's prefix."""

    DISABLE_DM_RULES = 0x0001
    DISABLE_SUBSYSTEM_RULES = 0x0002
    DISABLE_DISK_RULES = 0x0004
    DISABLE_OTHER_RULES = 0x0008
    LOW_PRIORITY = 0x0010
    DISABLE_LIBRARY_FALLBACK = 0x0020
    PRIMARY_SOURCE = 0x0040
    SUBSYSTEM_FLAG0 = 0x0100
    SUBSYSTEM_FLAG1 = 0x0200
    SUBSYSTEM_FLAG2 = 0x0400


NO_FLAGS: Final = UdevFlag(0)
