"""Maps at one moment, made from texts of real kernels: nothing here asks a kernel."""

from multipath._native import codec
from multipath.dm.device import DeviceInfo
from multipath.dm.target import Target
from multipath.maps.snapshot import MULTIPATH, MapSnapshot
from multipath.paths.brief import PathBrief
from multipath.paths.path import Path
from multipath.units import Sectors, devt

SIZE = Sectors(131072)
ONE_GROUP = (
    "1 queue_if_no_path 1 alua 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1 ",
    "2 0 0 0 1 1 A 0 2 2 8:0 A 0 4096 1 8:16 F 3 0 1 ",
)
TWO_GROUPS = (
    "0 0 2 1 queue-length 0 1 1 8:0 1 round-robin 0 2 1 8:16 1 8:32 1 ",
    "2 0 0 0 2 1 A 0 1 1 8:0 A 0 7 D 0 2 0 8:16 A 0 8:32 A 12 ",
)
NO_GROUPS = ("0 0 0 0 ", "2 0 0 0 0 0 ")


def snapshot(
    texts: tuple[str, str] = ONE_GROUP,
    *,
    name: str = "mpatha",
    uuid: str = "mpath-3600140500000000",
    flags: int = codec.FLAG_ACTIVE_PRESENT,
) -> MapSnapshot:
    """Return a map with this table and status."""
    table, status = (Target(Sectors(0), SIZE, MULTIPATH, text) for text in texts)
    return MapSnapshot(DeviceInfo(name, uuid, devt(253, 7), 1, 4, 1, flags), table, status)


def path(
    name: str = "sda", minor: int = 0, *, vendor: str = "Linux", model: str = "scsi_debug", state: str = "running"
) -> Path:
    """Return a path device as sysfs shows it."""
    return Path(name, devt(8, minor), SIZE, "naa.33333330000007d0", vendor, model, "0:0:0:0", state)


def brief(name: str = "sda", *, vendor: str = "Linux", model: str = "scsi_debug", state: str = "running") -> PathBrief:
    """Return the same in brief."""
    return PathBrief(name, "0:0:0:0", state, vendor, model, "naa.33333330000007d0", SIZE)
