"""
Build, load and monitor Linux multipath maps by speaking to the kernel itself.

The public names, nothing else. Each is imported when it is first used, so that ``import multipath`` stays light in the
small environments of installers.
"""

from .late import late

TYPE_CHECKING = False  # as type checkers take it; importing typing would cost ten times what is here

if TYPE_CHECKING:
    from ._native.group import PriorityGroups as PriorityGroups
    from ._native.selector import Selector as Selector
    from .config.configuration import Configuration as Configuration
    from .dm.control import Control as Control
    from .dm.device import DeviceInfo as DeviceInfo
    from .dm.holders import Holder as Holder
    from .dm.target import Target as Target
    from .errors import ConfigError as ConfigError
    from .errors import MultipathError as MultipathError
    from .errors import TableError as TableError
    from .errors import WaitTimeout as WaitTimeout
    from .frontends.exporter import Exporter as Exporter
    from .maps.detach_plan import DetachPlan as DetachPlan
    from .maps.detach_report import DetachReport as DetachReport
    from .maps.event import Event as Event
    from .maps.event import EventKind as EventKind
    from .maps.host import Host as Host
    from .maps.map import Map as Map
    from .maps.monitor import Monitor as Monitor
    from .maps.monitor_event import MonitorEvent as MonitorEvent
    from .maps.monitor_event import MonitorEventKind as MonitorEventKind
    from .maps.monitor_status import MonitorStatus as MonitorStatus
    from .maps.partition_map import PartitionMap as PartitionMap
    from .maps.partitions import Partitions as Partitions
    from .maps.plan import Plan as Plan
    from .maps.reservations import Reservations as Reservations
    from .maps.role import DeviceRole as DeviceRole
    from .maps.role import RoleKind as RoleKind
    from .maps.snapshot import MapSnapshot as MapSnapshot
    from .maps.verification import Mismatch as Mismatch
    from .multipathd.client import Multipathd as Multipathd
    from .paths.path import Path as Path
    from .simulation.path import SimulatedPath as SimulatedPath
    from .simulation.result import SimulationResult as SimulationResult
    from .simulation.run import simulate as simulate
    from .wire.features import Features as Features
    from .wire.group import PathGroup as PathGroup
    from .wire.group import TablePath as TablePath
    from .wire.message import Message as Message
    from .wire.partition import Partition as Partition
    from .wire.partition import PartitionTable as PartitionTable
    from .wire.reservation import ReservationType as ReservationType
    from .wire.selection import path_selector as path_selector
    from .wire.selection import priority_groups as priority_groups
    from .wire.status import MultipathStatus as MultipathStatus
    from .wire.table import MultipathTable as MultipathTable

_ROOMS = {
    "ConfigError": "errors",
    "Configuration": "config.configuration",
    "Control": "dm.control",
    "DetachPlan": "maps.detach_plan",
    "DetachReport": "maps.detach_report",
    "DeviceInfo": "dm.device",
    "DeviceRole": "maps.role",
    "Event": "maps.event",
    "EventKind": "maps.event",
    "Exporter": "frontends.exporter",
    "Features": "wire.features",
    "Holder": "dm.holders",
    "Host": "maps.host",
    "Map": "maps.map",
    "MapSnapshot": "maps.snapshot",
    "Message": "wire.message",
    "Mismatch": "maps.verification",
    "Monitor": "maps.monitor",
    "MonitorEvent": "maps.monitor_event",
    "MonitorEventKind": "maps.monitor_event",
    "MonitorStatus": "maps.monitor_status",
    "MultipathError": "errors",
    "Multipathd": "multipathd.client",
    "MultipathStatus": "wire.status",
    "MultipathTable": "wire.table",
    "Partition": "wire.partition",
    "PartitionMap": "maps.partition_map",
    "PartitionTable": "wire.partition",
    "Partitions": "maps.partitions",
    "Path": "paths.path",
    "PathGroup": "wire.group",
    "Plan": "maps.plan",
    "PriorityGroups": "_native.group",
    "ReservationType": "wire.reservation",
    "Reservations": "maps.reservations",
    "RoleKind": "maps.role",
    "Selector": "_native.selector",
    "TablePath": "wire.group",
    "SimulatedPath": "simulation.path",
    "SimulationResult": "simulation.result",
    "TableError": "errors",
    "Target": "dm.target",
    "WaitTimeout": "errors",
    "path_selector": "wire.selection",
    "priority_groups": "wire.selection",
    "simulate": "simulation.run",
}

__all__ = list(_ROOMS)
__getattr__ = late(__name__, _ROOMS)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*globals(), *__all__]
