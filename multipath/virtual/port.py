"""
The ports between which commands travel, and the groups of target ports that have one access state.

Source: SPC-5, 5.18 (asymmetric logical unit access).
"""

import enum
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .clock import VirtualClock


class AccessState(enum.Enum):
    """How well a group of target ports serves a unit; the value is the number in REPORT TARGET PORT GROUPS."""

    OPTIMIZED = 0x0
    NON_OPTIMIZED = 0x1
    STANDBY = 0x2
    UNAVAILABLE = 0x3
    LBA_DEPENDENT = 0x4
    OFFLINE = 0xE
    TRANSITIONING = 0xF

    @property
    def text(self) -> str:
        """The word in sysfs."""
        word = self.name.lower().replace("_", "-")
        return f"active/{word}" if self in (AccessState.OPTIMIZED, AccessState.NON_OPTIMIZED) else word


_BY_TEXT: Final = {state.text: state for state in AccessState}


def access_state(state: AccessState | str) -> AccessState:
    """
    Return a state by its word in sysfs; ``active/`` may be left out.

    >>> access_state("non-optimized")
    <AccessState.NON_OPTIMIZED: 1>
    """
    if isinstance(state, AccessState):
        return state
    found = _BY_TEXT.get(state) or _BY_TEXT.get(f"active/{state}")
    if found is None:
        raise ValueError(f"no access state is called {state!r}; there are {', '.join(_BY_TEXT)}")
    return found


class InitiatorPort:
    """
    A port of a host's adapter.

    Attributes:
        name: Its world wide port name.
        host: The number of its SCSI host, ``-1`` for the port of another machine.
    """

    def __init__(self, name: int, host: int = -1) -> None:
        self.name, self.host = name, host

    def __repr__(self) -> str:
        """Return the name."""
        return f"<InitiatorPort {self.name:#018x}>"


class TargetPort:
    """
    A port of an array.

    Attributes:
        number: The relative target port identifier, from 1.
        name: Its world wide port name.
        group: The target port group that it belongs to.

    Synchronization: any number of threads.
    """

    def __init__(self, number: int, name: int, group: "PortGroup") -> None:
        self.number, self.name, self.group = number, name, group
        self.is_up = True
        self.is_silent = False
        self._watchers: list[Callable[[], None]] = []
        group.ports.append(self)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call ``changed`` whenever the port goes down or comes up."""
        self._watchers.append(changed)

    def down(self) -> None:
        """Lose the link: every path through this port fails at once."""
        self._set(up=False)

    def up(self) -> None:
        """Bring the link back."""
        self._set(up=True)

    def silence(self) -> None:
        """Swallow every command that comes in, through every path."""
        self.is_silent = True

    def unsilence(self) -> None:
        """Answer again; what was swallowed stays lost."""
        self.is_silent = False

    def _set(self, *, up: bool) -> None:
        self.is_up = up
        for changed in tuple(self._watchers):
            changed()

    def __repr__(self) -> str:
        """Return number and group."""
        return f"<TargetPort {self.number} of group {self.group.number}>"


@dataclass(frozen=True, slots=True)
class Nexus:
    """An initiator port and the target port that it talks to: to whom a unit owes its registrations and attentions."""

    initiator: InitiatorPort
    target: TargetPort


class PortGroup:
    """
    Target ports that have one access state.

    Attributes:
        number: The identifier of the target port group, from 1.
        ports: Its ports.
        preferred: Whether the array would rather have I/O through this group.
        status: Who changed the state last, by its code: 0 nobody, 1 a host, 2 the array.

    Args:
        number: The identifier.
        state: The state at first.
        clock: In which time transitions take place.
        changed: Called, without a lock, after each change.

    Synchronization: any number of threads.
    """

    def __init__(
        self,
        number: int,
        state: AccessState,
        clock: VirtualClock,
        changed: Callable[["PortGroup", Nexus | None], None],
        *,
        preferred: bool = False,
    ) -> None:
        self.number, self.preferred, self.status = number, preferred, 0
        self.ports: list[TargetPort] = []
        self._clock, self._changed = clock, changed
        self._lock = threading.Lock()
        self._state = state
        self._transitions = 0

    @property
    def state(self) -> AccessState:
        """The state."""
        return self._state

    def transition(self, state: AccessState | str, after: float = 0, *, by: Nexus | None = None) -> None:
        """
        Go over to another state; a transition that is under way is given up for this one.

        Args:
            state: The state to reach.
            after: Seconds for which the group is transitioning first.
            by: The nexus that asked for it; it needs not be told.
        """
        wanted = access_state(state)
        with self._lock:
            self._transitions += 1
            self.status = 2 if by is None else 1
            which = self._transitions
            self._state = AccessState.TRANSITIONING if after > 0 else wanted
        self._changed(self, by)
        if after > 0:
            self._clock.call_later(after, lambda: self._reach(wanted, which, by))

    def _reach(self, state: AccessState, which: int, by: Nexus | None) -> None:
        with self._lock:
            if which != self._transitions:  # another transition began meanwhile
                return
            self._state = state
        self._changed(self, by)

    def __repr__(self) -> str:
        """Return number and state."""
        return f"<PortGroup {self.number} {self._state.text}>"
