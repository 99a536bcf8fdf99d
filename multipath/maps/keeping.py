"""The seam to who keeps the timeouts of paths: sets them for a path of a map, and hastens the end of a silent one."""

from typing import Protocol

from ..paths.path import Path
from ..policy.settings import MapSettings


class Keeper(Protocol):
    """Who keeps timeouts."""

    async def adopt(self, path: Path, settings: MapSettings) -> object:
        """Set what a path of a map with these options is to have."""

    async def let_go(self, path: Path) -> object:
        """Restore what it had."""

    async def recover(self) -> object:
        """Give back what a program that was killed had changed, and that no path that was adopted needs."""

    def budget(self, settings: MapSettings | None) -> float | None:
        """Return the stall budget that is kept for a map with these options; ``None`` without one."""

    async def hasten(self, path: Path) -> str:
        """Have the kernel end the commands that a silent path holds; return what was done."""
