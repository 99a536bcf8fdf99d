"""
What one kernel does that another does not: each difference of ``docs/kernel-interface.md`` as a named field.

Code that asks a profile asks for the fact, never for the release.
"""

from dataclasses import dataclass
from typing import Final

from ..dm.device import Version

_UINT_BITS: Final = 32
_LONGEST: Final = 1 << 64


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
        saturates: A number beyond 64 bits is read as 4294967295; else its lowest 32 bits are taken.
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
    prints_retain: bool
    current_group_first: bool
    error_opens_device: bool
    probes_paths: bool

    def number(self, digits: str) -> int:
        """
        Return what this kernel reads as a number of 32 bits.

        Raises:
            ValueError: other characters than decimal digits.
        """
        if not (digits.isascii() and digits.isdigit()):
            raise ValueError(f"not a number: {digits!r}")
        value = int(digits[-4000:])
        if value >= _LONGEST and self.saturates:
            return (1 << _UINT_BITS) - 1
        return value % (1 << _UINT_BITS)


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
            prints_retain=False,
            current_group_first=True,
            error_opens_device=True,
            probes_paths=True,
        ),
    )
}
