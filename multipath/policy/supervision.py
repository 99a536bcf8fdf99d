"""
The options by which one map is looked after, as numbers and words that a `MapSupervisor` understands.

Strategy: `MapSettings` know what the configuration says and where; the machines need plain values, the same for every
source of them. With a stall budget, paths are asked more often and have less time to answer; what else is counted in
intervals, such as ``no_path_retry``, keeps to the configured one.
"""

from dataclasses import dataclass
from typing import Final

from ..config.setting import Value
from .flapping import FlappingOptions
from .marginal import FPIN, MarginalOptions
from .settings import MapSettings

_DEFAULT_TIMEOUT: Final = 30.0  # seconds, where neither the configuration nor the device names one
_LONGEST: Final = 4  # max_polling_interval where nobody sets it: so many polling intervals
# Of a stall budget this part is the time between two checks, and this part the time in which one has to answer.
_BUDGETED: Final = 10
_INFINITE: Final = (1 << 32) - 1  # seconds


@dataclass(frozen=True, slots=True)
class Supervision:
    """
    How a map is looked after. Times are in seconds.

    Attributes:
        polling_interval: Between two checks of a path, at first and after a change.
        max_polling_interval: Between two checks of a path that has been good for long.
        checker_timeout: In which a check has to answer.
        patience: ``checker_timeout`` as configured: for so long the last path may be silent under a budget.
        failback: The option: ``immediate``, ``manual``, ``followover``, or seconds.
        retry_interval: ``polling_interval`` as configured: what one of ``no_path_retry`` is worth.
        no_path_retry: The option: a number of checks, ``queue``, ``fail``, or ``None``.
        queue_without_daemon: The option.
        flush_on_last_del: The option.
        deferred_remove: The option.
        ghost_delay: How long a new map with ghost paths alone is said not to be ready; ``None`` for not at all.
        flapping: ``san_path_err_*`` or ``delay_*_checks``; ``None`` where they are not set.
        marginal: ``marginal_path_*``; ``None`` where they are not set.
        marginal_pathgroups: The option: ``off``, ``on`` or ``fpin``.
        recheck_wwid: The option.
        purge_disconnected: The option.
        auto_resize: The option.
        by_priority: Whether paths are grouped by their priorities.
        max_stall: The stall budget; ``None`` without one.
    """

    polling_interval: float = 5.0
    max_polling_interval: float = 20.0
    checker_timeout: float = _DEFAULT_TIMEOUT
    patience: float = _DEFAULT_TIMEOUT
    failback: Value | None = "manual"
    retry_interval: float = 5.0
    no_path_retry: int | str | None = None
    queue_without_daemon: bool = False
    flush_on_last_del: str = "unused"
    deferred_remove: bool = False
    ghost_delay: float | None = None
    flapping: FlappingOptions | None = None
    marginal: MarginalOptions | None = None
    marginal_pathgroups: str = "off"
    recheck_wwid: bool = False
    purge_disconnected: bool = False
    auto_resize: str = "never"
    by_priority: bool = False
    max_stall: float | None = None

    @classmethod
    def of(
        cls, settings: MapSettings, max_stall: float | None = None, device_timeout: float | None = None
    ) -> "Supervision":
        """
        Return what the options of a map say.

        Args:
            settings: The options.
            max_stall: The stall budget where the map's own options have none; it bounds the interval and the time of
                a check.
            device_timeout: Of its disks, as sysfs shows it: holds where ``checker_timeout`` is not set.
        """
        value = settings.value
        retry = value("no_path_retry")
        configured = _number(value("polling_interval"), 5)
        longest = max(configured, _number(value("max_polling_interval"), configured * _LONGEST))
        patience = _number(value("checker_timeout"), device_timeout or _DEFAULT_TIMEOUT)
        budget = _number(value("max_stall"), max_stall or 0.0) or None
        part = longest if budget is None else budget / _BUDGETED
        return cls(
            polling_interval=min(configured, part),
            max_polling_interval=min(longest, part),
            checker_timeout=patience if budget is None else min(patience, part),
            patience=patience,
            failback=value("failback"),
            retry_interval=configured,
            no_path_retry=retry if isinstance(retry, int | str) else None,
            queue_without_daemon=value("queue_without_daemon") is True,
            flush_on_last_del=str(value("flush_on_last_del") or "unused"),
            deferred_remove=value("deferred_remove") is True,
            ghost_delay=_seconds(value("ghost_delay")),
            flapping=_flapping(settings, longest),
            marginal=_marginal(settings),
            marginal_pathgroups=str(value("marginal_pathgroups") or "off"),
            recheck_wwid=value("recheck_wwid") is True,
            purge_disconnected=value("purge_disconnected") is True,
            auto_resize=str(value("auto_resize") or "never"),
            by_priority=value("path_grouping_policy") == "group_by_prio",
            max_stall=budget,
        )

    @property
    def retry_time(self) -> float | None:
        """How long I/O waits for a path; ``None`` where no timer ends that."""
        retries = self.no_path_retry
        return retries * self.retry_interval if isinstance(retries, int) and retries > 0 else None

    @property
    def queues(self) -> bool:
        """Whether I/O is to wait at all."""
        return self.no_path_retry == "queue" or self.retry_time is not None

    @property
    def least_dev_loss(self) -> int | None:
        """The least ``dev_loss_tmo`` that keeps paths as long as I/O waits; ``None`` where there is no such limit."""
        if self.no_path_retry == "queue":
            return _INFINITE
        time = self.retry_time
        return None if time is None else int(time) + int(time) // 60 + 5


def _number(value: Value | None, absent: float) -> float:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else absent


def _seconds(value: Value | None) -> float | None:
    return _number(value, 0.0) or None


def _flapping(settings: MapSettings, longest: float) -> FlappingOptions | None:
    """Return the newer options, or what the older ones say in their words; of either all must be set."""
    if _is_told(settings):
        return None
    newer = ("san_path_err_threshold", "san_path_err_forget_rate", "san_path_err_recovery_time")
    threshold, forget, recovery = (_seconds(settings.value(name)) for name in newer)
    if threshold and forget and recovery:
        return FlappingOptions(int(threshold), int(forget), recovery)
    watch, wait = (_seconds(settings.value(name)) for name in ("delay_watch_checks", "delay_wait_checks"))
    if not (watch and wait):
        return None
    named = f"delay_watch_checks {watch:g}, delay_wait_checks {wait:g}"
    return FlappingOptions(1, int(watch), wait * longest, named)


def _marginal(settings: MapSettings) -> MarginalOptions | None:
    """Return the four options; all must be set."""
    named = ("double_failed_time", "err_sample_time", "err_rate_threshold", "err_recheck_gap_time")
    double, sample, rate, gap = (_seconds(settings.value(f"marginal_path_{name}")) for name in named)
    if not (double and sample and rate and gap) or _is_told(settings):
        return None
    return MarginalOptions(double, sample, int(rate), gap)


def _is_told(settings: MapSettings) -> bool:
    """Tell whether the fabric alone says which paths are unreliable: then nobody else is to find it out."""
    return settings.value("marginal_pathgroups") == FPIN
