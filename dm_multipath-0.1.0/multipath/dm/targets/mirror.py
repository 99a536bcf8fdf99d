"""
The mirror target: copies of the same sectors on several devices, with a log of the regions that differ.

The log stands first in the table, with a count of its own arguments. ``core`` and ``disk`` logs are read strictly; of
any other log, such as ``userspace``, the arguments are kept as they are.
"""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from ...units import Sectors
from ...wire.words import UINT_MAX, Words
from .extent import Extent
from .features import feature_words, read_features
from .health import failed, read_devices, read_health
from .numbers import fraction
from .params import KnownTarget, TargetStatus

_FEWEST_MIRRORS: Final = 2
_SMALLEST_REGION: Final = 2
_LOG_ARGUMENTS: Final = {"core": (1, 2), "disk": (2, 3)}


@dataclass(frozen=True, slots=True)
class MirrorTarget(KnownTarget):
    """
    A mirror: ``<log type> <#log args> [<log arg>]* <#mirrors> [<device> <offset>]+ [<#features> [<feature>]*]``.

    Attributes:
        log_type: ``"core"``, ``"disk"``, ``"userspace"`` or a newer one.
        log_args: Its arguments: a region size and perhaps ``sync`` or ``nosync``; for a ``disk`` log a device first.
        mirrors: Where each copy lies; reads go to the first one that is in sync.
        features: ``handle_errors``, ``keep_log``, or words of a newer kernel.

    Source: linux ``drivers/md/dm-raid1.c``, ``mirror_ctr()`` and ``mirror_status()``; ``drivers/md/dm-log.c``.

    >>> MirrorTarget.parse("core 2 1024 nosync 2 8:0 0 8:16 0 1 handle_errors").region_size
    1024
    """

    type: ClassVar[str] = "mirror"
    log_type: str
    log_args: tuple[str, ...]
    mirrors: tuple[Extent, ...]
    features: tuple[str, ...] = ()

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the log, the mirrors and the features."""
        log_type = words.take("the type of the log")
        log_args = _read_log_args(words, log_type)
        count = words.number("the number of mirrors", low=_FEWEST_MIRRORS)
        mirrors = tuple([Extent.read(words) for _ in range(count)])
        return cls(log_type, log_args, mirrors, read_features(words))

    def words(self) -> tuple[str, ...]:
        """Return the log, the mirrors and the features."""
        places = [word for mirror in self.mirrors for word in mirror.words()]
        log = self.log_type, str(len(self.log_args)), *self.log_args
        return *log, str(len(self.mirrors)), *places, *feature_words(self.features)

    @property
    def region_size(self) -> Sectors | None:
        """The sectors that one bit of the log stands for; ``None`` for a log that this library does not know."""
        if self.log_type not in _LOG_ARGUMENTS:
            return None
        return Sectors(int(self.log_args[_LOG_ARGUMENTS[self.log_type][0] - 1]))


def _read_log_args(words: Words, log_type: str) -> tuple[str, ...]:
    """Take the count and the arguments of the log."""
    low, high = _LOG_ARGUMENTS.get(log_type, (0, UINT_MAX))
    count = words.number("the number of log arguments", low, high)
    if log_type not in _LOG_ARGUMENTS:
        return words.take_some(count, "an argument of the log")
    start = words.index
    if log_type == "disk":
        words.take("the device of the log")
    words.number("the region size", low=_SMALLEST_REGION)
    if count == high:
        words.choice("whether to synchronise", "sync", "nosync")
    return words.between(start, words.index)


@dataclass(frozen=True, slots=True)
class MirrorStatus(TargetStatus):
    """
    What a mirror reports.

    Attributes:
        devices: The devices of the copies, as ``major:minor``.
        regions_in_sync: The regions that are known to be equal on all of them.
        regions: All regions.
        health: One character for each device: ``A`` alive; ``D`` a write failed and the copy is out of sync, ``F`` a
            flush failed, ``S`` synchronisation failed, ``R`` a read failed and the data is unaffected, ``U`` another
            error.
        log_status: What the log reports, its own count included: ``("1", "core")``, or ``("3", "disk", "8:32", "A")``
            where the character is ``A`` alive, ``D`` dead, ``F`` flush failed.

    >>> status = MirrorStatus.parse("2 8:0 8:16 12/16 1 AD 1 core")
    >>> status.in_sync, status.failed
    (False, ('8:16',))
    """

    type: ClassVar[str] = "mirror"
    devices: tuple[str, ...]
    regions_in_sync: int
    regions: int
    health: str
    log_status: tuple[str, ...] = ()

    @classmethod
    def read(cls, words: Words) -> Self:
        """Take the devices, the progress, the health and what the log says."""
        devices = read_devices(words)
        regions_in_sync, regions = fraction(words, "the regions in sync")
        health = read_health(words, devices)
        # A userspace log answers for itself, or its type stands before its count: nothing here is promised.
        return cls(devices, regions_in_sync, regions, health, words.take_some(len(words), "the status of the log"))

    def words(self) -> tuple[str, ...]:
        """Return the words as the kernel prints them."""
        progress = f"{self.regions_in_sync}/{self.regions}"
        return str(len(self.devices)), *self.devices, progress, "1", self.health, *self.log_status

    @property
    def in_sync(self) -> bool:
        """Whether all regions are equal on all devices."""
        return self.regions_in_sync == self.regions

    @property
    def failed(self) -> tuple[str, ...]:
        """The devices that had an error of any kind."""
        return failed(self.devices, self.health)
