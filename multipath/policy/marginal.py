"""
Paths that fail now and then: the four options ``marginal_path_*``.

Strategy: two failures within ``double_failed_time`` make a path suspect. Then it is read from for a while, and the rate
of errors decides whether it is used again, or waits for the next sample.
"""

from dataclasses import dataclass
from typing import Final

_SHORTEST_SAMPLE: Final = 120.0  # seconds, as in multipath-tools
_PER_THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True)
class MarginalOptions:
    """
    The four options, each above 0.

    Attributes:
        double_failed_time: In seconds.
        sample_time: In seconds.
        rate_threshold: Errors of a thousand reads.
        recheck_gap_time: In seconds.
        apart: Whether a suspect path is put in a group of its own kind (``marginal_pathgroups``), not withheld.
    """

    double_failed_time: float
    sample_time: float
    rate_threshold: int
    recheck_gap_time: float
    apart: bool = False

    @property
    def sampled_for(self) -> float:
        """For how many seconds a path is sampled: 120 at least."""
        return max(self.sample_time, _SHORTEST_SAMPLE)


@dataclass(slots=True)
class Marginal:
    """
    What is suspected of one path.

    Attributes:
        options: What holds for it.
        failed_at: When it failed last; ``None`` where it did not, or where that led to a sample already.
        suspect: Whether it is suspect.
        sampling: Whether it is being sampled.
        again_at: When it is to be sampled again; ``None`` where it is not.
    """

    options: MarginalOptions
    failed_at: float | None = None
    suspect: bool = False
    sampling: bool = False
    again_at: float | None = None

    def failed(self, now: float) -> str:
        """Note a failure of a path that is used; return why it is suspect now, or nothing."""
        last, self.failed_at = self.failed_at, now
        if self.suspect or last is None or now - last > self.options.double_failed_time:
            return ""
        self.suspect, self.failed_at = True, None
        return f"marginal_path: it failed twice within {now - last:g} s, of {self.options.double_failed_time:g} s"

    def begins(self) -> float:
        """Note that a sample begins; return for how many seconds."""
        self.sampling, self.again_at = True, None
        return self.options.sampled_for

    def sampled(self, errors: int, reads: int, now: float) -> str:
        """Note the result of a sample; return why the path is no longer suspect, or nothing: then it waits."""
        self.sampling = False
        rate = errors * _PER_THOUSAND // reads if reads else _PER_THOUSAND
        if rate <= self.options.rate_threshold:
            self.suspect = False
            return f"marginal_path: {rate} of 1000 reads failed, at most {self.options.rate_threshold} may"
        self.again_at = now + self.options.recheck_gap_time
        return ""

    def due(self, now: float) -> bool:
        """Tell whether it is time for another sample."""
        return self.suspect and not self.sampling and self.again_at is not None and now >= self.again_at

    def acquit(self) -> None:
        """Suspect it no longer."""
        self.suspect, self.sampling, self.again_at, self.failed_at = False, False, None, None
