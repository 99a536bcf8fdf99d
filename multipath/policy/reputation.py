"""
Whether a path that works again is to be used: ``san_path_err_*``, ``delay_*_checks``, ``marginal_path_*``.

Strategy: the first two count how often a path came back, the last asks a sampler; where both are set the last holds.
All is decided on a good check, so that no path is let in again on what was known some time ago; what a timer does is to
bring that check about.
"""

from dataclasses import dataclass
from typing import Final

from .flapping import FlappingOptions
from .machines.trust import TRUST, TRUSTED, Care, Sign, Trust
from .marginal import MarginalOptions
from .supervision import Supervision

_PER: Final = 1000


@dataclass(slots=True)
class Reputation:
    """
    What one path is known for.

    Attributes:
        trust: How far it is trusted.
        failures: How often it came back, less what is forgotten.
        good: Good checks since one was forgotten.
        since: When the timer that runs was started, or the first of two failures was.
        reason: Why, in the words of the options.
        orders: What is to be told to the sampler.
    """

    trust: Trust = Trust.TRUSTED
    failures: int = 0
    good: int = 0
    since: float = 0.0
    reason: str = ""
    orders: tuple[Care, ...] = ()

    @property
    def trusted(self) -> bool:
        """Whether the path may be used."""
        return self.trust in TRUSTED

    def until(self, options: Supervision) -> float | None:
        """Return when the timer ends; ``None`` where none runs."""
        if self.trust is Trust.WITHHELD and options.flapping:
            return self.since + options.flapping.recovery_time
        if self.trust is Trust.WAITING and options.marginal:
            return self.since + options.marginal.recheck_gap_time
        return None

    def failed(self, now: float, options: Supervision) -> None:
        """Note that the path failed."""
        if not options.marginal:
            return
        within = options.marginal.double_failed_time
        if self.trust is Trust.SUSPECT and now - self.since <= within:
            self._step(Sign.TWICE, now, f"marginal_path_double_failed_time {within:g}: two failures within that time")
        elif self.trusted:
            self.since = now
            self._step(Sign.FAILURE, now, f"marginal_path_double_failed_time {within:g}: a first failure")

    def judge(self, now: float, options: Supervision, *, came_back: bool, needed: bool) -> tuple[Care, ...]:
        """
        Judge a path whose check is good; return what the sampler is to do.

        Args:
            now: The time.
            options: The options.
            came_back: Whether it was bad before.
            needed: Whether no other path can be used.
        """
        self.orders = ()
        if options.marginal:
            if not needed:  # what is let in at once is not to be read from
                self._sampling(now, options.marginal)
        elif options.flapping:
            self._counting(now, options.flapping, came_back=came_back)
        elif not self.trusted:
            self._free("its option is not set any more")
        if needed and not self.trusted:
            self._step(Sign.NEEDED, now, "no other path can be used")
        return self.orders

    def sampled(self, errors: int, reads: int, now: float, options: Supervision) -> None:
        """Take the result of a sample."""
        if not options.marginal or self.trust is not Trust.SAMPLED:
            return
        most, gap = options.marginal.rate_threshold, options.marginal.recheck_gap_time
        rate = errors * _PER / reads if reads else 0.0
        found = f"marginal_path_err_rate_threshold {most:g}: {errors} of {reads} reads failed, {rate:g} of {_PER}"
        if rate <= most:
            self._step(Sign.CLEAN, now, found)
        else:
            self._step(Sign.DIRTY, now, f"{found}; marginal_path_err_recheck_gap_time {gap:g}")

    def _sampling(self, now: float, options: MarginalOptions) -> None:
        if self.trust is Trust.WITHHELD:  # by the other option, before this one was set
            self._free("its option is not set any more")
        gap = options.recheck_gap_time
        if self.trust is Trust.WAITING and now >= self.since + gap:
            self._step(Sign.GAP_OVER, now, f"marginal_path_err_recheck_gap_time {gap:g} is over")
        if self.trust is Trust.CONVICTED:
            reason = f"{self.reason}; marginal_path_err_sample_time {options.sampled_for:g}"
            self._step(Sign.WORKS, now, reason)

    def _counting(self, now: float, options: FlappingOptions, *, came_back: bool) -> None:
        if came_back:
            self._came_back(now, options)
        elif self.trust is Trust.WITHHELD:
            if now >= self.since + options.recovery_time:
                self._step(Sign.RECOVERED, now, f"{options}: no failure for {options.recovery_time:g} s")
        elif not self.trusted:
            self._free("its option is not set any more")
        elif self.failures:
            self._forget(now, options)

    def _came_back(self, now: float, options: FlappingOptions) -> None:
        if self.trust is not Trust.WITHHELD:
            self.failures, self.good = self.failures + 1, 0 if not self.failures else self.good
        many = self.failures > options.threshold
        self._step(Sign.TOO_MANY if many else Sign.FAILURE, now, f"{options}: it failed {self.failures} times")

    def _forget(self, now: float, options: FlappingOptions) -> None:
        self.good += 1
        if self.good < options.forget_rate:
            return
        self.failures, self.good = self.failures - 1, 0
        if not self.failures:
            self._step(Sign.FORGOTTEN, now, f"{options}: {options.forget_rate} good checks make up for a failure")

    def _free(self, reason: str) -> None:
        sampling = self.trust is Trust.SAMPLED
        self.trust, self.failures, self.good, self.reason = Trust.TRUSTED, 0, 0, reason
        self.orders = (Care.STOP_SAMPLE,) if sampling else ()

    def _step(self, sign: Sign, now: float, reason: str) -> None:
        step = TRUST.step(self.trust, sign)
        self.trust, self.reason = step.state, reason
        if Care.START_TIMER in step.do:
            self.since = now
        if Care.FORGET in step.do:
            self.failures = self.good = 0
        self.orders += tuple(care for care in step.do if care in (Care.SAMPLE, Care.STOP_SAMPLE))
