"""Paths, members and a configuration for decisions, in as few words as a test needs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from multipath.config.configuration import Subject
from multipath.config.setting import Layer, Origin, Setting, Value
from multipath.paths.path import Path
from multipath.policy.member import Member, PathState
from multipath.policy.option import Detected, Option
from multipath.policy.prioritizer import Prioritizer
from multipath.policy.settings import MapSettings, map_settings
from multipath.units import Sectors, parse_devt

WWID: Final = "3600140500000000000000000000000a1"
NVME: Final = Path("nvme0n1", parse_devt("259:1"), Sectors(2048), None, "NVME", "x", None, "live", host=0, bus="nvme")
BUILT_IN: Final[Mapping[str, Value]] = {
    "path_selector": "service-time 0",
    "path_grouping_policy": "failover",
    "prio": "const",
    "prio_args": "",
    "features": "0",
    "path_checker": "tur",
    "failback": "manual",
    "rr_min_io": 1000,
    "rr_min_io_rq": 1,
    "rr_weight": "uniform",
    "retain_attached_hw_handler": True,
    "detect_prio": True,
    "detect_checker": True,
    "detect_pgpolicy": True,
    "detect_pgpolicy_use_tpg": False,
    "marginal_pathgroups": "off",
    "hardware_handler": "0",
}


class Configured:
    """
    Options that a test sets: by name, or by layer and name where the layer matters.

    >>> Configured(failback="immediate").effective("failback", Subject()).value
    'immediate'
    """

    def __init__(self, layers: Mapping[Layer, Mapping[str, Value]] | None = None, **options: Value) -> None:
        self.layers = {**(layers or {}), **({Layer.DEVICES: options} if options else {}), Layer.BUILT_IN: BUILT_IN}

    def effective(self, option: str, subject: Subject) -> Option:
        """Return the value of the highest layer that has one."""
        found = [
            Setting(option, options[option], str(options[option]), Origin(layer, "multipath.conf", 7))
            for layer in Layer
            if (options := self.layers.get(layer)) is not None and option in options
        ]
        if not found:
            return Detected(option, None, Origin(Layer.BUILT_IN))
        return Detected(option, found[0].value, found[0].origin, tuple(found[1:]))


def a_path(unit: int = 0, **facts: object) -> Path:
    """Return the SCSI path at host ``2 + unit``; other facts as `Path` has them."""
    letter, number = chr(ord("a") + unit), parse_devt(f"8:{16 * unit}")
    path = Path(f"sd{letter}", number, Sectors(2048), None, "LIO-ORG", "disk", f"{2 + unit}:0:0:1", "running")
    return replace(path, **{"bus": "scsi", "protocol": "scsi:fcp", "host": 2 + unit, **facts})  # type: ignore[arg-type]


def a_member(unit: int = 0, priority: int | None = 1, state: PathState = PathState.UP, **facts: object) -> Member:
    """Return a path as a candidate."""
    return Member(a_path(unit, **facts), priority, state)


def by(member: Member, name: str) -> Member:
    """Return a member with the prioritizer ``name``."""
    return replace(member, prioritizer=Prioritizer(name, "", Origin(Layer.BUILT_IN)))


def settings_of(*members: Member, **options: Value) -> MapSettings:
    """Return the settings of the map of these paths."""
    return map_settings(WWID, members, Configured(None, **options))
