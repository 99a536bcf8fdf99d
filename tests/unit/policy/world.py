"""Paths, members and a configuration for decisions, in as few words as a test needs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from multipath.config.configuration import Configuration
from multipath.config.entry import DeviceEntry, MultipathEntry
from multipath.config.pattern import Pattern
from multipath.config.resolve import Resolver
from multipath.config.setting import Layer, Origin, Setting, Settings, Value
from multipath.paths.path import Path
from multipath.paths.state import PathState
from multipath.policy.member import Member
from multipath.policy.prioritizer import Prioritizer
from multipath.policy.settings import MapSettings, map_settings
from multipath.units import Sectors, parse_devt

WWID: Final = "3600140500000000000000000000000a1"
NVME: Final = Path("nvme0n1", parse_devt("259:1"), Sectors(2048), None, "NVME", "x", None, "live", host=0, bus="nvme")


def configured(**options: Value) -> Resolver:
    """
    Return a configuration in which an entry of ``devices`` sets these options for every array.

    >>> configured(failback="immediate").value("failback", Subject())
    'immediate'
    """
    return layered({Layer.DEVICES: options})


def layered(layers: Mapping[Layer, Mapping[str, Value]]) -> Resolver:
    """Return a configuration in which every layer sets some."""
    settings = {layer: _settings(layer, values) for layer, values in layers.items()}
    entries = (Layer.HWTABLE, Layer.DEVICES)
    return Resolver(
        Configuration(
            defaults=settings.get(Layer.DEFAULTS, {}),
            overrides=settings.get(Layer.OVERRIDES, {}),
            devices=tuple(_entry(layer, settings[layer]) for layer in entries if layer in settings),
            multipaths={WWID: MultipathEntry(WWID, settings.get(Layer.MULTIPATHS, {}), _origin(Layer.MULTIPATHS))},
        )
    )


def _entry(layer: Layer, settings: Settings) -> DeviceEntry:
    return DeviceEntry(Pattern(""), Pattern(""), None, None, settings, _origin(layer))


def _settings(layer: Layer, values: Mapping[str, Value]) -> Settings:
    return {option: Setting(option, value, str(value), _origin(layer)) for option, value in values.items()}


def _origin(layer: Layer) -> Origin:
    return Origin(layer, "multipath.conf", 7)


def a_path(unit: int = 0, **facts: object) -> Path:
    """Return the SCSI path at host ``2 + unit``; other facts as `Path` has them."""
    letter, number = chr(ord("a") + unit), parse_devt(f"8:{16 * unit}")
    path = Path(f"sd{letter}", number, Sectors(2048), None, "ACME", "disk", f"{2 + unit}:0:0:1", "running")
    return replace(path, **{"bus": "scsi", "protocol": "scsi:fcp", "host": 2 + unit, **facts})  # type: ignore[arg-type]


def a_member(unit: int = 0, priority: int | None = 1, state: PathState = PathState.UP, **facts: object) -> Member:
    """Return a path as a candidate."""
    return Member(a_path(unit, **facts), priority, state)


def by(member: Member, name: str) -> Member:
    """Return a member with the prioritizer ``name``."""
    return replace(member, prioritizer=Prioritizer(name, "", Origin(Layer.BUILT_IN)))


def settings_of(*members: Member, **options: Value) -> MapSettings:
    """Return the settings of the map of these paths."""
    return map_settings(WWID, members, configured(**options))
