"""
Paths that udev has not said enough about: its rules were late, or failed.

What multipath-tools does: it has the kernel send the uevent again, ``retrigger_tries`` times, ``retrigger_delay``
seconds apart; after that the kernel's own word must do.
"""

import asyncio
from typing import Final

from ..paths.path import Path
from ..paths.request import store
from ..paths.sysfs import block_folder
from ..paths.udev import UdevDatabase
from ..units import DevT
from .charge import Charge
from .monitor_event import MonitorEventKind
from .plan import Plan
from .questions import retriggering

_PATIENCE: Final = 30.0  # seconds for the attribute to be written
_NO_WWID: Final = "no-wwid"


class Retriggers:
    """
    Asks for uevents again.

    Args:
        charge: What the monitor has in its charge.
    """

    def __init__(self, charge: Charge) -> None:
        self._charge = charge
        self._tries: dict[tuple[DevT, int | None], int] = {}

    def look(self, plan: Plan) -> None:
        """See which paths of a plan are not known to udev as they should be."""
        missing = [each.path for each in plan.paths if each.code == _NO_WWID and each.path.bus != "undef"]
        if not missing or not self._charge.act or not UdevDatabase(self._charge.host.sysfs).is_there:
            return
        for path in missing:
            key = path.devt, path.diskseq
            tries = self._tries.get(key, 0)
            if tries < self._option("retrigger_tries", 3):
                self._tries[key] = tries + 1
                delay = 0.0 if tries == 0 else float(self._option("retrigger_delay", 10))
                asyncio.get_running_loop().call_later(delay, self._begin, path)

    def _begin(self, path: Path) -> None:
        self._charge.spawn(self._send(path))

    async def _send(self, path: Path) -> None:
        folder = str(block_folder(path.devt, self._charge.host.sysfs))
        file, text = retriggering(path, folder)
        reason = f"udev has no WWID of it: uevent {text} is sent again"
        self._charge.tell(MonitorEventKind.RETRIGGERED, path=path.devt, reason=reason)
        await self._charge.host.asker.ask(store(file, text), _PATIENCE)

    def _option(self, name: str, otherwise: int) -> int:
        value = self._charge.options.value(name)
        return value if isinstance(value, int) else otherwise
