"""All that the checks look at, as values of one moment."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ...config.finding import Finding
from ...dm.device import DeviceInfo
from ...dm.holders import Holder
from ...paths.knobs import Knob
from ...paths.path import Path
from ...policy.settings import MapSettings
from ...units import DevT, format_devt
from ...wire.reservation import ReservationKeys
from ...wire.status import MultipathStatus
from ...wire.table import MultipathTable
from ..inputs import Inputs
from ..ownership import UUID_PREFIX
from ..plan import Plan
from ..planned_map import PlannedMap
from ..screening import PathVerdict
from ..snapshot import MapSnapshot
from .inquiry import Told
from .machine import Machine
from .managers import Managers


@dataclass(frozen=True, slots=True)
class ExaminedMap:
    """
    A live map that can be read.

    Attributes:
        snapshot: What the kernel has.
        paths: Its paths that are there, in the order of the table.
        gone: The numbers of those that are not.
        planned: What the plan says of it; ``None`` for a map that is none of multipath-tools' kind.
        earlier: How often each path had failed when the examination began, by its number.
    """

    snapshot: MapSnapshot
    paths: tuple[Path, ...]
    gone: tuple[str, ...] = ()
    planned: PlannedMap | None = None
    earlier: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return self.snapshot.name

    @property
    def wwid(self) -> str:
        """The WWID of its unit; empty where its uuid has none."""
        uuid = self.snapshot.uuid
        return uuid.removeprefix(UUID_PREFIX) if uuid.startswith(UUID_PREFIX) else ""

    @property
    def table(self) -> MultipathTable:
        """Its table."""
        return self.snapshot.table

    @property
    def status(self) -> MultipathStatus:
        """Its status."""
        return self.snapshot.status

    @property
    def queues(self) -> bool:
        """Whether it keeps I/O when no path is left."""
        return self.table.features.queue_if_no_path

    @property
    def settings(self) -> MapSettings | None:
        """Its options; ``None`` where nobody knows which hold."""
        return self.planned.desired.settings if self.planned and self.planned.desired else None

    def is_active(self, path: Path) -> bool:
        """Tell whether the kernel uses a path of it."""
        return format_devt(path.devt) in self.status.active_paths


@dataclass(frozen=True)
class Facts:
    """
    All facts.

    Attributes:
        inputs: What a plan is made of: paths, configuration, maps, state files, users of paths.
        plan: What should be.
        maps: The live maps that can be read.
        unreadable: The names of those that cannot, and why.
        refused: What is wrong with a configuration that cannot be used at all; the built-in one stands for it then.
        state: Why the state files cannot be read; empty where they can.
        devices: Every device of device-mapper.
        above: Who uses each of them, by number.
        queues: The attributes of the queues of paths and maps, by number and name.
        knobs: What bounds how long the kernel waits for each path.
        fixed: Of these what nobody can write.
        told: What each path said when it was asked; nothing of those that were not.
        keys: The registered reservation keys of each map that has one, by its WWID.
        silent: The numbers of paths whose attributes could not be read in time.
        managers: Who looks after maps; ``None`` in a world without programs.
        machine: The files and modules; likewise.
        hz: How many jiffies the kernel has in a second.
        prkeys: The keys of the prkeys file, by WWID.
        no_device_mapper: Why there is no device-mapper; empty where there is one.
        no_target: Why that has no multipath target; likewise.
    """

    inputs: Inputs
    plan: Plan
    maps: tuple[ExaminedMap, ...] = ()
    unreadable: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[Finding, ...] = ()
    state: str = ""
    devices: Sequence[DeviceInfo] = ()
    above: Mapping[DevT, Sequence[Holder]] = field(default_factory=dict)
    queues: Mapping[DevT, Mapping[str, str]] = field(default_factory=dict)
    knobs: Mapping[DevT, Mapping[Knob, float]] = field(default_factory=dict)
    fixed: Mapping[DevT, frozenset[Knob]] = field(default_factory=dict)
    told: Mapping[DevT, Told] = field(default_factory=dict)
    keys: Mapping[str, ReservationKeys] = field(default_factory=dict)
    silent: frozenset[DevT] = frozenset()
    managers: Managers | None = None
    machine: Machine | None = None
    hz: int = 100
    prkeys: Mapping[str, int] = field(default_factory=dict)
    no_device_mapper: str = ""
    no_target: str = ""

    @cached_property
    def units(self) -> Mapping[str, tuple[PathVerdict, ...]]:
        """The paths of each unit, by its WWID; those that the NVMe driver multipaths itself are none."""
        found: dict[str, list[PathVerdict]] = {}
        for verdict in self.plan.paths:
            if verdict.wwid is not None and not verdict.path.native:
                found.setdefault(verdict.wwid, []).append(verdict)
        return {wwid: tuple(verdicts) for wwid, verdicts in found.items()}

    @cached_property
    def map_of(self) -> Mapping[DevT, ExaminedMap]:
        """The map that each path is in."""
        return {path.devt: each for each in self.maps for path in each.paths}

    @cached_property
    def mapped(self) -> frozenset[str]:
        """The WWIDs that have a map."""
        return frozenset(each.wwid for each in self.maps)

    def members(self) -> Iterator[tuple[ExaminedMap, Path]]:
        """Yield every path of every map."""
        return ((each, path) for each in self.maps for path in each.paths)

    def shared_disks(self) -> Iterator[Path]:
        """Yield the disks that are paths: of a map, or of a unit that has several of them."""
        for verdict in self.plan.paths:
            path = verdict.path
            if path.devt in self.map_of or len(self.units.get(verdict.wwid or "", ())) > 1:
                yield path
