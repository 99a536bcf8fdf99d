"""
The commands of the interface, each with the lowest version that serves it.

A kernel refuses a request that claims a newer minor version than its own, so each command claims only what it needs.

Source: linux ``include/uapi/linux/dm-ioctl.h`` and the history of ``drivers/md/dm-ioctl.c``.
"""

from functools import cache
from typing import Final, NamedTuple

from .._native import codec


class Command(NamedTuple):
    """One ioctl: its name in the header, its number, and the minor version that brought it."""

    name: str
    number: int
    minor: int = 0


VERSION: Final = Command("DM_VERSION", codec.VERSION)
REMOVE_ALL: Final = Command("DM_REMOVE_ALL", codec.REMOVE_ALL)
LIST_DEVICES: Final = Command("DM_LIST_DEVICES", codec.LIST_DEVICES)
CREATE: Final = Command("DM_DEV_CREATE", codec.DEV_CREATE)
REMOVE: Final = Command("DM_DEV_REMOVE", codec.DEV_REMOVE)
RENAME: Final = Command("DM_DEV_RENAME", codec.DEV_RENAME)
SUSPEND: Final = Command("DM_DEV_SUSPEND", codec.DEV_SUSPEND)
STATUS: Final = Command("DM_DEV_STATUS", codec.DEV_STATUS)
WAIT: Final = Command("DM_DEV_WAIT", codec.DEV_WAIT)
TABLE_LOAD: Final = Command("DM_TABLE_LOAD", codec.TABLE_LOAD)
TABLE_CLEAR: Final = Command("DM_TABLE_CLEAR", codec.TABLE_CLEAR)
TABLE_DEPS: Final = Command("DM_TABLE_DEPS", codec.TABLE_DEPS)
TABLE_STATUS: Final = Command("DM_TABLE_STATUS", codec.TABLE_STATUS)
LIST_VERSIONS: Final = Command("DM_LIST_VERSIONS", codec.LIST_VERSIONS, 1)
TARGET_MSG: Final = Command("DM_TARGET_MSG", codec.TARGET_MSG, 2)
SET_GEOMETRY: Final = Command("DM_DEV_SET_GEOMETRY", codec.DEV_SET_GEOMETRY, 6)
ARM_POLL: Final = Command("DM_DEV_ARM_POLL", codec.DEV_ARM_POLL, 36)
GET_TARGET_VERSION: Final = Command("DM_GET_TARGET_VERSION", codec.GET_TARGET_VERSION, 41)
PROBE_PATHS: Final = Command("DM_MPATH_PROBE_PATHS", codec.MPATH_PROBE_PATHS, 50)

# From this minor version on a reply tells whether its command caused a uevent; before, every such command did.
UEVENT_GENERATED_MINOR: Final = 17

# The minor version that a flag needs, where that is more than its command's.
FLAG_MINOR: Final = {
    codec.FLAG_NOFLUSH: 12,
    codec.FLAG_QUERY_INACTIVE_TABLE: 16,
    codec.FLAG_UUID: 19,
    codec.FLAG_SECURE_DATA: 20,
    codec.FLAG_DEFERRED_REMOVE: 27,
    codec.FLAG_IMA_MEASUREMENT: 45,
}


@cache
def minor_for(command: Command, flags: int) -> int:
    """Return the lowest minor version of the interface that serves ``command`` with ``flags``."""
    minor = command.minor
    for flag, needed in FLAG_MINOR.items():
        if flags & flag and needed > minor:
            minor = needed
    return minor
