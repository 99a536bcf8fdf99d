"""
What one kernel does that another does not: each difference of ``docs/kernel-interface.md`` as a named field.

Code that asks a profile asks for the fact, never for the release.
"""

import re
from dataclasses import dataclass
from typing import Final

from ..dm.device import Version

_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_DECIDING_DIGITS: Final = 64  # 2**64 divides 10**64: what stands further left cannot change a number modulo 2**64
_BEYOND: Final = 1 << 64


@dataclass(frozen=True, slots=True)
class KernelProfile:
    """
    One kernel.

    Attributes:
        release: Its release, ``"6.1"``.
        interface: The version of the interface.
        targets: The version of each target.
        message_needs_table: A message to a device without a live table is EINVAL; else it has no answer at all.
        message_opens_path: A message that names a path opens it, so that a missing one is ENXIO; else it is EINVAL.
        lookup_tells: A path name that leads nowhere is ENOENT, one that is no block device ENOTBLK; else both ENODEV.
        hex_numbers: A path word such as ``800`` or ``8:0:1`` is read as a device number.
        refuses_itself: A map cannot be its own path.
        reserves_names: ``control``, ``.`` and ``..`` are no names of devices.
        saturates: A number beyond 64 bits is read as the greatest that there is room for; else its lowest bits count.
        measures_requests: A swap of tables that work with requests looks whether each device is large enough; for a
            first table, and for tables that work with bios, every kernel looks.
        prints_retain: A printed table has ``retain_attached_hw_handler`` as it was given, and always in bio mode; else
            never.
        current_group_first: An I/O goes to the current group before the one that is pending; else behind it.
        error_opens_device: The error target opens a device and takes over its limits, where it is given one.
        probes_paths: ``DM_MPATH_PROBE_PATHS``.
    """

    release: str
    interface: Version
    targets: dict[str, Version]
    message_needs_table: bool
    message_opens_path: bool
    lookup_tells: bool
    hex_numbers: bool
    refuses_itself: bool
    reserves_names: bool
    saturates: bool
    measures_requests: bool
    prints_retain: bool
    current_group_first: bool
    error_opens_device: bool
    probes_paths: bool

    def number(self, digits: str, bits: int = 32) -> int:
        """
        Return what this kernel reads as a number of so many bits, 32 or 64.

        Raises:
            ValueError: other characters than decimal digits.
        """
        if not _DIGITS.fullmatch(digits):
            raise ValueError(f"not a number: {digits!r}")
        significant = digits.lstrip("0")
        value = int(significant[-_DECIDING_DIGITS:] or "0") + (_BEYOND if len(significant) > _DECIDING_DIGITS else 0)
        return min(value, (1 << bits) - 1) if value >= _BEYOND and self.saturates else value % (1 << bits)


def _versions(**targets: str) -> dict[str, Version]:
    return {name: Version(*map(int, version.split("."))) for name, version in targets.items()}


PROFILES: Final[dict[str, KernelProfile]] = {
    profile.release: profile
    for profile in (
        KernelProfile(
            release="6.1",
            interface=Version(4, 47, 0),
            targets=_versions(linear="1.4.0", error="1.5.0", zero="1.1.0", delay="1.3.0", multipath="1.14.0"),
            message_needs_table=False,
            message_opens_path=True,
            lookup_tells=False,
            hex_numbers=True,
            refuses_itself=False,
            reserves_names=False,
            saturates=False,
            measures_requests=True,
            prints_retain=True,
            current_group_first=False,
            error_opens_device=False,
            probes_paths=False,
        ),
        KernelProfile(
            release="6.12",
            interface=Version(4, 48, 0),
            targets=_versions(linear="1.4.0", error="1.7.0", zero="1.2.0", delay="1.4.0", multipath="1.14.0"),
            message_needs_table=True,
            message_opens_path=False,
            lookup_tells=True,
            hex_numbers=False,
            refuses_itself=True,
            reserves_names=True,
            saturates=False,
            measures_requests=True,
            prints_retain=True,
            current_group_first=False,
            error_opens_device=True,
            probes_paths=False,
        ),
        KernelProfile(
            release="7.2",
            interface=Version(4, 50, 0),
            targets=_versions(linear="1.5.0", error="1.7.0", zero="1.2.0", delay="1.5.0", multipath="1.15.0"),
            message_needs_table=True,
            message_opens_path=False,
            lookup_tells=True,
            hex_numbers=False,
            refuses_itself=True,
            reserves_names=True,
            saturates=True,
            measures_requests=False,
            prints_retain=False,
            current_group_first=True,
            error_opens_device=True,
            probes_paths=True,
        ),
    )
}
