"""Paths that come and go: ``san_path_err_*``, and ``delay_*_checks`` in their words."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlappingOptions:
    """
    The three options, or what ``delay_watch_checks`` and ``delay_wait_checks`` say in their words.

    Attributes:
        threshold: More failures than this withhold the path.
        forget_rate: So many good checks make up for one failure.
        recovery_time: For so many seconds it has to be good then.
        named: The options that say so, for reasons.
    """

    threshold: int
    forget_rate: int
    recovery_time: float
    named: str = "san_path_err"

    def __str__(self) -> str:
        """Return the numbers with their options."""
        if self.named != "san_path_err":
            return f"{self.named} (threshold {self.threshold}, {self.recovery_time:g} s)"
        return f"san_path_err_threshold {self.threshold}, san_path_err_recovery_time {self.recovery_time:g}"
