"""Paths that fail now and then: the four options ``marginal_path_*``, or what their fabric says of them."""

from dataclasses import dataclass
from typing import Final

FPIN: Final = "fpin"  # the value of ``marginal_pathgroups`` that has the fabric say it
_SHORTEST_SAMPLE: Final = 120.0  # seconds, as in multipath-tools


@dataclass(frozen=True, slots=True)
class MarginalOptions:
    """
    The four options, each above 0.

    Attributes:
        double_failed_time: In seconds; two failures within it make a path suspect.
        sample_time: In seconds.
        rate_threshold: Errors of a thousand reads.
        recheck_gap_time: In seconds, between two samples.
    """

    double_failed_time: float
    sample_time: float
    rate_threshold: int
    recheck_gap_time: float

    @property
    def sampled_for(self) -> float:
        """For how many seconds a path is sampled: 120 at least."""
        return max(self.sample_time, _SHORTEST_SAMPLE)
