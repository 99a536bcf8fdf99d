"""How much each event of a monitor matters to who reads the log."""

from typing import Final

from .log import Level
from .managed import Told

_LEVELS: Final = {
    Level.ERROR: ("failed", "unreadable"),
    Level.WARNING: ("path_failed", "stood_back", "refused", "overrun", "silent", "unheld", "purge", "flush"),
    Level.NOTICE: (
        "fail_path", "reinstate_path", "switch_group", "enable_group", "set_queueing", "replan", "announce", "keep_map",
        "mark_marginal", "planned", "reconfigured", "map_state", "path_reinstated", "timeouts",
    ),
    Level.DEBUG: ("sample", "stop_sampling", "recheck_wwid", "retriggered", "checker"),
}  # fmt: skip
_BY_KIND: Final = {kind: level for level, kinds in _LEVELS.items() for kind in kinds}


def level_of(event: Told) -> Level:
    """Return it; what is not in the table is worth telling, and no more."""
    return _BY_KIND.get(str(event.kind), Level.INFO)
