"""
Every option of multipath.conf: where it may stand, what it takes, and what holds where nobody sets it.

Source: multipath.conf(5) of multipath-tools 0.14.3, and what that program does.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .kinds import (
    CHECKS,
    COUNT,
    COUNTED,
    COUNTED_SELECTOR,
    DELIMITER,
    DEV_LOSS,
    EXPRESSION,
    FAILBACK,
    FIND_MULTIPATHS,
    FLUSH,
    INTEGER,
    MARGINAL,
    MAX_FDS,
    MODE,
    NO_SLASH,
    OFF_OR_NUMBER,
    OWNER,
    POLICY,
    POSITIVE_SECONDS,
    RESERVATION_KEY,
    RETRIES,
    SECONDS,
    SELECTOR_SHARE,
    TEXT,
    TIMEOUT,
    UID_ATTRS,
    YES_NO,
    Kind,
    number,
    words,
)
from .setting import Value


class Scope(enum.StrEnum):
    """A section that holds options."""

    DEFAULTS = "defaults"
    DEVICE = "devices/device"
    OVERRIDES = "overrides"
    PROTOCOL = "overrides/protocol"
    MULTIPATH = "multipaths/multipath"


@dataclass(frozen=True, slots=True)
class Option:
    """
    One option.

    Attributes:
        name: As in multipath.conf(5).
        kind: What it takes.
        built_in: Its value where nobody sets it; ``None`` where something else decides then.
        scopes: Where it may stand.
    """

    name: str
    kind: Kind
    built_in: Value | None
    scopes: frozenset[Scope]


_SCOPES: Final = {
    "D": Scope.DEFAULTS, "V": Scope.DEVICE, "O": Scope.OVERRIDES, "P": Scope.PROTOCOL, "M": Scope.MULTIPATH,
}  # fmt: skip


def _options() -> Iterator[Option]:
    for name, scopes, kind, built_in in _TABLE:
        yield Option(name, kind, built_in, frozenset(_SCOPES[letter] for letter in scopes))


# Name; sections by their letters; kind; built-in value.
_TABLE: Final[tuple[tuple[str, str, Kind, Value | None], ...]] = (
    ("verbosity", "D", number("a level", 0, 4), 2),
    ("polling_interval", "D", POSITIVE_SECONDS, 5),
    ("max_polling_interval", "D", SECONDS, None),
    ("reassign_maps", "D", YES_NO, False),
    ("path_selector", "DVOM", COUNTED_SELECTOR, "service-time 0"),
    ("path_grouping_policy", "DVOM", POLICY, "failover"),
    ("uid_attrs", "D", UID_ATTRS, None),
    ("uid_attribute", "DVO", TEXT, "ID_SERIAL"),
    ("prio", "DVOM", TEXT, "const"),
    ("prio_args", "DVOM", TEXT, ""),
    ("features", "DVOM", COUNTED, "0"),
    ("path_checker", "DVO", TEXT, "tur"),
    ("alias_prefix", "DVO", NO_SLASH, "mpath"),
    ("failback", "DVOM", FAILBACK, "manual"),
    ("rr_min_io", "DVOM", SELECTOR_SHARE, 1000),
    ("rr_min_io_rq", "DVOM", SELECTOR_SHARE, 1),
    ("max_fds", "D", MAX_FDS, "max"),
    ("rr_weight", "DVOM", words("uniform", "priorities"), "uniform"),
    ("no_path_retry", "DVOM", RETRIES, None),
    ("queue_without_daemon", "D", YES_NO, False),
    ("checker_timeout", "D", TIMEOUT, None),
    ("allow_usb_devices", "D", YES_NO, False),
    ("flush_on_last_del", "DVOM", FLUSH, "unused"),
    ("user_friendly_names", "DVOM", YES_NO, False),
    ("mode", "DM", MODE, None),
    ("uid", "DM", OWNER, None),
    ("gid", "DM", OWNER, None),
    ("fast_io_fail_tmo", "DVOP", OFF_OR_NUMBER, 5),
    ("dev_loss_tmo", "DVOP", DEV_LOSS, None),
    ("eh_deadline", "DVOP", OFF_OR_NUMBER, None),
    ("max_retries", "D", number("a number of retries", 1, 5, words={"off": "off", "0": 0}), None),
    ("log_checker_err", "D", words("always", "once"), "always"),
    ("reservation_key", "DM", RESERVATION_KEY, None),
    ("all_tg_pt", "DVO", YES_NO, False),
    ("retain_attached_hw_handler", "DVO", YES_NO, True),
    ("detect_prio", "DVO", YES_NO, True),
    ("detect_checker", "DVO", YES_NO, True),
    ("detect_pgpolicy", "DVO", YES_NO, True),
    ("detect_pgpolicy_use_tpg", "DVO", YES_NO, False),
    ("force_sync", "D", YES_NO, False),
    ("strict_timing", "D", YES_NO, False),
    ("deferred_remove", "DVOM", YES_NO, False),
    ("partition_delimiter", "D", DELIMITER, None),
    ("delay_watch_checks", "DVOM", CHECKS, "no"),
    ("delay_wait_checks", "DVOM", CHECKS, "no"),
    ("san_path_err_threshold", "DVOM", CHECKS, "no"),
    ("san_path_err_forget_rate", "DVOM", CHECKS, "no"),
    ("san_path_err_recovery_time", "DVOM", CHECKS, "no"),
    ("marginal_path_double_failed_time", "DVOM", CHECKS, "no"),
    ("marginal_path_err_sample_time", "DVOM", CHECKS, "no"),
    ("marginal_path_err_rate_threshold", "DVOM", CHECKS, "no"),
    ("marginal_path_err_recheck_gap_time", "DVOM", CHECKS, "no"),
    ("marginal_pathgroups", "D", MARGINAL, "off"),
    ("find_multipaths", "D", FIND_MULTIPATHS, "strict"),
    ("find_multipaths_timeout", "D", INTEGER, -10),
    ("uxsock_timeout", "D", number("milliseconds", 4000), 4000),
    ("retrigger_tries", "D", COUNT, 3),
    ("retrigger_delay", "D", COUNT, 10),
    ("missing_uev_wait_timeout", "D", COUNT, 30),
    ("skip_kpartx", "DVOM", YES_NO, False),
    ("purge_disconnected", "DVOM", YES_NO, False),
    ("remove_retries", "D", COUNT, 0),
    ("max_sectors_kb", "DVOM", TIMEOUT, None),
    ("ghost_delay", "DVOM", CHECKS, "no"),
    ("auto_resize", "D", words("never", "grow_only", "grow_shrink"), "never"),
    ("enable_foreign", "D", EXPRESSION, "NONE"),
    ("recheck_wwid", "DVO", YES_NO, False),
    ("max_stall", "DVOM", SECONDS, None),
    ("hardware_handler", "V", COUNTED, "0"),
    ("vpd_vendor", "V", words("hp3par"), None),
    ("alias", "M", NO_SLASH, None),
)

OPTIONS: Final[Mapping[str, Option]] = MappingProxyType({option.name: option for option in _options()})

# Other names of options.
ALIASES: Final[Mapping[str, str]] = MappingProxyType({"checker": "path_checker"})

# Options of former times, by the letters of the sections that still take them and do nothing with them.
_FORMER: Final = {
    "config_dir": "D", "disable_changed_wwids": "D", "getuid_callout": "DVO", "multipath_dir": "D",
    "pg_timeout": "DVM", "bindings_file": "D", "wwids_file": "D", "prkeys_file": "D",
}  # fmt: skip
FORMER: Final[Mapping[str, frozenset[Scope]]] = MappingProxyType(
    {name: frozenset(_SCOPES[letter] for letter in scopes) for name, scopes in _FORMER.items()}
)

# What a path's transport may be, as `protocol` of `overrides` names it.
PROTOCOLS: Final = frozenset(
    {f"scsi:{name}" for name in ("fcp", "spi", "ssa", "sbp", "srp", "iscsi", "sas", "adt", "ata", "usb", "unspec")}
    | {f"nvme:{name}" for name in ("pcie", "rdma", "fc", "tcp", "loop", "apple-nvme", "unspec")}
    | {"ccw", "cciss", "undef"}
)

# The sections of a file, each with the sections that may stand in it.
SECTIONS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "defaults": frozenset(),
        "blacklist": frozenset({"device"}),
        "blacklist_exceptions": frozenset({"device"}),
        "devices": frozenset({"device"}),
        "overrides": frozenset({"protocol"}),
        "multipaths": frozenset({"multipath"}),
    }
)

# What says which devices an entry or a rule is for, by section.
MATCHES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "devices/device": frozenset({"vendor", "product", "revision", "product_blacklist"}),
        "multipaths/multipath": frozenset({"wwid"}),
        "overrides/protocol": frozenset({"type"}),
        "blacklist": frozenset({"devnode", "wwid", "property", "protocol"}),
        "blacklist/device": frozenset({"vendor", "product"}),
    }
)

# Every word that takes a value; protocol, that is a section too, apart.
WORDS: Final = frozenset({*OPTIONS, *ALIASES, *FORMER, *frozenset().union(*MATCHES.values())} - {"protocol"})
