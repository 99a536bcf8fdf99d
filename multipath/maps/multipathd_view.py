"""
What multipathd would tell of a host, where none runs: for programs that read its JSON or its formats. Pure.

Strategy: the kernel says which path is used, the configuration what a path or a map is to have, and a monitor, where
one is asked, what checkers and prioritizers found. What only the daemon counts is 0, what only it knows stands as the
daemon writes what it does not know: names of Fibre Channel ports of the host, the largest request. A path that nobody
checked is ``ready`` where the kernel uses it, and ``faulty`` where it does not.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ..config.blacklist import Blacklist
from ..config.configuration import Configuration
from ..config.resolve import Resolver
from ..config.setting import Value
from ..multipathd.map import DaemonGroup, DaemonMap
from ..multipathd.notation import counted, lun_hex, rounded
from ..multipathd.path import DaemonPath
from ..multipathd.topology import write_maps
from ..multipathd.wildcards import format_maps, format_paths
from ..paths.path import Path
from ..paths.state import PathState
from ..policy.candidate import candidate
from ..policy.detection import checker
from ..policy.member import Member, state_of
from ..policy.observation import Observation
from ..policy.option import as_text
from ..policy.priority import weighed
from ..policy.settings import MapSettings, map_settings
from ..probes.prioritizers import priority
from ..units import DevT, format_devt, parse_devt
from ..wire.group import PathGroup
from ..wire.status import GroupState, StatusGroup, StatusPath
from .monitor_status import MapStatus, MonitorStatus
from .ownership import UUID_PREFIX
from .screening import screen
from .snapshot import MapSnapshot

_GROUPS: Final = {GroupState.ACTIVE: "active", GroupState.ENABLED: "enabled", GroupState.DISABLED: "disabled"}
_STATES: Final = {
    PathState.UP: "ready",
    PathState.DOWN: "faulty",
    PathState.SHAKY: "shaky",
    PathState.GHOST: "ghost",
    PathState.PENDING: "i/o pending",
    PathState.TIMEOUT: "i/o timeout",
    PathState.DELAYED: "delayed",
    PathState.DISCONNECTED: "disconnected",
}
_UNDEFINED: Final = "undef"
_NOT_KNOWN: Final = "-"
_FC: Final = "scsi:fcp"
_GHOST: Final = "standby"  # an access state in which a path answers, and takes no I/O


@dataclass(frozen=True, slots=True)
class MultipathdView:
    """
    What multipathd would tell.

    Attributes:
        maps: Of every map, in the given order.
        paths: Of every path that may be one, in the order of their numbers; those of no map among them.
    """

    maps: tuple[DaemonMap, ...]
    paths: tuple[DaemonPath, ...]

    def to_multipathd_json(self) -> str:
        """Return the answer to ``show maps json``; strings are escaped, as multipathd itself does not."""
        return write_maps(self.maps)

    def format_maps(self, style: str, *, raw: bool = False) -> list[str]:
        """Return the lines of ``show maps format``; `multipath.multipathd.wildcards` says how."""
        return format_maps(self.maps, style, raw=raw)

    def format_paths(self, style: str, *, raw: bool = False) -> list[str]:
        """Return the lines of ``show paths format``."""
        return format_paths(self.paths, style, raw=raw)


def multipathd_view(
    snapshots: Sequence[MapSnapshot],
    paths: Iterable[Path],
    config: Configuration | None = None,
    status: MonitorStatus | None = None,
    observed: Mapping[DevT, Observation] | None = None,
) -> MultipathdView:
    """
    Return what multipathd would tell of these maps and paths.

    Args:
        snapshots: The maps.
        paths: Every path device.
        config: The configuration; the defaults when absent.
        status: What a monitor of them knows.
        observed: What the caller learned by asking paths, by their numbers; a monitor's word holds over it.

    Raises:
        UnexpectedStatus: a map of a newer kernel.
    """
    view = _View(snapshots, tuple(paths), config or Configuration(), status, observed or {})
    maps = tuple(map(view.map, snapshots))
    return MultipathdView(maps, tuple(view.paths(maps)))


class _View:
    """All that values are looked up in."""

    def __init__(
        self,
        snapshots: Iterable[MapSnapshot],
        paths: tuple[Path, ...],
        config: Configuration,
        status: MonitorStatus | None,
        observed: Mapping[DevT, Observation],
    ) -> None:
        self._options, self._observed = Resolver(config), observed
        self._devices = {format_devt(path.devt): path for path in paths}
        members = {parse_devt(device): _wwid(each) for each in snapshots for device in each.table.devices}
        self._verdicts = screen(paths, self._options, Blacklist(config), members, {})
        self._wwids = {format_devt(each.path.devt): each.wwid or "" for each in self._verdicts}
        known = status.maps if status else ()
        self._monitored = {each.wwid: each for each in known}
        self._checked = {path.device: path for each in known for path in each.paths}

    def map(self, snapshot: MapSnapshot) -> DaemonMap:
        """Return one map."""
        wwid = _wwid(snapshot)
        groups = zip(snapshot.table.groups, snapshot.status.groups, strict=False)
        shown = [self._group(number, pair, snapshot.name, wwid) for number, pair in enumerate(groups, 1)]
        settings = map_settings(wwid, [member for _, members in shown for member in members], self._options)
        first = next((path for group, _ in shown for path in self._known(group)), None)
        return DaemonMap(
            snapshot.name,
            wwid or snapshot.uuid,
            snapshot.info.node,
            failback=_failback(settings.value("failback")),
            queueing=_queueing(settings, snapshot),
            paths_active=snapshot.status.paths_active,
            read_only=snapshot.info.read_only,
            dm_state="suspend" if snapshot.info.suspended else "active",
            features=str(snapshot.table.features),
            hardware_handler=counted(snapshot.table.handler.words() if snapshot.table.handler else ()),
            vendor=first.vendor if first else None,
            product=first.model if first else None,
            revision=(first.revision or None) if first else None,
            groups=tuple(group for group, _ in shown),
            size=rounded(snapshot.size),
            inquiry=f"{first.vendor},{first.model}" if first else None,
            **_counters(self._monitored.get(wwid), snapshot),
        )

    def paths(self, maps: Iterable[DaemonMap]) -> Iterator[DaemonPath]:
        """Yield every path: those of maps, and those that may be in one."""
        members = {path.device_number: path for each in maps for group in each.groups for path in group.paths}
        for verdict in self._verdicts:
            found = members.get(format_devt(verdict.path.devt))
            if found is not None:
                yield found
            elif verdict.allowed:
                member = candidate(verdict.path, self._options, priority, verdict.wwid)
                yield self._path(verdict.path, member, verdict.wwid or "")

    # How.

    def _known(self, group: DaemonGroup) -> Iterator[Path]:
        found = (self._devices.get(path.device_number) for path in group.paths)
        return (path for path in found if path is not None and path.vendor and path.model)

    def _group(
        self, number: int, pair: tuple[PathGroup, StatusGroup], name: str, wwid: str
    ) -> tuple[DaemonGroup, list[Member]]:
        table, status = pair
        paths, members = [], []
        for each in status.paths:
            path = self._devices.get(each.device)
            if path is None:
                paths.append(DaemonPath(_NOT_KNOWN, each.device, _used(each), map=name, failures=each.fail_count))
                continue
            member = self._member(path, each, wwid)
            members.append(member)
            paths.append(self._path(path, member, wwid, each, name))
        group, selector = weighed(members), f"{table.selector.name} {counted(table.selector.group_words())}"
        return DaemonGroup(
            number, selector, group.priority, _GROUPS[status.state], group.marginal, tuple(paths)
        ), members

    def _member(self, path: Path, status: StatusPath, wwid: str) -> Member:
        """Return a path with its state: as it was checked, else as the kernel uses it."""
        member = candidate(path, self._options, priority, wwid)
        if not status.active:
            member = replace(member, state=PathState.DOWN)
        elif member.state is PathState.UP and path.access_state == _GHOST:
            member = replace(member, state=PathState.GHOST)
        if path.devt in self._observed:
            member = self._observed[path.devt].told(member)
        checked = self._checked.get(status.device)
        if checked is None:
            return member
        state = PathState(checked.state) if checked.state in set(PathState) else PathState.WILD
        return replace(member, state=state, priority=checked.priority, marginal=checked.marginal)

    def _path(
        self, path: Path, member: Member, wwid: str, status: StatusPath | None = None, name: str | None = None
    ) -> DaemonPath:
        checked = self._checked.get(format_devt(path.devt))
        offline = state_of(path) is PathState.DOWN
        return DaemonPath(
            path.name,
            format_devt(path.devt),
            _used(status) if status else _UNDEFINED,
            ("offline" if offline else "running") if status else "unknown",
            _STATES.get(member.state, _UNDEFINED) if status else _UNDEFINED,
            checker=(checked.checker if checked else as_text(checker(path, self._options, wwid))) if status else None,
            priority=-1 if member.priority is None else member.priority,
            target_wwnn=path.target_node,
            target_wwpn=path.target_port if path.protocol == _FC else None,
            host_adapter=path.adapter,
            lun_hex=lun_hex(path.hctl),
            marginal=member.marginal,
            wwid=wwid,
            hctl=path.hctl,
            map=name,
            inquiry=",".join((path.vendor or "", path.model or "", path.revision or "")),
            serial=path.serial or "",
            size=rounded(path.size),
            protocol=path.protocol,
            init_state="ok",
            failures=status.fail_count if status else 0,
            next_check=_NOT_KNOWN if status else None,
            port_group=None if path.port_group is None else f"{path.port_group:#06x}",
        )


def _wwid(snapshot: MapSnapshot) -> str:
    return snapshot.uuid.removeprefix(UUID_PREFIX) if snapshot.uuid.startswith(UUID_PREFIX) else ""


def _used(status: StatusPath) -> str:
    return "active" if status.active else "failed"


def _failback(value: Value | None) -> str:
    """Return the option: a number of seconds is deferred, and none, or nothing, is by hand."""
    if isinstance(value, int):
        return f"deferred:{value}" if value > 0 else "manual"
    return str(value or "manual")


def _queueing(settings: MapSettings, snapshot: MapSnapshot) -> str:
    """Return what becomes of I/O without a path: as the kernel has it now, and the configuration counts."""
    retry = settings.value("no_path_retry")
    if not snapshot.table.features.queue_if_no_path:
        return "-" if retry is None else "off"
    return f"{retry} chk" if isinstance(retry, int) else "on"


def _counters(status: MapStatus | None, snapshot: MapSnapshot) -> dict[str, Any]:
    """Return the counters: those of a monitor, else what the kernel counted since the table was loaded."""
    if status is None:
        return {"map_failures": 0, "path_faults": sum(path.fail_count for path in snapshot.status.paths)}
    names = ("path_faults", "switch_grp", "map_loads", "total_q_time", "q_timeouts", "map_failures")
    return {name: int(getattr(status, name)) for name in names}
