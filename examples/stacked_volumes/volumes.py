"""
Mirrors and snapshots on multipath maps, with the typed targets of device-mapper.

A mirror keeps a copy on each of several units, so that the loss of a whole array is survived, as multipath survives the
loss of a path. A snapshot keeps what a volume was at one moment; what changes since goes to a unit of its own.

The maps below should not queue: a mirror learns that a copy is gone from I/O that fails, not from I/O that waits.
"""

from collections.abc import Sequence

from multipath import Control, DeviceInfo, Map, Target
from multipath.dm.targets import Extent, MirrorTarget, SnapshotOriginTarget, SnapshotTarget, TargetParams
from multipath.units import Sectors, format_devt

_REGION = Sectors(1024)
_CHUNK = Sectors(16)
# A write that one copy does not take succeeds on the other. Without the second word it would wait for a daemon, which
# has to give the mirror another table first.
_FEATURES = ("handle_errors", "keep_log")


def make_mirror(control: Control, name: str, copies: Sequence[Map]) -> DeviceInfo:
    """
    Make a mirror with a copy on each map; reads go to the first of them, whose content the others get.

    Raises:
        DeviceExists, TableLoadError: nothing is left of it then.
    """
    size = min(copy.read().size for copy in copies)
    extents = tuple(Extent(format_devt(copy.devt), Sectors(0)) for copy in copies)
    table = MirrorTarget("core", (str(_REGION),), extents, _FEATURES)
    return _made(control, name, size, table)


def make_origin(control: Control, name: str, below: DeviceInfo) -> DeviceInfo:
    """Make a volume of which snapshots can be taken, over a mirror or any other device."""
    return _made(control, name, _size(control, below), SnapshotOriginTarget(format_devt(below.devt)))


def take_snapshot(control: Control, name: str, volume: DeviceInfo, store: Map) -> DeviceInfo:
    """
    Take a snapshot of a volume that `make_origin` made; what changes from now on goes to ``store``.

    What stands on the store is lost. The volume is held for a moment, with a file system on it frozen, so that the
    snapshot is whole; it goes on in any case.
    """
    (origin,) = control.deps(volume)
    table = SnapshotTarget(format_devt(origin), format_devt(store.devt), "N", _CHUNK)
    control.suspend(volume, flush=True, lockfs=True)
    try:
        return _made(control, name, _size(control, volume), table)
    finally:
        control.resume(volume)


def _made(control: Control, name: str, size: Sectors, params: TargetParams) -> DeviceInfo:
    device = control.create(name)
    try:
        control.load(device, [Target.of(Sectors(0), size, params)])
        return control.resume(device)
    except BaseException:
        control.remove(device)
        raise


def _size(control: Control, device: DeviceInfo) -> Sectors:
    return control.table(device)[-1].end
