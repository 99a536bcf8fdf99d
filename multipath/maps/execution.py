"""
Carrying out what was decided about a map, and telling it.

Strategy: a message to the target is sent at once, in the loop: the kernel answers it without waiting. While a thread
changes the table, a message could wait for that thread, so a thread sends it. What may take long, a question to a path
or the removal of a map, is a task. Each decision is told before it is carried out; what fails is told too, and the map
is read again, so that its supervisor sees what became of it.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from .. import errors
from ..policy import actions as act
from ..units import DevT, format_devt
from .causes import Causes
from .charge import Charge
from .map import Map
from .monitor_event import MonitorEventKind
from .monitored_map import MonitoredMap
from .questions import Questions

_STATES: Final = {
    act.Subject.PATH: MonitorEventKind.PATH_STATE,
    act.Subject.CHECKER: MonitorEventKind.CHECKER,
    act.Subject.GROUP: MonitorEventKind.GROUP_STATE,
    act.Subject.MAP: MonitorEventKind.MAP_STATE,
}
_KINDS: Final[dict[type, MonitorEventKind]] = {
    act.FailPath: MonitorEventKind.FAIL_PATH,
    act.ReinstatePath: MonitorEventKind.REINSTATE_PATH,
    act.SwitchGroup: MonitorEventKind.SWITCH_GROUP,
    act.EnableGroup: MonitorEventKind.ENABLE_GROUP,
    act.Queueing: MonitorEventKind.SET_QUEUEING,
    act.Replan: MonitorEventKind.REPLAN,
    act.Flush: MonitorEventKind.FLUSH,
    act.Announce: MonitorEventKind.ANNOUNCE,
    act.KeepMap: MonitorEventKind.KEEP_MAP,
    act.Purge: MonitorEventKind.PURGE,
    act.RecheckWwid: MonitorEventKind.RECHECK_WWID,
    act.Sample: MonitorEventKind.SAMPLE,
    act.StopSampling: MonitorEventKind.STOP_SAMPLING,
    act.MarkMarginal: MonitorEventKind.MARK_MARGINAL,
}
_SOON: Final = 0.1  # seconds until a refused message is sent again
_TRIES: Final = 50

Message = Callable[[Map], None]


class Execution:
    """
    Carries out.

    Args:
        charge: What the monitor has in its charge.
        causes: Where plans are wanted.
        settled: Called with a map after something was decided about it.
    """

    def __init__(self, charge: Charge, causes: Causes, settled: Callable[[MonitoredMap], None]) -> None:
        self._charge, self._causes, self._settled = charge, causes, settled
        self._questions = Questions(charge, self.carry_out)
        self._late: set[asyncio.Task[None]] = set()
        self._queueing: dict[DevT, act.Queueing] = {}  # by map, what was decided last

    def carry_out(self, about: MonitoredMap, actions: Iterable[act.Action]) -> None:
        """Tell and do what was decided about a map."""
        for action in actions:
            if isinstance(action, act.Changed):
                self._tell_change(about, action)
            else:
                self._tell(about, action)
                if self._charge.act and not self._charge.stands_back():
                    self._do(about, action)
        self._settled(about)

    def _tell_change(self, about: MonitoredMap, change: act.Changed) -> None:
        before, after = change.before, change.after
        if change.group:
            before, after = f"group {change.group} {before}", f"group {change.group} {after}"
        self._charge.tell(_STATES[change.subject], about, change.devt, before=before, after=after, reason=change.reason)

    def _tell(self, about: MonitoredMap, action: act.Action) -> None:
        done = self._charge.act or isinstance(action, act.Replan)
        path = getattr(action, "devt", None)
        self._charge.tell(
            _KINDS[type(action)], about, path, after=_value(action) if done else "not done", reason=action.reason
        )

    def _do(self, about: MonitoredMap, action: act.Action) -> None:
        message = _message(action)
        if message is not None:
            self._send(about, action, message)
        elif isinstance(action, act.Replan):
            self._causes.want(about.wwid, action.reason, self._charge.now)
        elif isinstance(action, act.Flush):
            self._charge.spawn(self._flush(about, action))
        else:
            self._questions.put(about, action)
        if isinstance(action, act.FailPath) and action.silent:
            self._hasten(about, action.devt)

    # Messages.

    def _send(self, about: MonitoredMap, action: act.Action, message: Message) -> None:
        if isinstance(action, act.Queueing):
            self._queueing[about.snapshot.devt] = action
        if not about.changing:
            try:
                message(self._charge.host.handle(about.snapshot))
                return
            except errors.MultipathError as error:
                self._refused(about, action, error)
        late = self._charge.spawn(self._send_later(about, action, message))
        self._late.add(late)
        late.add_done_callback(self._late.discard)

    async def sent(self) -> None:
        """Wait until the messages that could not be sent at once have been, or will not be."""
        await asyncio.gather(*self._late, return_exceptions=True)

    async def _send_later(self, about: MonitoredMap, action: act.Action, message: Message) -> None:
        """Send a message in a thread, and again while the map is suspended: it takes none then."""
        handle = self._charge.host.handle(about.snapshot)
        for _ in range(_TRIES):
            if isinstance(action, act.Queueing) and self._queueing[about.snapshot.devt] is not action:
                return
            try:
                await self._charge.in_thread(lambda: message(handle))
                return
            except errors.DeviceNotFound:
                return
            except errors.MultipathError as error:
                if not await self._charge.in_thread(lambda: _is_suspended(handle)):
                    self._refused(about, action, error)
                    return
            await asyncio.sleep(_SOON)

    def _refused(self, about: MonitoredMap, action: act.Action, error: errors.MultipathError) -> None:
        path = getattr(action, "devt", None)
        what = f"{_KINDS[type(action)].replace('_', ' ')}: {error}"
        self._charge.tell(MonitorEventKind.FAILED, about, path, reason=what)
        self._charge.count("failures")

    # What takes its time.

    async def _flush(self, about: MonitoredMap, action: act.Flush) -> None:
        control, info = self._charge.host.control, about.snapshot.info
        try:
            await self._charge.in_thread(lambda: control.remove(info, deferred=action.deferred))
        except errors.DeviceNotFound:
            return
        except errors.MultipathError as error:
            self._refused(about, action, error)

    def _hasten(self, about: MonitoredMap, devt: DevT) -> None:
        charge, keeper, member = self._charge, self._charge.keeper, about.paths.get(devt)
        if keeper is None or member is None:
            return

        async def work() -> None:
            try:
                done = await keeper.hasten(member.path)
            except errors.MultipathError as error:
                done = str(error)
            charge.tell(MonitorEventKind.UNHELD, about, devt, reason=done)

        charge.keep(work, first=True)


def _message(action: act.Action) -> Message | None:
    """Return the message that an action is, or ``None``."""
    match action:
        case act.FailPath(devt=devt):
            return lambda handle: handle.fail_path(devt)
        case act.ReinstatePath(devt=devt):
            return lambda handle: handle.reinstate_path(devt)
        case act.SwitchGroup(group=group):
            return lambda handle: handle.switch_group(group)
        case act.EnableGroup(group=group):
            return lambda handle: handle.enable_group(group)
        case act.Queueing(on=on):
            return lambda handle: handle.queue_if_no_path(on)
        case act.KeepMap():
            return lambda handle: handle.keep()
    return None


def _value(action: act.Action) -> str:
    match action:
        case act.SwitchGroup(group=group) | act.EnableGroup(group=group):
            return f"group {group}"
        case act.Queueing(on=on) | act.MarkMarginal(on=on):
            return "on" if on else "off"
        case act.Flush(deferred=deferred):
            return "deferred" if deferred else "now"
        case act.Sample(seconds=seconds):
            return f"{seconds:g} s"
        case act.FailPath(silent=True, devt=devt):
            return f"{format_devt(devt)} is silent"
    return ""


def _is_suspended(handle: Map) -> bool:
    try:
        return handle.info().suspended
    except errors.MultipathError:
        return False
