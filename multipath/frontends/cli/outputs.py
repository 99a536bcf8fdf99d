"""
What every verb prints with ``-o json``: the one declaration from which the published schema is made.

The keys are a promise: none is renamed or removed, new ones may come.
"""

from dataclasses import dataclass
from typing import Any, Final, TypedDict

from ...lab.kernels import State
from ...maps.detach_plan import DetachPlanRecord
from ...maps.detach_report import DetachReportRecord
from ...maps.doctor.diagnosis import Diagnosis
from ...maps.exported_identity import ExportRecord
from ...maps.plan_record import PlanRecord
from ..manager.records import HealthRecord, ManagerEventRecord, ManagerRecord, ReloadRecord
from ..metrics.exposition import MetricRecord
from .explained_map import MapExplanation
from .explained_stall import StalledMapRecord
from .findings import FindingRecord
from .partition_record import PartitionChangesRecord, PartitionsRecord
from .path_record import PathExplanation
from .record import EventRecord, MapRecord, MapTree
from .reservation_outputs import CapabilitiesOutput, HeldOutput, KeysOutput, OrderOutput, RegistrationsOutput
from .resize import ResizedRecord
from .results import ResultRecord
from .role_record import RoleRecord
from .setting_lines import SettingRecord
from .simulation_record import SimulationRecord


class ShownMaps(TypedDict):
    """
    Maps with their groups and paths.

    Attributes:
        maps: The maps.
    """

    maps: list[MapTree]


class ListedMaps(TypedDict):
    """
    Maps.

    Attributes:
        maps: The maps.
    """

    maps: list[MapRecord]


class AwaitedMap(TypedDict):
    """
    What was waited for.

    Attributes:
        map: The map as it is now; ``null`` where its end or silence was waited for.
    """

    map: MapRecord | None


class Explanations(TypedDict):
    """
    What decides about paths and maps.

    Attributes:
        paths: The paths that were named.
        maps: The maps that were named.
    """

    paths: list[PathExplanation]
    maps: list[MapExplanation]


class StalledMaps(TypedDict):
    """
    How long I/O can wait.

    Attributes:
        maps: The maps.
    """

    maps: list[StalledMapRecord]


class Roles(TypedDict):
    """
    What block devices are to multipath.

    Attributes:
        devices: One for each that was named and is there.
    """

    devices: list[RoleRecord]


class Metrics(TypedDict):
    """
    What Prometheus is to know.

    Attributes:
        metrics: The metrics.
    """

    metrics: list[MetricRecord]


class Applied(TypedDict):
    """
    A plan and what became of it.

    Attributes:
        plan: The plan.
        results: What became of each map; nothing with ``--dry-run``.
    """

    plan: PlanRecord
    results: list[ResultRecord]


class Detached(TypedDict):
    """
    What is taken away, and what became of it.

    Attributes:
        plan: The plan.
        report: What became of it; ``null`` with ``--dry-run``.
    """

    plan: DetachPlanRecord
    report: DetachReportRecord | None


class PartitionsOfMaps(TypedDict):
    """
    Partitions.

    Attributes:
        maps: The maps and their partitions.
    """

    maps: list[PartitionsRecord]


class ChangedPartitions(TypedDict):
    """
    What is done about maps over partitions.

    Attributes:
        maps: The maps and what is done.
    """

    maps: list[PartitionChangesRecord]


class Resized(TypedDict):
    """
    Maps that have the size of their units.

    Attributes:
        maps: Those with which it went well.
    """

    maps: list[ResizedRecord]


class Examination(TypedDict):
    """
    What is wrong with a host.

    Attributes:
        findings: What was found.
        counts: How many of them there are of each severity.
        checks: How many checks there are.
    """

    findings: list[Diagnosis]
    counts: dict[str, int]
    checks: int


class CheckOfDoctor(TypedDict):
    """
    One check of the doctor.

    Attributes:
        id: Its name.
        severity: Of what it finds: ``"error"``, ``"warning"`` or ``"note"``.
        title: What is wrong where it finds something.
        cause: What that means.
        step: What to do next; ``{object}`` stands for the thing.
    """

    id: str
    severity: str
    title: str
    cause: str
    step: str


class ChecksOfDoctor(TypedDict):
    """
    What the doctor knows to look for.

    Attributes:
        checks: Each of its checks.
    """

    checks: list[CheckOfDoctor]


class Simulations(TypedDict):
    """
    Selectors, compared.

    Attributes:
        load: The array and the load, for people.
        simulations: One for each selector.
    """

    load: str
    simulations: list[SimulationRecord]


@dataclass(frozen=True, slots=True)
class Output:
    """
    What one verb prints.

    Attributes:
        kind: Its type.
        of_lines: Whether it is printed again and again, a line each.
    """

    kind: Any
    of_lines: bool = False


# By the words of the verb, and of the option where that makes another output of it.
OUTPUTS: Final[dict[str, Output]] = {
    "show": Output(ShownMaps),
    "list": Output(ListedMaps),
    "watch": Output(EventRecord, of_lines=True),
    "classify": Output(Roles),
    "explain": Output(Explanations),
    "explain stall": Output(StalledMaps),
    "status": Output(ManagerRecord),
    "status events": Output(ManagerEventRecord, of_lines=True),
    "status health": Output(HealthRecord),
    "status reload": Output(ReloadRecord),
    "metrics": Output(Metrics),
    "plan": Output(PlanRecord),
    "apply": Output(Applied),
    "remove": Output(Detached),
    "pr keys": Output(KeysOutput),
    "pr reservation": Output(HeldOutput),
    "pr status": Output(RegistrationsOutput),
    "pr capabilities": Output(CapabilitiesOutput),
    **dict.fromkeys(
        ("pr register", "pr unregister", "pr reserve", "pr release", "pr clear", "pr preempt"), Output(OrderOutput)
    ),
    "partitions list": Output(PartitionsOfMaps),
    **dict.fromkeys(("partitions add", "partitions update", "partitions remove"), Output(ChangedPartitions)),
    "resize": Output(Resized),
    "wait": Output(AwaitedMap),
    "config check": Output(list[FindingRecord]),
    "config effective": Output(SettingRecord),
    "doctor": Output(Examination),
    "doctor list": Output(ChecksOfDoctor),
    "export": Output(ExportRecord),
    "simulate": Output(Simulations),
    "lab kernels": Output(list[State]),
}
