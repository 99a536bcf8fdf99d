"""
Have what was written to a device reach its medium, for a limited time.

The device is opened for reading, so that udev sees no write that ends, and looked at: another one of its name is not
meant.
"""

from typing import Final

from .child import call_apart
from .device import DeviceInfo

_FSYNC: Final = """
    fd = os.open(argv[0], os.O_RDONLY)
    if os.fstat(fd).st_rdev != int(argv[1]):
        raise OSError(6, "another device")
    os.fsync(fd)
"""


def write_back(device: DeviceInfo, timeout: float) -> None:
    """
    Write back what is cached of ``device``, and have its array write its cache.

    Raises:
        OSError: what the kernel answered.
        TimeoutError: nothing, within ``timeout`` seconds; it may still be done.

    Synchronization: none required.
    """
    call_apart(_FSYNC, [f"/dev/{device.node}", str(int(device.devt))], timeout)
