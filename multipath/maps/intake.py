"""
Uevents, and what they mean for the maps.

Strategy: a device that went away is acted on at once. What was added or changed waits for a moment, so that a burst is
looked at once for each device; and where a path is what it was, nothing follows. A uevent of a map has it read: it may
have another table. What the array itself says, through the kernel, about its access states has the path checked.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path as Folder
from typing import Final

from .. import errors
from ..paths.burst import merged
from ..paths.discover import read_path
from ..paths.path import Path
from ..paths.place import place_of
from ..paths.udev import UdevDatabase
from ..paths.uevent import Uevent
from ..paths.uevents import UeventSource
from ..units import DevT
from .causes import Causes
from .charge import Charge
from .checks import Checks
from .monitor_event import MonitorEventKind
from .monitored_map import MonitoredMap
from .rounds import Rounds

_QUIET: Final = 0.02  # seconds in which more may come
_MOVING: Final = ("ASYMMETRIC_ACCESS_STATE_CHANGED", "INQUIRY_DATA_HAS_CHANGED", "REPORTED_LUNS_DATA_HAS_CHANGED")


class Intake:
    """
    The reader of uevents.

    Args:
        charge: What the monitor has in its charge.
        causes: Where plans are wanted.
        checks: Its clock.
        rounds: Its reader of maps.
        source: Who brings uevents.
    """

    def __init__(self, charge: Charge, causes: Causes, checks: Checks, rounds: Rounds, source: UeventSource) -> None:
        self._charge, self._causes, self._checks, self._rounds = charge, causes, checks, rounds
        self.source, self._lost = source, source.lost
        self._waiting: list[Uevent] = []
        self._timer: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        """Look at nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None

    def read(self) -> None:
        """Take the uevents that are there."""
        uevents = self.source.read()
        self._charge.count("uevents", len(uevents))
        if self.source.lost != self._lost:
            self._lost = self.source.lost
            self._resynchronise()
        kept = [uevent for uevent in uevents if uevent.subsystem in ("block", "scsi")]
        if not kept:
            return
        self._waiting += kept
        if any(uevent.action == "remove" and uevent.is_disk and not uevent.is_map for uevent in kept):
            self._look()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_QUIET, self._look)

    def _resynchronise(self) -> None:
        reason = "uevents were lost: the socket's buffer was full"
        self._charge.tell(MonitorEventKind.RESYNCHRONISED, reason=reason)
        self._rounds.look()
        self._rounds.look_at_all()
        for about in list(self._charge.maps.values()):
            for devt, member in list(about.paths.items()):
                if not member.is_there:
                    self._checks.execution.carry_out(about, self._checks.gone(about, devt))
        self._causes.want_all(reason, self._charge.now)

    def _look(self) -> None:
        self.stop()
        uevents, self._waiting = merged(self._waiting), []
        for uevent in uevents:
            with suppress(errors.MultipathError):
                self._take(uevent)

    def _take(self, uevent: Uevent) -> None:
        if uevent.is_map:
            if uevent.devt is not None and uevent.action != "remove":
                self._rounds.look_at(uevent.devt)
        elif uevent.is_disk and uevent.action == "remove":
            self._removed(uevent)
        elif uevent.is_disk:
            self._there(uevent)
        elif uevent.subsystem == "scsi" and uevent.properties.get("SDEV_UA") in _MOVING:
            self._moved(uevent)

    def _removed(self, uevent: Uevent) -> None:
        devt = uevent.devt
        about = None if devt is None else self._charge.map_of(devt)
        if devt is None or about is None:
            return
        if devt in about.outside:
            del about.outside[devt]
            self._checks.forget(about, [devt])
        elif not about.paths[devt].is_there:
            self._checks.execution.carry_out(about, self._checks.gone(about, devt))

    def _there(self, uevent: Uevent) -> None:
        folder = Folder(f"{self._charge.host.sysfs}{uevent.devpath}")
        if place_of(str(folder)) is None:
            return
        devt = uevent.devt
        about = None if devt is None else self._charge.map_of(devt)
        if about is None:
            self._causes.want(uevent.name, f"uevent {uevent.action} of {uevent.name}", self._charge.now)
        elif devt is not None and self._is_other(about, folder, devt):
            reason = f"uevent {uevent.action} of {uevent.name}: it is not as it was"
            self._causes.want(about.wwid, reason, self._charge.now)
            self._causes.want(uevent.name, reason, self._charge.now)

    def _is_other(self, about: MonitoredMap, folder: Folder, devt: DevT) -> bool:
        member = about.paths.get(devt) or about.outside.get(devt)
        database = UdevDatabase(self._charge.host.sysfs)
        now = read_path(folder, udev=database if database.is_there else None)
        return member is None or now is None or not same(member.path, now)

    def _moved(self, uevent: Uevent) -> None:
        address = uevent.devpath.rpartition("/")[2]
        for about in self._charge.maps.values():
            for devt, member in about.paths.items():
                if member.path.hctl == address:
                    self._checks.check_soon(about, devt)


def same(was: Path, now: Path) -> bool:
    """Tell whether a path is what it was, but for the states that checks follow."""
    alike = replace(
        now, state=was.state, access_state=was.access_state, preferred=was.preferred, ana_state=was.ana_state,
        port_state=was.port_state,
    )  # fmt: skip
    return alike == was and now.udev == was.udev
