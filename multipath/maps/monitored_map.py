"""One map that a monitor looks after: what the kernel shows of it, what was planned, and who decides."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Self

from .. import errors
from ..paths.state import PathState
from ..policy.marginal import FPIN
from ..policy.observation import Observation
from ..policy.picture import MapPicture, PicturedPath
from ..policy.settings import MapSettings
from ..policy.supervision import Supervision
from ..policy.supervisor import MapSupervisor
from ..probes.unit_report import UnitReport
from ..units import DevT, parse_devt
from ..wire.status import GroupState
from .monitored_path import MonitoredPath
from .ownership import UUID_PREFIX
from .snapshot import MapSnapshot

_IMPLICIT_ONLY: Final = 1  # the value of the TPGS field


@dataclass(slots=True)
class MonitoredMap:
    """
    A map.

    Attributes:
        snapshot: What the kernel showed last.
        supervisor: Who decides; ``None`` for a map that is watched only: not planned yet, or of another kind.
        paths: Its paths, by number.
        outside: Paths of its unit that could not join yet.
        settings: Its options.
        map_loads: How often it got a table since it was first seen.
        changing: Whether a thread is changing it just now.
        unsure: Whether the last plan did not know every priority.
        queueing: Whether it queues, as far as that can be seen: a suspended map may hide it.
        refused: Why the last plan refused it; empty where it did not.
        report: The access states that one of its paths reported for all of them.
    """

    snapshot: MapSnapshot
    supervisor: MapSupervisor | None = None
    paths: dict[DevT, MonitoredPath] = field(default_factory=dict)
    outside: dict[DevT, MonitoredPath] = field(default_factory=dict)
    settings: MapSettings | None = None
    map_loads: int = 0
    changing: bool = False
    unsure: bool = False
    queueing: bool = False
    refused: str = ""
    report: UnitReport = field(default_factory=UnitReport)

    @classmethod
    def of(cls, snapshot: MapSnapshot) -> Self:
        """Return a map that was just seen."""
        seen = cls(snapshot)
        seen.take(snapshot)
        return seen

    @property
    def name(self) -> str:
        """Its name."""
        return self.snapshot.name

    @property
    def wwid(self) -> str:
        """Its WWID; empty for a map of another kind."""
        uuid = self.snapshot.uuid
        return uuid.removeprefix(UUID_PREFIX) if uuid.startswith(UUID_PREFIX) else ""

    @property
    def devices(self) -> tuple[DevT, ...]:
        """The paths that its live table has; nothing where the table cannot be read."""
        try:
            return tuple(parse_devt(path.device) for path in self.snapshot.status.paths)
        except (errors.UnexpectedStatus, ValueError):
            return ()

    @property
    def unknown(self) -> bool:
        """Whether its live table has a path that no plan has shown yet."""
        return any(devt not in self.paths for devt in self.devices)

    def take(self, snapshot: MapSnapshot) -> None:
        """Take what the kernel shows now."""
        self.snapshot = snapshot
        if not snapshot.info.suspended:
            with suppress(errors.UnexpectedStatus):
                self.queueing = snapshot.table.features.queue_if_no_path

    def supervise(self, options: Supervision, now: float, *, new: bool) -> bool:
        """Let somebody decide about it; tell whether these are other options than before."""
        if self.supervisor is None:
            self.supervisor = MapSupervisor(self.wwid, options, now, new=new)
            return False
        return self.supervisor.options != options

    def picture(self) -> MapPicture:
        """
        Return what the kernel shows, for the supervisor.

        Raises:
            UnexpectedStatus: it cannot be read.
        """
        status, info = self.snapshot.status, self.snapshot.info
        numbered = list(enumerate(status.groups, start=1))
        return MapPicture(
            event_nr=info.event_nr,
            paths={
                (devt := parse_devt(path.device)): self._pictured(devt, number, active=path.active)
                for number, group in numbered
                for path in group.paths
            },
            current_group=status.current_group,
            disabled_groups=frozenset(number for number, group in numbered if group.state is GroupState.DISABLED),
            queueing=self.queueing,
            in_use=info.open_count > 0,
            deferred_remove=info.deferred_remove,
            size=self.snapshot.size,
        )

    def observed(self) -> Iterable[tuple[DevT, Observation]]:
        """Yield what is known of its paths beyond what the kernel shows."""
        for devt, member in self.paths.items():
            watched = self.supervisor.paths.get(devt) if self.supervisor else None
            if watched is None:
                continue
            state = watched.checker if watched.checker is not PathState.UNCHECKED else None
            yield devt, Observation(state, watched.priority, member.why, watched.apart)
        for devt, member in self.outside.items():
            if (seen := member.observation) is not None:
                yield devt, seen

    def known_bad(self) -> list[DevT]:
        """Return the paths that are not to be used: a new table would use them again."""
        return [devt for devt, path in self.supervisor.paths.items() if not path.kernel_uses] if self.supervisor else []

    def _pictured(self, devt: DevT, group: int, *, active: bool) -> PicturedPath:
        member = self.paths.get(devt)
        if member is None:
            return PicturedPath(group, active)
        told = self.supervisor is not None and self.supervisor.options.marginal_pathgroups == FPIN
        implicit, marginal = member.path.tpgs == _IMPLICIT_ONLY, told and member.is_marginal
        return PicturedPath(group, active, member.path.size, implicit, marginal)
