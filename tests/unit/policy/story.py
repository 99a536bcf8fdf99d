"""A map, a kernel that obeys, and paths that can be broken: the world that a supervision is tested in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar

from multipath.paths.state import PathState
from multipath.policy.actions import (
    Action,
    EnableGroup,
    FailPath,
    Flush,
    KeepMap,
    Queueing,
    ReinstatePath,
    SwitchGroup,
)
from multipath.policy.picture import MapPicture, PicturedPath
from multipath.policy.supervision import Supervision
from multipath.policy.supervisor import MapSupervisor
from multipath.units import DevT, Sectors, parse_devt

WWID: Final = "3600140500000000000000000000000a1"
A, B, C, D = (parse_devt(f"8:{16 * unit}") for unit in range(4))
UP, DOWN, GHOST, TIMEOUT, PENDING = (
    PathState.UP, PathState.DOWN, PathState.GHOST, PathState.TIMEOUT, PathState.PENDING
)  # fmt: skip
_SIZE: Final = Sectors(2048)
Kind = TypeVar("Kind")


@dataclass
class Story:
    """
    What happens to one map; every action is carried out by a kernel that is a few attributes.

    Attributes:
        groups: The paths of each group.
        told: Every action so far, with its time.
    """

    groups: Sequence[Sequence[DevT]] = ((A,), (B,))
    options: Supervision = field(default_factory=Supervision)
    now: float = 1000.0
    queueing: bool = False
    current: int = 1
    in_use: bool = False
    failed: set[DevT] = field(default_factory=set)
    implicit: bool = False
    size: Sectors = _SIZE
    sizes: dict[DevT, Sectors] = field(default_factory=dict)
    marginal: set[DevT] = field(default_factory=set)
    disabled: set[int] = field(default_factory=set)
    deferred: bool = False
    best: int = 0
    told: list[tuple[float, Action]] = field(default_factory=list)
    event: int = 0
    carries_out: bool = True
    new: bool = False

    def __post_init__(self) -> None:
        """Let the supervisor see it for the first time."""
        self.supervisor = MapSupervisor(WWID, self.options, self.now, new=self.new)
        self.queueing = self.queueing or self.options.queues
        self.look()

    def picture(self) -> MapPicture:
        """Return what the kernel shows."""
        paths = {
            devt: PicturedPath(
                number, devt not in self.failed, self.sizes.get(devt, self.size), self.implicit, devt in self.marginal
            )
            for number, group in enumerate(self.groups, start=1)
            for devt in group
        }
        return MapPicture(
            self.event, paths, self.current, frozenset(self.disabled), self.best, self.queueing, self.in_use,
            self.deferred, self.size,
        )  # fmt: skip

    def look(self) -> list[Action]:
        """Let the supervisor see the map."""
        self.event += 1
        return self.carry_out(self.supervisor.see(self.picture(), self.now))

    def kernel_fails(self, devt: DevT) -> list[Action]:
        """Let I/O fail on a path."""
        self.failed.add(devt)
        return self.look()

    def check(self, devt: DevT, state: PathState = UP, after: float = 0.0, priority: int | None = None) -> list[Action]:
        """Let a check of a path say something, some seconds later."""
        self.now += after
        return self.carry_out(self.supervisor.checked(devt, state, self.now, "as told", priority))

    def checks(self, devt: DevT, *states: PathState, every: float = 5.0) -> list[Action]:
        """Let several checks of a path say something."""
        return [action for state in states for action in self.check(devt, state, after=every)]

    def wait(self, seconds: float) -> list[Action]:
        """Let time pass, with every timer in it."""
        end, found = self.now + seconds, list[Action]()
        while (due := self.supervisor.due()) is not None and due <= end:
            self.now = max(due, self.now)
            found += self.carry_out(self.supervisor.tick(self.now))
        self.now = end
        return found + self.carry_out(self.supervisor.tick(end))

    def configure(self, **changed: object) -> list[Action]:
        """Go by other options."""
        self.options = replace(self.options, **changed)  # type: ignore[arg-type]
        return self.carry_out(self.supervisor.reconfigured(self.options, self.now))

    def carry_out(self, actions: list[Action]) -> list[Action]:
        """Do as the supervisor says, and return that."""
        self.told += [(self.now, action) for action in actions]
        for action in actions if self.carries_out else ():
            self._do(action)
        return actions

    def _do(self, action: Action) -> None:
        """Obey; an order that would change nothing is none."""
        match action:
            case FailPath(devt=devt):
                assert devt not in self.failed
                self.failed.add(devt)
            case ReinstatePath(devt=devt):
                assert devt in self.failed
                self.failed.discard(devt)
            case Queueing(on=on):
                assert self.queueing != on
                self.queueing = on
            case SwitchGroup(group=group):  # told again where a path failed meanwhile: the kernel may have moved
                self.current = group
            case EnableGroup(group=group):
                assert group in self.disabled
                self.disabled.discard(group)
            case Flush(deferred=deferred):
                self.deferred = deferred
            case KeepMap():
                assert self.deferred
                self.deferred = False
            case _:
                pass

    def every(self, kind: type[Kind]) -> list[Kind]:
        """Return the actions of one kind so far."""
        return [action for _, action in self.told if isinstance(action, kind)]


def only(actions: list[Action], kind: type[Kind]) -> list[Kind]:
    """Return the actions of one kind."""
    return [action for action in actions if isinstance(action, kind)]


def orders(actions: list[Action]) -> list[str]:
    """Return what is to be done, as the names of actions; transitions apart."""
    return [type(action).__name__ for action in actions if type(action).__name__ != "Changed"]
