"""
Paths that come and go: ``san_path_err_threshold``, ``_forget_rate`` and ``_recovery_time``.

Strategy: each return counts as one failure, and so many good checks in a row forget one. A path that returns with more
failures than the threshold is withheld until it has been good for the recovery time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlappingOptions:
    """
    The three options, or what ``delay_watch_checks`` and ``delay_wait_checks`` say in their words.

    Attributes:
        threshold: More failures than this withhold the path.
        forget_rate: So many good checks in a row forget one failure.
        recovery_time: For so many seconds it has to be good then.
        named: The options that say so, for reasons.
    """

    threshold: int
    forget_rate: int
    recovery_time: float
    named: str = "san_path_err"


@dataclass(slots=True)
class Flapping:
    """
    The failures of one path.

    Attributes:
        options: What holds for it.
        failures: How many are remembered.
        good_checks: How many good checks there were since the last failure, or since one was forgotten.
        until: Until when it is withheld; ``None`` where it is not.
    """

    options: FlappingOptions
    failures: int = 0
    good_checks: int = 0
    until: float | None = None

    def returned(self, now: float) -> str:
        """Note that a failed path is good again; return why it is to be withheld, or nothing."""
        self.failures += 1
        self.good_checks = 0
        if self.failures <= self.options.threshold:
            return ""
        self.until = now + self.options.recovery_time
        options = self.options
        return (
            f"{options.named}: it failed {self.failures} times, more than {options.threshold}; "
            f"it has to be good for {options.recovery_time:g} s"
        )

    def good(self) -> None:
        """Note a good check of a path that is used."""
        self.good_checks += 1
        if self.failures and self.good_checks >= self.options.forget_rate:
            self.failures, self.good_checks = self.failures - 1, 0

    def failed(self) -> None:
        """Note a bad check: the recovery begins anew with the next good one."""
        self.good_checks, self.until = 0, None

    def over(self, now: float) -> bool:
        """Tell whether a path that was withheld has been good for long enough."""
        return self.until is None or now >= self.until

    def forgive(self) -> None:
        """Forget all: the path was released."""
        self.failures, self.good_checks, self.until = 0, 0, None
