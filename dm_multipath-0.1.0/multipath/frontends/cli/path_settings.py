"""
The options of one path, or of one map, as they hold: what the hardware decides beside what the configuration says.

Strategy: an option of the map is asked of the map's plan, which knows what was detected over all its paths; the
prioritizer and the checker of a path are asked of the policy; everything else of the configuration alone.
"""

from collections.abc import Iterable
from typing import Final

from ...config.configuration import Configuration
from ...config.entry import Subject
from ...config.resolve import Effective
from ...config.setting import Layer
from ...maps.planned_map import PlannedMap
from ...paths.path import Path
from ...policy.detection import checker
from ...policy.option import detected
from ...policy.prioritizer import prioritizer
from ...policy.settings import PER_MAP

# What decides about one path; those that are told whoever sets them first.
PER_PATH: Final = (
    "uid_attribute", "prio", "prio_args", "path_checker", "checker_timeout", "detect_prio", "detect_checker",
    "fast_io_fail_tmo", "dev_loss_tmo", "eh_deadline", "recheck_wwid", "allow_usb_devices",
)  # fmt: skip
_ALWAYS: Final = frozenset(
    {
        "uid_attribute", "prio", "path_checker", "path_grouping_policy", "path_selector", "features",
        "hardware_handler", "no_path_retry", "failback",
    }
)  # fmt: skip


def of_path(option: str, path: Path, wwid: str | None, configuration: Configuration) -> Effective:
    """Return one option of a path of the map ``wwid``."""
    configured = configuration.effective(option, path.subject(wwid))
    if option == "path_checker":
        return checker(path, configuration.resolver, wwid)
    if option not in ("prio", "prio_args"):
        return configured
    chosen = prioritizer(path, configuration.resolver, wwid)
    if option == "prio":
        return Effective(option, chosen.name, chosen.origin, chosen.losing)
    if chosen.args == (configured.value or ""):
        return configured
    return detected(configured, chosen.args, f"what is meant for the prioritizer {chosen.name}")


def of_map(option: str, planned: PlannedMap, configuration: Configuration) -> Effective:
    """Return one option of a map."""
    if planned.desired is None:
        subject = planned.paths[0].subject(planned.wwid) if planned.paths else Subject(wwid=planned.wwid)
        return configuration.effective(option, subject)
    if option not in PER_MAP and planned.paths:
        return of_path(option, planned.paths[0], planned.wwid, configuration)
    return planned.desired.settings[option]


def telling(found: Iterable[Effective]) -> list[Effective]:
    """Return the options that somebody set or the hardware decides, and those that matter whoever sets them."""
    return [each for each in found if each.option in _ALWAYS or each.origin.layer is not Layer.BUILT_IN]
