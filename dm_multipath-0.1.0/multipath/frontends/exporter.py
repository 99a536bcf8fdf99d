"""
What Prometheus is to know of a host's multipath maps, collected when it is asked for.

Theory of operation. One collection lists all maps through device-mapper, as `Host.maps` does, compares them with the
collection before, reads sysfs for what the paths are, and asks the manager, ``mpath run``, where one runs. No path is
opened, nobody is waited for, and a map that cannot be read costs the others nothing. The exporter fits the registry of
prometheus-client as a collector; the texts are made here, for maps by the thousand.
"""

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Any, Final

from .. import errors
from ..maps.host import Host
from ..maps.snapshot import read_snapshots
from ..multipathd.socket import daemon_is_running
from .metrics import event_families, manager_families, map_families
from .metrics.event_families import EventCounts
from .metrics.exposition import Form, exposition
from .metrics.family import NO_LABELS, Family, Kind, Readings, Series
from .metrics.manager_families import add_manager, budgets
from .metrics.map_families import add_maps
from .metrics.members import Members
from .metrics.registry import Collected

if TYPE_CHECKING:
    from prometheus_client import Metric

    from .metrics.stall_families import StallBounds

COLLECTING: Final = Family(
    "multipath_exporter_collect_seconds", Kind.GAUGE, "How long it took to collect all this, without printing it."
)
_PATIENCE: Final = 2.0  # seconds for the manager: Prometheus itself waits for ten


class Exporter:
    """
    The exporter of one host.

    Args:
        host: The host.
        folder: Where the manager's socket is; that of ``mpath run`` when absent.

    Synchronization: any number of threads; they collect one after the other.
    """

    def __init__(self, host: Host, *, folder: Folder | None = None) -> None:
        self._host, self._folder = host, folder
        self._members, self._counts, self._lock = Members(host), EventCounts(), threading.Lock()
        self._stall: StallBounds | None = None

    def readings(self) -> Readings:
        """
        Collect once.

        Raises:
            DeviceMapperError: device-mapper cannot be asked.
        """
        with self._lock, _uncollected():
            return self._collected()

    def text(self, form: str = Form.OPENMETRICS) -> str:
        """
        Collect once, and return the text that Prometheus reads.

        Args:
            form: ``"openmetrics"``, or ``"prometheus"`` for the older text format.

        Raises:
            DeviceMapperError: device-mapper cannot be asked.
            ValueError: there is no such format.
        """
        chosen, readings = Form(form), self.readings()
        with _uncollected():
            return exposition(readings, chosen)

    def collect(self) -> "Iterator[Metric]":
        """
        Collect once, for a registry of prometheus-client: ``registry.register(Exporter(host))``.

        Raises:
            DeviceMapperError: device-mapper cannot be asked.
            ExtraMissing: prometheus-client is not installed.
        """
        return Collected(self.readings()).collect()

    def describe(self) -> "Iterator[Metric]":
        """Return the families without series, so that to register the exporter collects nothing."""
        return Collected([(family, Series()) for family in families()]).collect()

    def _collected(self) -> Readings:
        began = time.monotonic()
        snapshots = read_snapshots(self._host.control)
        devices = self._members.paths(snapshots)
        self._counts.take(snapshots)
        status = self._managers_status()
        readings = Readings(families())
        add_maps(readings, snapshots, devices)
        self._bounds().add_to(readings, snapshots, devices, budgets(status))
        self._counts.add_to(readings)
        add_manager(readings, status)
        readings[manager_families.MULTIPATHD].add(NO_LABELS, self._host.control.shared and daemon_is_running())
        readings[COLLECTING].add(NO_LABELS, time.monotonic() - began)
        return readings

    def _bounds(self) -> "StallBounds":
        if self._stall is None:
            from .metrics.stall_families import StallBounds  # here: it brings an event loop, which no name should

            self._stall = StallBounds(self._host)
        return self._stall

    def _managers_status(self) -> dict[str, Any] | None:
        from .manager.client import asked  # here, as above
        from .manager.status_socket import FOLDER

        try:
            with asked(self._folder or FOLDER, patience=_PATIENCE) as manager:
                status: object = manager.ask("status")
        except errors.MultipathError:
            return None
        return status if isinstance(status, dict) else None


@contextmanager
def _uncollected() -> Iterator[None]:
    """
    Let Python's garbage collector wait: nothing here is in a cycle, and it would go through all again and again.

    With 10,000 maps that takes twice the time of all else.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def families() -> tuple[Family, ...]:
    """Return every family that there can be, in the order in which they are printed."""
    from .metrics import stall_families  # here, as above

    return (
        *map_families.FAMILIES,
        *stall_families.FAMILIES,
        *event_families.FAMILIES,
        *manager_families.FAMILIES,
        COLLECTING,
    )
