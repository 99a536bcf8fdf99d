"""
Reading a map, so that nobody has to wait for what may never come.

Strategy: a map without usable path that queues is not read at all. What is asked between that look and the read may
still become silent, so the read is made elsewhere, by an `Asker`, and has a deadline: the kernel may hold it as long as
it likes. It goes past the page cache, where an old table could stand that another host has changed since.
"""

from collections.abc import Callable
from pathlib import Path

from .. import errors
from ..dm.control import Control
from ..dm.device import DeviceInfo
from ..dm.name import link_name
from ..paths.request import Asker, Operation, Request, Silence
from ..units import Bytes
from .snapshot import MapSnapshot, read_snapshot


class MapBlocks:
    """
    The bytes of one map; called with offset and length, both in whole blocks.

    Args:
        control: The device-mapper.
        device: The map.
        asker: Who reads.
        deadline: Seconds for each read.

    Raises:
        NoUsablePath: it queues and has no usable path, or is suspended; nothing was read.
        BlockError: the read failed.
        WaitTimeout: it did not end in time; ``.seen`` is the status of the map before it.
        NotFound: the map has no live multipath table any more.
    """

    def __init__(self, control: Control, device: DeviceInfo, asker: Callable[[], Asker], deadline: float) -> None:
        self._control, self._device, self._asker, self._deadline = control, device, asker, deadline

    def __call__(self, offset: Bytes, length: Bytes) -> bytes:
        """Read ``length`` bytes from ``offset``."""
        snapshot = self.readable()
        node = self._node(snapshot)
        request = Request(Operation.READ, node, length=length, offset=offset, devt=snapshot.devt)
        answer = self._asker().ask_blocking(request, self._deadline)
        what = f"read of {length} bytes at {offset} on {snapshot.info}"
        if isinstance(answer, Silence):
            left = "it goes on in the background; nothing was changed; see which path is silent with mpath show"
            raise errors.WaitTimeout(
                f"{what}: no answer within {self._deadline:g} s ({answer}); {left}", snapshot.status
            )
        if not answer.good:
            hint = "nothing was changed" if snapshot.status.is_usable else "it has no usable path; nothing was changed"
            raise errors.BlockError(answer.error, "read", str(snapshot.info), offset, length, hint)
        return answer.data

    def readable(self) -> MapSnapshot:
        """Return the map as it is, where a read of it would end."""
        snapshot = read_snapshot(self._control, self._device)
        if snapshot is None:
            raise errors.NotFound(f"{self._device} has no live multipath table any more")
        if snapshot.info.suspended:  # which also hides whether it queues
            raise errors.NoUsablePath(f"map {snapshot.name} is suspended, and a read would wait: resume it first")
        if not snapshot.status.is_usable and snapshot.table.features.queue_if_no_path:
            raise errors.NoUsablePath(
                f"map {snapshot.name} has no usable path and queues I/O, and a read would wait: reinstate a path, or "
                "turn queueing off first"
            )
        return snapshot

    def _node(self, snapshot: MapSnapshot) -> str:
        """Return the kernel's node; the link of `/dev/mapper` where there is none, as without devtmpfs."""
        node = f"/dev/{snapshot.info.node}"
        own = f"/dev/mapper/{link_name(snapshot.name)}"
        return own if self._control.shared and not Path(node).exists() else node
