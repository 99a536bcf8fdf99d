"""
Typed parameters of device-mapper targets: one file for each kind of target, one frozen class for its table.

A class has the kernel's parameter names, ``type`` (the target's name in the kernel), ``parse(params)``, and ``str()``:
the text that was parsed, or else the kernel's form of the values. What is not what it says it is raises a `TableError`
with the word at fault. What the kernel alone decides (whether a device exists, which features it has and which of them
go together, whether a size is a power of two) is left to the kernel. Words of newer kernels survive.

============================================== ============================= ================
kernel name                                    table                         status
============================================== ============================= ================
``linear``                                     `LinearTarget`
``striped``                                    `StripedTarget`               `StripedStatus`
``mirror``                                     `MirrorTarget`                `MirrorStatus`
``snapshot``                                   `SnapshotTarget`              `SnapshotStatus`
``snapshot-merge``                             `SnapshotMergeTarget`         `SnapshotStatus`
``snapshot-origin``                            `SnapshotOriginTarget`
``error``, ``zero``                            `ErrorTarget`, `ZeroTarget`
``delay``                                      `DelayTarget`                 `DelayStatus`
``flakey``                                     `FlakeyTarget`
``dust``                                       `DustTarget`                  `DustStatus`
``multipath``                                  `MultipathTarget`             `multipath.wire`
============================================== ============================= ================

``registry`` has them by their kernel names. Each name is imported when it is first used: who loads one linear target
need not read about mirrors.

To add a target: one file, one line in ``registry``, one line here, one row in ``tests/unit/dm/targets``.
"""

from ...late import late

TYPE_CHECKING = False

if TYPE_CHECKING:
    from .delay import DelayClass as DelayClass
    from .delay import DelayStatus as DelayStatus
    from .delay import DelayTarget as DelayTarget
    from .dust import DustStatus as DustStatus
    from .dust import DustTarget as DustTarget
    from .error import ErrorTarget as ErrorTarget
    from .error import ZeroTarget as ZeroTarget
    from .extent import Extent as Extent
    from .flakey import CorruptBioByte as CorruptBioByte
    from .flakey import FlakeyFeatures as FlakeyFeatures
    from .flakey import FlakeyTarget as FlakeyTarget
    from .linear import LinearTarget as LinearTarget
    from .mirror import MirrorStatus as MirrorStatus
    from .mirror import MirrorTarget as MirrorTarget
    from .multipath import MultipathTarget as MultipathTarget
    from .params import KnownTarget as KnownTarget
    from .params import TargetParams as TargetParams
    from .params import TargetStatus as TargetStatus
    from .registry import STATUSES as STATUSES
    from .registry import TARGETS as TARGETS
    from .registry import parse_target as parse_target
    from .snapshot import SnapshotMergeTarget as SnapshotMergeTarget
    from .snapshot import SnapshotOriginTarget as SnapshotOriginTarget
    from .snapshot import SnapshotStatus as SnapshotStatus
    from .snapshot import SnapshotTarget as SnapshotTarget
    from .striped import StripedStatus as StripedStatus
    from .striped import StripedTarget as StripedTarget
    from .unknown import UnknownTarget as UnknownTarget

_FILES = {
    "CorruptBioByte": "flakey",
    "DelayClass": "delay",
    "DelayStatus": "delay",
    "DelayTarget": "delay",
    "DustStatus": "dust",
    "DustTarget": "dust",
    "ErrorTarget": "error",
    "Extent": "extent",
    "FlakeyFeatures": "flakey",
    "FlakeyTarget": "flakey",
    "KnownTarget": "params",
    "LinearTarget": "linear",
    "MirrorStatus": "mirror",
    "MirrorTarget": "mirror",
    "MultipathTarget": "multipath",
    "STATUSES": "registry",
    "SnapshotMergeTarget": "snapshot",
    "SnapshotOriginTarget": "snapshot",
    "SnapshotStatus": "snapshot",
    "SnapshotTarget": "snapshot",
    "StripedStatus": "striped",
    "StripedTarget": "striped",
    "TARGETS": "registry",
    "TargetParams": "params",
    "TargetStatus": "params",
    "UnknownTarget": "unknown",
    "ZeroTarget": "error",
    "parse_target": "registry",
}

__all__ = list(_FILES)
__getattr__ = late(__name__, _FILES)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*globals(), *__all__]
