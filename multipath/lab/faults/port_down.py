"""The target port is down: the transport says so at once. Strikes every unit that is seen through it."""

from typing import Final

from ..place import port, write
from . import Effect

BACKENDS: Final = ("stuck", "tcm_loop")
EFFECT: Final = Effect.ERROR


def inject(path: str) -> None:
    """Break the path."""
    write(port(path) / "transport_status", "offline")


def heal(path: str) -> None:
    """Restore it."""
    write(port(path) / "transport_status", "online")
