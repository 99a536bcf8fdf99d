"""
What a Fibre Channel fabric tells, with ``marginal_pathgroups fpin``: kept in the kernel, and shown to the supervisors.

Strategy: the kernel remembers. A notice that the way to a port is not well has its remote port called ``Marginal``
there; a link that comes up, or any change of the fabric, ends that, for nobody tells when a link is well again. So a
monitor that begins, and a plan without a monitor, know what this one heard, and so does the kernel itself.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

from .. import errors
from ..paths.attributes import attribute_of
from ..paths.fabric import FabricSource, KernelFabric
from ..paths.path import MARGINAL, ONLINE, Path
from ..paths.request import Answer, store
from ..paths.transport import remote_port
from ..policy.marginal import FPIN
from ..wire.fabric_notice import FabricNotice, NoticeKind
from .charge import Charge
from .monitor_event import MonitorEventKind
from .monitored_map import MonitoredMap
from .monitored_path import MonitoredPath
from .rounds import Rounds

_PATIENCE: Final = 30.0  # seconds for the state of a port to be written
_SAID: Final = {
    NoticeKind.LINK_UP: "the link is up",
    NoticeKind.STATE_CHANGE: "the fabric has changed",
    NoticeKind.LINK_INTEGRITY: "links are not well",
}


class Fabric:
    """
    The reader of notices.

    Args:
        charge: What the monitor has in its charge.
        rounds: Its reader of maps.
        source: Who brings notices; the kernel's socket when absent.
    """

    def __init__(self, charge: Charge, rounds: Rounds, source: FabricSource | None) -> None:
        self._charge, self._rounds, self._given = charge, rounds, source
        self._source: FabricSource | None = None
        self._lost, self._turn = 0, asyncio.Lock()

    def follow(self) -> None:
        """Listen where the configuration wants it, and else do not."""
        wanted = self._charge.act and self._charge.options.value("marginal_pathgroups") == FPIN
        if wanted and self._source is None:
            self._listen()
        elif not wanted:
            self.stop()

    def stop(self) -> None:
        """Listen no more."""
        source, self._source = self._source, None
        if source is None:
            return
        with suppress(errors.Closed, ValueError):
            asyncio.get_running_loop().remove_reader(source.fileno())
        if source is not self._given:
            source.close()

    def _listen(self) -> None:
        try:
            source = self._given or (KernelFabric() if self._charge.host.control.shared else None)
        except errors.FabricError as error:
            self._charge.tell(MonitorEventKind.FAILED, reason=f"marginal_pathgroups fpin: {error}")
            return
        if source is not None:
            self._source, self._lost = source, source.lost
            asyncio.get_running_loop().add_reader(source.fileno(), self._read, source)

    def _read(self, source: FabricSource) -> None:
        for notice in source.read():
            self._charge.count("notices")
            self._charge.spawn(self._take(notice))
        if source.lost != self._lost:
            self._lost = source.lost
            self._charge.tell(MonitorEventKind.FABRIC, reason="notices were lost: the socket's buffer was full")

    # One notice.

    async def _take(self, notice: FabricNotice) -> None:
        async with self._turn:  # in the order in which they came
            self._charge.tell(MonitorEventKind.FABRIC, reason=_told(notice))
            state = MARGINAL if notice.kind is NoticeKind.LINK_INTEGRITY else ONLINE
            ports = {_port(member.path): member.path for _, member in self._struck(notice)}
            for port, path in ports.items():
                if self._charge.act and not self._charge.stands_back():
                    await self._set(port, path, state)

    def _struck(self, notice: FabricNotice) -> Iterator[tuple[MonitoredMap, MonitoredPath]]:
        """Yield the paths that a notice is about, with their maps."""
        for about in self._charge.maps.values():
            for member in about.paths.values():
                path = member.path
                if path.host == notice.host and path.port_state is not None:
                    named = notice.kind is NoticeKind.LINK_INTEGRITY
                    if _number(path) in notice.ports if named else path.is_marginal:
                        yield about, member

    async def _set(self, port: "tuple[int | None, str | None]", path: Path, state: str) -> None:
        """Write the state of a port, and let the supervisors of its maps see what it is then."""
        folder = remote_port(path.name, self._charge.host.sysfs)
        if folder is None:
            return
        file = f"{folder}/port_state"
        answer = await self._charge.host.asker.ask(store(file, state), _PATIENCE)
        if not isinstance(answer, Answer) or answer.error:
            said = os.strerror(answer.error) if isinstance(answer, Answer) else str(answer)
            self._charge.tell(MonitorEventKind.FAILED, reason=f"{file} cannot be made {state}: {said}")
        now = attribute_of(folder, "port_state")
        for about in list(self._charge.maps.values()):
            members = [member for member in about.paths.values() if _port(member.path) == port]
            for member in members:
                member.path = replace(member.path, port_state=now)
            if members:
                self._rounds.look_at(about.snapshot.devt)
                self._rounds.see(about)


def _port(path: Path) -> tuple[int | None, str | None]:
    """Return what is one for the paths of one remote port, and differs for others."""
    return path.host, path.target_port


def _number(path: Path) -> int | None:
    try:
        return int(path.target_port or "", 16)
    except ValueError:
        return None


def _told(notice: FabricNotice) -> str:
    """Return a notice in words."""
    names = ", ".join(f"{port:#018x}" for port in sorted(notice.ports))
    words = f"host{notice.host}: {_SAID[notice.kind]}"
    words += f": {notice.cause}" if notice.cause else ""
    return f"{words}; ports {names}" if names else words
