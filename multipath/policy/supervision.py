"""The options by which one map is looked after, as numbers and words that a `MapSupervisor` understands."""

from dataclasses import dataclass
from typing import Final

from ..config.setting import Value
from .flapping import FlappingOptions
from .marginal import MarginalOptions
from .settings import MapSettings

_DEFAULT_TIMEOUT: Final = 30.0  # seconds, where neither the configuration nor the device names one
_LONGEST: Final = 4  # max_polling_interval where nobody sets it: so many polling intervals
_APART: Final = frozenset({"on", "fpin"})
# Of a stall budget this part is the time between two checks, and this part the time in which one has to answer.
_BUDGETED: Final = 5


@dataclass(frozen=True, slots=True)
class Supervision:
    """
    How a map is looked after. Times are in seconds.

    Attributes:
        polling_interval: Between two checks of a path, at first and after a change.
        max_polling_interval: Between two checks of a path that has been good for long.
        checker_timeout: In which a check has to answer.
        failback: The option: ``immediate``, ``manual``, ``followover``, or seconds.
        retry_interval: ``polling_interval`` as configured: what one of ``no_path_retry`` is worth.
        no_path_retry: The option: a number of checks, ``queue``, ``fail``, or ``None``.
        flush_on_last_del: The option.
        deferred_remove: The option.
        ghost_delay: How long a new map with ghost paths alone is said not to be ready; ``None`` for not at all.
        flapping: ``san_path_err_*`` or ``delay_*_checks``; ``None`` where they are not set.
        marginal: ``marginal_path_*``; ``None`` where they are not set.
        recheck_wwid: The option.
        purge_disconnected: The option.
        auto_resize: The option.
        by_priority: Whether paths are grouped by their priorities.
        max_stall: The stall budget; ``None`` without one.
    """

    polling_interval: float = 5.0
    max_polling_interval: float = 20.0
    checker_timeout: float = _DEFAULT_TIMEOUT
    failback: Value | None = "manual"
    retry_interval: float = 5.0
    no_path_retry: int | str | None = None
    flush_on_last_del: str = "unused"
    deferred_remove: bool = False
    ghost_delay: float | None = None
    flapping: FlappingOptions | None = None
    marginal: MarginalOptions | None = None
    recheck_wwid: bool = False
    purge_disconnected: bool = False
    auto_resize: str = "never"
    by_priority: bool = False
    max_stall: float | None = None

    @classmethod
    def of(cls, settings: MapSettings, max_stall: float | None = None) -> "Supervision":
        """
        Return what the options of a map say.

        Args:
            settings: The options.
            max_stall: The stall budget; it bounds the interval and the time of a check.
        """
        value = settings.value
        shortest = _number(value("polling_interval"), 5)
        longest = max(shortest, _number(value("max_polling_interval"), shortest * _LONGEST))
        timeout = _number(value("checker_timeout"), _DEFAULT_TIMEOUT)
        if max_stall is not None:
            part = max_stall / _BUDGETED
            shortest, longest, timeout = min(shortest, part), min(longest, part), min(timeout, part)
        retry = value("no_path_retry")
        return cls(
            polling_interval=shortest,
            max_polling_interval=longest,
            checker_timeout=timeout,
            failback=value("failback"),
            retry_interval=_number(value("polling_interval"), 5),
            no_path_retry=retry if isinstance(retry, int | str) else None,
            flush_on_last_del=str(value("flush_on_last_del") or "unused"),
            deferred_remove=value("deferred_remove") is True,
            ghost_delay=_seconds(value("ghost_delay")),
            flapping=_flapping(settings, longest),
            marginal=_marginal(settings),
            recheck_wwid=value("recheck_wwid") is True,
            purge_disconnected=value("purge_disconnected") is True,
            auto_resize=str(value("auto_resize") or "never"),
            by_priority=value("path_grouping_policy") == "group_by_prio",
            max_stall=max_stall,
        )


def _number(value: Value | None, absent: float) -> float:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else absent


def _seconds(value: Value | None) -> float | None:
    return _number(value, 0.0) or None


def _flapping(settings: MapSettings, longest: float) -> FlappingOptions | None:
    """Return the newer options, or what the older ones say in their words; of either all must be set."""
    newer = ("san_path_err_threshold", "san_path_err_forget_rate", "san_path_err_recovery_time")
    threshold, forget, recovery = (_seconds(settings.value(name)) for name in newer)
    if threshold and forget and recovery:
        return FlappingOptions(int(threshold), int(forget), recovery)
    watch, wait = (_seconds(settings.value(name)) for name in ("delay_watch_checks", "delay_wait_checks"))
    if any((threshold, forget, recovery)) or not (watch and wait):
        return None
    return FlappingOptions(1, int(watch), wait * longest, "delay_watch_checks and delay_wait_checks")


def _marginal(settings: MapSettings) -> MarginalOptions | None:
    named = ("double_failed_time", "err_sample_time", "err_rate_threshold", "err_recheck_gap_time")
    double, sample, rate, gap = (_seconds(settings.value(f"marginal_path_{name}")) for name in named)
    if not (double and sample and rate and gap):
        return None
    return MarginalOptions(double, sample, int(rate), gap, apart=settings.value("marginal_pathgroups") in _APART)
