"""
A world in memory: arrays, paths, faults, and a device-mapper that answers as the kernel's does.

``bio`` is one I/O, ``block`` the devices that take it, ``clock`` the time in which they do. ``host`` puts a world
together; it has the four seams that `multipath.Host` takes. The names below are for whoever tests programs that use
multipath devices, or wants multipath I/O where there is no device-mapper; each is imported when it is first used.
"""

from ..late import late

TYPE_CHECKING = False  # as type checkers take it

if TYPE_CHECKING:
    from .array import VirtualArray as VirtualArray
    from .asker import VirtualAsker as VirtualAsker
    from .bio import BlockStatus as BlockStatus
    from .checker import BlockChecker as BlockChecker
    from .checker import CheckReport as CheckReport
    from .clock import VirtualClock as VirtualClock
    from .control import VirtualControl as VirtualControl
    from .disk import Disk as Disk
    from .disk import Pending as Pending
    from .event_loop import VirtualEventLoop as VirtualEventLoop
    from .event_loop import run as run
    from .file_path import FilePath as FilePath
    from .history import History as History
    from .history import RecordedStore as RecordedStore
    from .host import Seams as Seams
    from .host import VirtualHost as VirtualHost
    from .model import Model as Model
    from .other_host import OtherHost as OtherHost
    from .path import VirtualPath as VirtualPath
    from .port import AccessState as AccessState
    from .port import PortGroup as PortGroup
    from .port import TargetPort as TargetPort
    from .reservations import ReservationType as ReservationType
    from .scsi.reply import ScsiReply as ScsiReply
    from .store import FileStore as FileStore
    from .store import MemoryStore as MemoryStore
    from .system_clock import SystemClock as SystemClock
    from .unit import LogicalUnit as LogicalUnit

_ROOMS = {
    "AccessState": "port",
    "BlockChecker": "checker",
    "BlockStatus": "bio",
    "CheckReport": "checker",
    "Disk": "disk",
    "FilePath": "file_path",
    "FileStore": "store",
    "History": "history",
    "LogicalUnit": "unit",
    "MemoryStore": "store",
    "Model": "model",
    "OtherHost": "other_host",
    "Pending": "disk",
    "PortGroup": "port",
    "RecordedStore": "history",
    "ReservationType": "reservations",
    "ScsiReply": "scsi.reply",
    "Seams": "host",
    "SystemClock": "system_clock",
    "TargetPort": "port",
    "VirtualArray": "array",
    "VirtualAsker": "asker",
    "VirtualClock": "clock",
    "VirtualControl": "control",
    "VirtualEventLoop": "event_loop",
    "VirtualHost": "host",
    "VirtualPath": "path",
    "run": "event_loop",
}

__all__ = list(_ROOMS)
__getattr__ = late(__name__, _ROOMS)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*globals(), *__all__]
