"""
The namespaces become inaccessible through the path, as NVMe calls it (ANA), unless told another state.

Strikes every namespace that is seen through the port. `heal` makes it optimized.
"""

from typing import Final, Literal

from ..guest import refuse_outside
from ..nvme_controller import port
from ..place import write
from . import Effect

BACKENDS: Final = ("nvme_tcp",)
EFFECT: Final = Effect.ERROR
State = Literal["optimized", "non-optimized", "inaccessible", "persistent-loss", "change"]


def inject(path: str, state: State = "inaccessible") -> None:
    """Change the state of the port's namespaces."""
    _set(path, state)


def heal(path: str) -> None:
    """Restore it."""
    _set(path, "optimized")


def _set(path: str, state: State) -> None:
    refuse_outside()
    write(port(path) / "ana_groups/1/ana_state", state)
