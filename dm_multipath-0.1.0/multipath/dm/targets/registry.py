"""All targets that this library knows, by their names in the kernel."""

from typing import Final

from .delay import DelayStatus, DelayTarget
from .dust import DustStatus, DustTarget
from .error import ErrorTarget, ZeroTarget
from .flakey import FlakeyTarget
from .linear import LinearTarget
from .mirror import MirrorStatus, MirrorTarget
from .multipath import MultipathTarget
from .params import KnownTarget, TargetParams, TargetStatus
from .snapshot import SnapshotMergeTarget, SnapshotOriginTarget, SnapshotStatus, SnapshotTarget
from .striped import StripedStatus, StripedTarget
from .unknown import UnknownTarget

TARGETS: Final[dict[str, type[KnownTarget] | type[MultipathTarget]]] = {
    target.type: target
    for target in (
        LinearTarget,
        StripedTarget,
        MirrorTarget,
        SnapshotTarget,
        SnapshotMergeTarget,
        SnapshotOriginTarget,
        ErrorTarget,
        ZeroTarget,
        DelayTarget,
        FlakeyTarget,
        DustTarget,
        MultipathTarget,
    )
}

STATUSES: Final[dict[str, type[TargetStatus]]] = {
    "striped": StripedStatus,
    "mirror": MirrorStatus,
    "snapshot": SnapshotStatus,
    "snapshot-merge": SnapshotStatus,
    "delay": DelayStatus,
    "dust": DustStatus,
}


def parse_target(type: str, params: str) -> TargetParams:  # noqa: A002 - the kernel's own word
    """
    Parse the parameters of a target by its name in the kernel.

    Args:
        type: The target's name.
        params: All behind it in the table.

    Returns:
        A class of `TARGETS`, or an `UnknownTarget` for a name that is not in it.

    Raises:
        TableError: a known target whose parameters cannot be read; ``.word`` is the 0-based word at fault.

    Synchronization: none required.

    >>> parse_target("linear", "8:16 2048")
    LinearTarget(device='8:16', offset=2048)
    >>> parse_target("crypt", "aes-xts-plain64 ...").type
    'crypt'
    """
    known = TARGETS.get(type)
    return UnknownTarget(type, params) if known is None else known.parse(params)
