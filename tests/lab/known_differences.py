"""
In what this library is meant to differ from multipath-tools: what `docs/differences.md` lists, as conditions.

Each difference that a comparison finds must fit one of them, and each of them must be found. An id is that of its line
in the document.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .effective import Difference

OLD: Final = "0.9.4"
NEW: Final = "newest"


@dataclass(frozen=True, slots=True)
class Known:
    """
    A difference that is meant.

    Attributes:
        id: Its name in the document.
        releases: Which releases have it.
        fits: Whether something found is one of its cases.
    """

    id: str
    releases: frozenset[str]
    fits: Callable[[Difference], bool]


def _known(id_: str, fits: Callable[[Difference], bool], *releases: str) -> Known:
    return Known(id_, frozenset(releases or (OLD, NEW)), fits)


def _option(*words: str) -> Callable[[Difference], bool]:
    return lambda found: found.option in words


def _values(option: str, *pairs: tuple[str, str]) -> Callable[[Difference], bool]:
    return lambda found: found.option == option and (found.theirs, found.ours) in pairs


def _is_expression_bad(found: Difference) -> bool:
    return not found.ours and bool(re.match(r"devices/(\(bad/|'single'/\\|QUO\"\"TED/a # b \{)", found.place))


def _is_half_device(found: Difference) -> bool:
    return found.place == "blacklist" and "ONLY" in found.option.upper()


def _is_block_closed_early(found: Difference) -> bool:
    return (found.theirs, found.ours) in {("9", "5"), ("36", "21")}


def _is_zero_kept(found: Difference) -> bool:
    return found.option in ("failback", "dev_loss_tmo") and found.ours == "0" and found.theirs in ("", "manual")


_LOST: Final = Difference("devices/PURE/FlashArray", "max_sectors_kb", "", "4096")
# The first that fits counts. What an older table lacks is not here: an empty configuration shows it.
KNOWN: Final = (
    _known("crash", lambda found: found.theirs == "crash"),
    _known("hang", lambda found: found.theirs == "hang", NEW),
    _known("bad-expression", _is_expression_bad),
    _known("half-device", _is_half_device),
    _known("unknown-block", _is_block_closed_early),
    _known("former-load-options", _option("rr_min_io", "rr_min_io_rq", "rr_weight"), NEW),
    _known("lost-max-sectors", _LOST.__eq__),
    _known("args-without-prio", lambda found: found.option == "prio_args" and not found.ours),
    _known("duplicate-alias", lambda found: found.option == "alias" and not found.ours),
    _known("owner-in-octal", lambda found: found.option in ("uid", "gid") and found.theirs.startswith("0")),
    _known("owner-by-name", lambda found: found.option == "uid" and not found.theirs),
    _known("zero-kept", _is_zero_kept),
    _known("no-limit-of-files", _values("max_fds", ("", "max"))),
    _known(
        "older-words",
        _values("flush_on_last_del", ("yes", "always"), ("no", "unused"), ("no", "never"), ("unused", "never")),
        OLD,
    ),
    _known("older-fpin", _values("marginal_pathgroups", ("off", "fpin")), OLD),
    _known("older-tpg", _values("path_grouping_policy", ("failover", "group_by_tpg")), OLD),
    _known("policy-prefix", _values("path_grouping_policy", ("multibus", "failover"))),
    _known("older-retries", lambda found: found.option == "retrigger_tries" and found.theirs == "0", OLD),
    _known("older-force-sync", _values("force_sync", ("yes", "no")), OLD),
    _known("older-numbers", lambda found: found.theirs.startswith("42949672"), OLD),
    _known(
        "newer-options",
        _option("auto_resize", "detect_pgpolicy", "detect_pgpolicy_use_tpg", "purge_disconnected", "max_retries"),
        OLD,
    ),
    _known(
        "former-options", _option("bindings_file", "wwids_file", "prkeys_file", "disable_changed_wwids"), OLD
    ),
)  # fmt: skip


def explain(found: Difference, release: str) -> str:
    """Return the id of what is meant by a difference; empty where nothing is."""
    return next((known.id for known in KNOWN if release in known.releases and known.fits(found)), "")
