"""How a monitor is to work: what is given to `multipath.Monitor`, as one value."""

from dataclasses import dataclass

from ..config.configuration import Configuration
from ..paths.fabric import FabricSource
from ..paths.uevents import UeventSource
from .keeping import Keeper
from .state_file import StateFolder


@dataclass(frozen=True, slots=True)
class MonitorOptions:
    """
    The options of a monitor; `multipath.Monitor` describes them.

    Attributes:
        config: The configuration.
        state: Where aliases and WWIDs are remembered.
        max_stall: The stall budget.
        act: Whether anything is done.
        force: Whether also beside a running multipathd.
        uevents: Who brings uevents.
        fabric: Who brings what fabrics tell.
        keeper: Who keeps timeouts.
        most: How many events are kept for a slow listener.
    """

    config: Configuration | None = None
    state: StateFolder | None = None
    max_stall: float | None = None
    act: bool = True
    force: bool = False
    uevents: UeventSource | None = None
    fabric: FabricSource | None = None
    keeper: Keeper | None = None
    most: int = 10_000
