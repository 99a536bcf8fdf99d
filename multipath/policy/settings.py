"""
All options of one map, each with where it comes from.

Strategy: the configuration is asked for the first path that is up, as multipath-tools does, in the order of
`multipath.policy.member`. What the hardware or another option decides is kept beside it and wins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..config.entry import Subject
from ..config.resolve import Effective
from ..config.setting import Value
from . import detection
from .facts import Facts
from .member import Member, in_order
from .option import Options, detected
from .queueing import no_path_retry
from .throughput import Throughput

# The options that a map has: those of `multipaths`, `devices` and `overrides` that are not about one path alone.
PER_MAP: Final = (
    "alias_prefix",
    "all_tg_pt",
    "deferred_remove",
    "delay_wait_checks",
    "delay_watch_checks",
    "dev_loss_tmo",
    "eh_deadline",
    "failback",
    "fast_io_fail_tmo",
    "features",
    "flush_on_last_del",
    "ghost_delay",
    "gid",
    "hardware_handler",
    "marginal_path_double_failed_time",
    "marginal_path_err_rate_threshold",
    "marginal_path_err_recheck_gap_time",
    "marginal_path_err_sample_time",
    "marginal_pathgroups",
    "max_sectors_kb",
    "max_stall",
    "mode",
    "no_path_retry",
    "path_grouping_policy",
    "path_selector",
    "purge_disconnected",
    "recheck_wwid",
    "reservation_key",
    "retain_attached_hw_handler",
    "rr_min_io",
    "rr_min_io_rq",
    "rr_weight",
    "san_path_err_forget_rate",
    "san_path_err_recovery_time",
    "san_path_err_threshold",
    "skip_kpartx",
    "uid",
    "user_friendly_names",
)


@dataclass(frozen=True, slots=True)
class MapSettings:
    """
    The options of one map.

    Attributes:
        subject: What the map is to the configuration.
        options: Who knows the configured values.
        facts: The kernel that the map is for.
        throughput: Where the relative throughput of its paths comes from.
        decided: What the hardware, or another option, decides.

    ``settings["failback"]`` is the option with its value and origin.
    """

    subject: Subject
    options: Options = field(repr=False, compare=False)
    facts: Facts = field(default_factory=Facts)
    throughput: Throughput = Throughput.EQUAL
    decided: Mapping[str, Effective] = field(default_factory=dict)

    def __getitem__(self, option: str) -> Effective:
        """Return one option."""
        return self.decided.get(option) or self.options.effective(option, self.subject)

    def value(self, option: str) -> Value | None:
        """Return the value of one option."""
        return self[option].value

    def every(self) -> tuple[Effective, ...]:
        """Return all options of a map, in the order of their names."""
        return tuple(self[option] for option in PER_MAP)


def map_settings(
    wwid: str,
    members: Sequence[Member],
    options: Options,
    facts: Facts | None = None,
    throughput: Throughput = Throughput.EQUAL,
) -> MapSettings:
    """
    Return the options of the map ``wwid`` of these paths.

    Args:
        wwid: Of the map.
        members: Its paths, in any order, with their prioritizers.
        options: The configuration.
        facts: The kernel.
        throughput: Where the relative throughput of its paths comes from.
    """
    kernel, ordered = facts or Facts(), in_order(members)
    leading = next((member for member in ordered if member.enabled), ordered[0] if ordered else None)
    subject = leading.path.subject(wwid) if leading else Subject(wwid=wwid)
    retain = _retain(options, subject, kernel)
    decided = {
        "path_grouping_policy": detection.grouping_policy(ordered, options, subject),
        "retain_attached_hw_handler": retain,
        "hardware_handler": detection.hardware_handler(ordered, options, subject, retained=retain.value is not False),
        "no_path_retry": no_path_retry(options, subject),
    }
    return MapSettings(subject, options, kernel, throughput, decided)


def _retain(options: Options, subject: Subject, facts: Facts) -> Effective:
    configured = options.effective("retain_attached_hw_handler", subject)
    if not facts.can_retain:
        return detected(configured, value=False, reason="the kernel's multipath target is older than 1.5")
    if facts.always_retains:
        return detected(configured, value=True, reason="the kernel always does")
    return configured
