"""
A SCSI device of this host: one LUN behind one remote port, and what can happen to a command on its way there.

Strategy: `ScsiDevice.send` is one attempt of one command. It returns the answer where that is there at once, which is
all that happens on a healthy path. Else the command is in flight, or held because the link is blocked, and the answer
comes by callback, in whichever thread brought it. An attempt ends once: who takes it out of those in flight may end
it. No lock is held meanwhile.
"""

import os
import threading
from collections.abc import Callable
from typing import Final

from .array import VirtualArray
from .clock import Timer, VirtualClock
from .port import InitiatorPort, TargetPort
from .remote_port import Link, RemotePort
from .scsi.reply import BUSY, HostStatus, ScsiReply
from .sysfs import SysfsTree
from .unit import LogicalUnit

Latency = float | Callable[[], float]
Answered = Callable[[ScsiReply], None]

DEFAULT_TIMEOUT: Final = 30  # seconds
_NO_CONNECT: Final = ScsiReply(host_status=HostStatus.NO_CONNECT)
_FAILFAST: Final = ScsiReply(host_status=HostStatus.TRANSPORT_FAILFAST)
_DISRUPTED: Final = ScsiReply(host_status=HostStatus.TRANSPORT_DISRUPTED)
_TIMED_OUT: Final = ScsiReply(host_status=HostStatus.TIME_OUT)
_LINK_STATES: Final = {Link.BLOCKED: "blocked", Link.FAILED: "transport-offline", Link.LOST: "transport-offline"}


class _Command:
    """One attempt that has no answer yet."""

    __slots__ = ("answered", "cdb", "data_out", "timeout", "timer")

    def __init__(self, cdb: bytes, data_out: bytes | memoryview, timeout: float | None, answered: Answered) -> None:
        self.cdb, self.data_out, self.timeout, self.answered = cdb, data_out, timeout, answered
        self.timer: Timer | None = None


class ScsiDevice:
    """
    A SCSI device.

    Attributes:
        array: The array behind it.
        remote_port: The target port, and the cable to it.
        lun: Its LUN there.
        latency: Seconds between a command and its answer, or what tells them for each command.
        commands_seen: Commands that reached the array.
        timeouts_seen: Commands that were given up after their time.
        folder: Its folder in sysfs.

    Synchronization: any number of threads.
    """

    def __init__(
        self, array: VirtualArray, remote_port: RemotePort, lun: int, *, clock: VirtualClock, sysfs: SysfsTree
    ) -> None:
        self.array, self.remote_port, self.lun = array, remote_port, lun
        self.latency: Latency = 0
        self.commands_seen = self.timeouts_seen = 0
        self.folder = ""
        self._clock, self._sysfs = clock, sysfs
        self._lock, self._showing = threading.Lock(), threading.Lock()
        self._state = "running"
        self._silent = False
        self._executes_in_silence = False
        self._frozen = False
        self._busy: int | None = 0
        self._in_flight: set[_Command] = set()
        self._held: list[_Command] = []

    @property
    def hctl(self) -> str:
        """Its place: host, channel, target, LUN."""
        return f"{self.initiator.host}:0:{self.remote_port.number}:{self.lun}"

    @property
    def unit(self) -> LogicalUnit | None:
        """The unit that answers there now."""
        return self.array.unit_at(self.lun)

    @property
    def port(self) -> TargetPort:
        """The target port."""
        return self.remote_port.nexus.target

    @property
    def initiator(self) -> InitiatorPort:
        """The port of this host."""
        return self.remote_port.nexus.initiator

    @property
    def state(self) -> str:
        """The state, as in sysfs."""
        if self._state == "running":
            return _LINK_STATES.get(self.remote_port.link, "running")
        return self._state

    # What happens to it, and what takes that back.

    def break_cable(self) -> None:
        """Pull the cable between the adapter and the target port: it carries every LUN of the two."""
        self.remote_port.break_cable()

    def plug_cable(self) -> None:
        """Plug the cable in."""
        self.remote_port.plug_cable()

    def silence(self, *, executed: bool = False) -> None:
        """
        Let commands vanish: none that comes from now on is ever answered.

        Args:
            executed: Whether the array executes them first, so that only the answers are lost.
        """
        self._silent, self._executes_in_silence = True, executed

    def unsilence(self) -> None:
        """Answer again; what vanished stays unanswered, and is sent again when its time is over."""
        self._silent = False

    def freeze(self) -> None:
        """
        Hold every command that comes from now on, for ever: none of them is started, so none has a time that ends.

        As a host adapter does while its error handling goes on; nothing in sysfs tells.
        """
        self._frozen = True

    def thaw(self) -> None:
        """Start what was held, and hold nothing more."""
        self._frozen = False
        self._start_held()

    def busy(self, commands: int | None = None) -> None:
        """Answer BUSY: to so many commands, or to all until `ready`."""
        self._busy = commands

    def ready(self) -> None:
        """Be busy no longer."""
        self._busy = 0

    def offline(self) -> None:
        """Take the device offline, as ``echo offline > device/state`` does: commands in flight are not affected."""
        self._set_state("offline")

    def online(self) -> None:
        """Bring the device back, as ``echo running > device/state`` does."""
        self._set_state("running")

    def link_changed(self) -> None:
        """Do what follows when the link was lost, has failed, or came back: called by the remote port."""
        self._show_state()
        if self.remote_port.link is not Link.UP:
            self._interrupt()
        self._start_held()

    def reset(self) -> bool:
        """Reset the unit, as SG_SCSI_RESET does: what is in flight comes back. Return whether that was answered."""
        if self._frozen or self._silent or self.port.is_silent or self._refusal() is not None:
            return False
        self._interrupt()
        return True

    def _interrupt(self) -> None:
        """End what is in flight: it is to be sent again."""
        with self._lock:
            interrupted = [*self._in_flight]
            self._in_flight.clear()
        if interrupted:
            self._show_counters()
        for command in interrupted:
            if command.timer is not None:
                command.timer.cancel()
            command.answered(_DISRUPTED)

    def _start_held(self) -> None:
        with self._lock:
            waiting, self._held = self._held, []
        for command in waiting:
            self._start_again(command)

    # Commands.

    def execute(
        self, cdb: bytes, data_out: bytes = b"", *, length: int | None = None, timeout: float = DEFAULT_TIMEOUT
    ) -> ScsiReply:
        """
        Send a command of one's own and wait for the answer, as SG_IO does: one attempt, whatever comes.

        Args:
            cdb: The command.
            data_out: What goes with it.
            length: How much of the answer there is room for; all where it is not given.
            timeout: Seconds of the clock after which the command is given up.
        """
        answers: list[ScsiReply] = []

        def arrived(reply: ScsiReply) -> None:
            answers.append(reply)
            self._clock.notify()

        reply = self.ask(cdb, data_out, arrived, timeout=timeout)
        if reply is None:
            self._clock.wait_for(lambda: bool(answers))
            reply = answers[0]
        if length is None or len(reply.data) <= length:
            return reply
        return ScsiReply(reply.status, reply.data[:length], reply.sense, reply.host_status)

    def ask(
        self, cdb: bytes, data_out: bytes, answered: Answered, *, timeout: float = DEFAULT_TIMEOUT
    ) -> ScsiReply | None:
        """Send a command of one's own without waiting; arguments and result as `send`."""

        def arrived(reply: ScsiReply) -> None:
            self._noticed(reply)
            answered(reply)

        self._read_state()
        reply = self.send(cdb, data_out, arrived, timeout=timeout)
        if reply is not None:
            self._noticed(reply)
        return reply

    def send(
        self, cdb: bytes, data_out: bytes | memoryview, answered: Answered, *, timeout: float | None = None
    ) -> ScsiReply | None:
        """
        Make one attempt.

        Args:
            cdb: The command.
            data_out: What goes with it.
            answered: Called with the answer, unless it is returned.
            timeout: Seconds until the command is given up; the device's own where it is not given.

        Returns:
            The answer, or `None` when it comes later.
        """
        if self._may_answer_at_once:
            self.commands_seen += 1
            return self.array.execute(self.remote_port.nexus, self.lun, cdb, data_out)
        return self._start(_Command(cdb, data_out, timeout, answered))

    @property
    def _may_answer_at_once(self) -> bool:
        return (
            self._state == "running"
            and self.remote_port.link is Link.UP
            and not (self._frozen or self._silent or self.port.is_silent or self.latency or self._busy != 0)
        )

    def _start(self, command: _Command) -> ScsiReply | None:
        with self._lock:
            refusal = self._refusal()
            if refusal is not None:
                return refusal
            if self._frozen or self.remote_port.link is Link.BLOCKED:
                self._held.append(command)
                return None
            self.commands_seen += 1
            if self._is_busy():
                return BUSY
            silent, delay = self._silent or self.port.is_silent, self._delay()
            executes = not silent or self._executes_in_silence
        # Executed before it is in flight: what ended because the link was lost must never be executed after that.
        reply = self._executed(command) if executes else _TIMED_OUT
        if silent or delay:
            return self._wait_for_answer(command, _TIMED_OUT if silent else reply, delay)
        return reply

    def _wait_for_answer(self, command: _Command, reply: ScsiReply, delay: float) -> ScsiReply | None:
        """Let the answer come later, or never; return it where the link was lost meanwhile."""
        timeout = self.timeout if command.timeout is None else command.timeout
        if reply is _TIMED_OUT or delay >= timeout:
            reply, delay = _TIMED_OUT, timeout
        with self._lock:
            if self.remote_port.link is not Link.UP:
                return _DISRUPTED
            self._in_flight.add(command)
            command.timer = self._clock.call_later(delay, lambda: self._finish(command, reply))
        if reply is _TIMED_OUT:
            self._show_counters()
        return None

    def _executed(self, command: _Command) -> ScsiReply:
        return self.array.execute(self.remote_port.nexus, self.lun, command.cdb, command.data_out)

    def _finish(self, command: _Command, reply: ScsiReply) -> None:
        """End an attempt, unless something else ended it."""
        with self._lock:
            if command not in self._in_flight:
                return
            self._in_flight.remove(command)
            self.timeouts_seen += reply is _TIMED_OUT
        if reply is _TIMED_OUT:
            self._show_counters()
        command.answered(reply)

    def _start_again(self, command: _Command) -> None:
        reply = self._start(command)
        if reply is not None:
            command.answered(reply)

    def _refusal(self) -> ScsiReply | None:
        """Return the answer to a command that does not get as far as the link."""
        if self._state != "running":
            return _NO_CONNECT
        return None if self.remote_port.link in (Link.UP, Link.BLOCKED) else _FAILFAST

    def _is_busy(self) -> bool:
        if self._busy:
            self._busy -= 1
            return True
        return self._busy is None

    def _delay(self) -> float:
        return self.latency() if callable(self.latency) else self.latency

    def _noticed(self, reply: ScsiReply) -> None:
        """Let a device handler learn from an answer."""

    # What programs write into sysfs.

    @property
    def timeout(self) -> float:
        """Seconds until a command is given up: ``device/timeout``."""
        return self._sysfs.number(f"{self.folder}/timeout") or DEFAULT_TIMEOUT

    def _read_state(self) -> None:
        """Take over what a program wrote into ``device/state``: a file of ours has the time zero."""
        try:
            written = os.stat(f"{self._sysfs.root}/{self.folder}/state").st_mtime_ns
        except FileNotFoundError:
            return
        if written:
            state = self._sysfs.read(f"{self.folder}/state")
            if state in ("running", "offline") and self._state != "deleted":
                self._set_state(state)

    def _set_state(self, state: str) -> bool:
        """Set the state, which is the last one where the device was deleted; return whether it is another now."""
        with self._lock:
            before = self._state
            if before != "deleted":
                self._state = state
            changed = self._state != before
        self._show_state()
        return changed

    def _show_counters(self) -> None:
        """Write the counters: only when a command is silent, which is when they tell anything; else it would cost."""
        with self._showing:
            with self._lock:
                sent, waiting, timed_out = self.commands_seen, len(self._in_flight), self.timeouts_seen
            counters = {"iorequest_cnt": sent, "iodone_cnt": sent - waiting, "iotmo_cnt": timed_out}
            for name, value in counters.items():
                self._sysfs.replace(f"{self.folder}/{name}", hex(value))

    def _show_state(self) -> None:
        with self._showing:
            self._sysfs.replace(f"{self.folder}/state", self.state, time=0)
