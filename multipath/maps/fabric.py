"""
What a Fibre Channel fabric tells, with ``marginal_pathgroups fpin``: kept by the kernel, and seen by the supervisors.

Strategy: the kernel remembers. A notice that the way to a port is not well has its remote port called ``Marginal``
there; a link that comes up, or any change of the fabric, ends that, for nobody tells when a link is well again. So it
does not matter which maps there are when a notice comes, and a monitor that begins, or a plan without one, know what
this one heard. Notices are heard as they come, and what they ask for is done by one task: what is told again and again
is done once.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from .. import errors
from ..paths.attributes import Attributes, attribute_of
from ..paths.fabric import FabricSource, KernelFabric
from ..paths.path import MARGINAL, ONLINE
from ..paths.request import Answer, store
from ..policy.marginal import FPIN
from ..wire.fabric_notice import FabricNotice, NoticeKind
from .charge import Charge
from .monitor_event import MonitorEventKind
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
        self._lost = 0
        self._task: asyncio.Task[None] | None = None
        self._over: set[int] = set()  # hosts on which no port is marginal any more
        self._unwell: set[tuple[int, int]] = set()  # host and port, told since

    def follow(self) -> None:
        """Listen where the configuration wants it, and else do not."""
        wanted = self._charge.act and self._charge.options.value("marginal_pathgroups") == FPIN
        if wanted and self._source is None:
            self._listen()
        elif not wanted:
            self.stop()

    def stop(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
        self._task, self._over, self._unwell = None, set(), set()
        source, self._source = self._source, None
        if source is None:
            return
        with suppress(errors.Closed, ValueError):
            asyncio.get_running_loop().remove_reader(source.fileno())
        if source is not self._given:
            source.close()

    def _listen(self) -> None:
        source = self._given
        try:
            if source is None and self._charge.host.control.shared:
                source = KernelFabric()
        except errors.FabricError as error:
            self._charge.tell(MonitorEventKind.FAILED, reason=f"marginal_pathgroups fpin: {error}")
        if source is not None:
            self._source, self._lost = source, source.lost
            asyncio.get_running_loop().add_reader(source.fileno(), self._read, source)

    def _read(self, source: FabricSource) -> None:
        if self._charge.stands_back():
            self.stop()
            return
        notices = source.read()
        self._charge.count("notices", len(notices))
        for notice, times in Counter(notices).items():
            self._charge.tell(MonitorEventKind.FABRIC, reason=_told(notice, times))
        for notice in notices:
            self._take(notice)
        if source.lost != self._lost:
            self._lost = source.lost
            reason = "marginal_pathgroups fpin: notices of the fabric were lost: the socket's buffer was full"
            self._charge.tell(MonitorEventKind.FAILED, reason=reason)
        if (self._over or self._unwell) and (self._task is None or self._task.done()):
            self._task = self._charge.spawn(self._work())

    def _take(self, notice: FabricNotice) -> None:
        if notice.kind is NoticeKind.LINK_INTEGRITY:
            self._unwell |= {(notice.host, port) for port in notice.ports}
        else:
            self._over.add(notice.host)
            self._unwell = {(host, port) for host, port in self._unwell if host != notice.host}

    # What is done.

    async def _work(self) -> None:
        while self._over or self._unwell:
            (over, self._over), (unwell, self._unwell) = (self._over, set()), (self._unwell, set())
            for host in over | {host for host, _ in unwell}:
                named = {port for number, port in unwell if number == host}
                for folder, port, state in self._ports(host):
                    wanted = MARGINAL if port in named else ONLINE if host in over else state
                    if {state, wanted} == {MARGINAL, ONLINE}:  # in any other state it is not used anyway
                        await self._set(folder, wanted)
            await self._show()

    def _ports(self, host: int) -> Iterator[tuple[str, int, str]]:
        """Yield the remote ports of a host: the folder of their attributes, their names and states."""
        kind = f"{self._charge.host.sysfs}/class/fc_remote_ports"
        try:
            names = sorted(name for name in os.listdir(kind) if name.startswith(f"rport-{host}:"))
        except OSError:  # no driver of Fibre Channel has been loaded
            return
        for folder in (f"{kind}/{name}" for name in names):
            with Attributes(folder) as port, suppress(ValueError):
                yield folder, int(port.text("port_name") or "", 16), port.text("port_state") or ""

    async def _set(self, folder: str, state: str) -> None:
        if not self._charge.act or self._charge.stands_back():
            return
        answer = await self._charge.host.asker.ask(store(f"{folder}/port_state", state), _PATIENCE)
        now = attribute_of(folder, "port_state")
        if now != state and now in (MARGINAL, ONLINE):  # else it went away meanwhile
            said = os.strerror(answer.error) if isinstance(answer, Answer) else str(answer)
            reason = f"marginal_pathgroups fpin: {folder}/port_state cannot be made {state}: {said}"
            self._charge.tell(MonitorEventKind.FAILED, reason=reason)

    async def _show(self) -> None:
        """Let the supervisors see what changed, one after the other: the loop has other work, too."""
        for devt, about in list(self._charge.maps.items()):
            known = about.supervisor.paths if about.supervisor is not None else {}
            if any(
                member.is_marginal is not known[each].noticed for each, member in about.paths.items() if each in known
            ):
                self._rounds.look_at(devt)
                if self._charge.maps.get(devt) is about:
                    self._rounds.see(about)
                await asyncio.sleep(0)


def _told(notice: FabricNotice, times: int) -> str:
    """Return a notice in words."""
    names = ", ".join(f"{port:#018x}" for port in sorted(notice.ports))
    words = f"host{notice.host}: {_SAID[notice.kind]}"
    words += f": {notice.cause}" if notice.cause else ""
    words += f"; ports {names}" if names else ""
    return f"{words} ({times} times)" if times > 1 else words
