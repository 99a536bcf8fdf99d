"""What a decision has to know of the host, beside the paths."""

from dataclasses import dataclass
from typing import Final

_REQUESTS_SINCE: Final = (1, 1, 0)  # the target takes requests, and rr_min_io_rq counts instead of rr_min_io
_RETAIN_SINCE: Final = (1, 5, 0)  # the target knows retain_attached_hw_handler
_ALWAYS_RETAINS_SINCE: Final = (4, 3)  # the kernel retains an attached handler, with the word and without


@dataclass(frozen=True, slots=True)
class Facts:
    """
    The host that the maps are for.

    Attributes:
        target_version: Of the kernel's ``multipath`` target.
        kernel: Its own, as ``(major, minor)``.
        cpus: The numbers of the CPUs that it may ever have; io-affinity alone needs them.
        managed: Whether somebody watches the maps: ends their queueing when its time is over, and tries dead paths.
    """

    target_version: tuple[int, int, int] = (1, 14, 0)
    kernel: tuple[int, int] = (6, 1)
    cpus: tuple[int, ...] = ()
    managed: bool = True

    @property
    def takes_requests(self) -> bool:
        """Whether a map may take requests; otherwise it takes bios."""
        return self.target_version >= _REQUESTS_SINCE

    @property
    def can_retain(self) -> bool:
        """Whether the target knows ``retain_attached_hw_handler``."""
        return self.target_version >= _RETAIN_SINCE

    @property
    def always_retains(self) -> bool:
        """Whether an attached handler stays even without that word."""
        return self.kernel >= _ALWAYS_RETAINS_SINCE
