"""What udev's rules should leave out for what is done to a map."""

from typing import Final

from ..dm.udev_flag import UdevFlag

# What udev's rules would read of a map without a usable path, they would wait for as long as the map queues.
UNREADABLE: Final = UdevFlag.DISABLE_DISK_RULES | UdevFlag.DISABLE_OTHER_RULES | UdevFlag.SUBSYSTEM_FLAG2


def udev_flags_for(paths: int) -> UdevFlag:
    """Return what udev's rules should leave out when a map with so many usable paths comes to life."""
    return UdevFlag.DISABLE_LIBRARY_FALLBACK | (UdevFlag(0) if paths else UNREADABLE)
