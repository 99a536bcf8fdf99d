"""What a world answers to a walk: every reply, and after each step what can be seen of every device."""

import errno
import os
from collections.abc import Callable

from multipath import Control, MultipathStatus, Target, errors
from multipath.dm.device import DmFlag
from multipath.units import DevT, Sectors, format_devt

from .pending import eventually
from .walk import Step
from .world import BLOCK, World

# Small enough that a line which begins at sector 8 fits too.
LENGTH = Sectors(2048)
# Seconds for a worker of the kernel to count what a command caused, and for all that a read may have caused.
_LONG, _MOMENT = 2.0, 0.1


class Transcript:
    """
    A walk in one world.

    Args:
        world: The world.

    Attributes:
        grown: By how much the event number of each device grew in the last step, by name.
    """

    def __init__(self, world: World) -> None:
        self._world, self._dm = world, world.control
        self._poller = world.control.sibling()
        self._lost: set[str] = set()
        self._numbers: dict[DevT, int] = {}
        self._events: dict[DevT, int] = {}
        self.grown: dict[str, int] = {}

    def close(self) -> None:
        """Close what it holds."""
        self._poller.close()

    def take(self, step: Step, expected: dict[str, int] | None = None) -> list[str]:
        """
        Do a step; return what was answered, and what is there then.

        Args:
            step: What to do.
            expected: How the event numbers grew in the other world: a kernel counts a moment later, in a worker.
        """
        self._poller.arm_poll()
        answered = self._answered(step)
        if expected is not None:
            eventually(lambda: self._growth() == expected, _MOMENT if step.verb == "read" else _LONG)
        self._count(step)
        # What wakes a poller and counts nothing is told by the command itself, not by a worker.
        lines = [f"{step} -> {answered}", f"  woke {self._poller.poll(0)}"]
        return lines + [self._seen(entry.name) for entry in self._dm.devices()]

    def _growth(self) -> dict[str, int]:
        return {entry.name: (entry.event_nr or 0) - self._numbers.get(entry.devt, 0) for entry in self._dm.devices()}

    def _count(self, step: Step) -> None:
        """Count events; those of paths that one read has failed may have become one."""
        self.grown = self._growth()
        entries = self._dm.devices()
        most = 1 if step.verb == "read" else max(self.grown.values(), default=0)
        self._events = {
            entry.devt: self._events.get(entry.devt, 0) + min(self.grown[entry.name], most) for entry in entries
        }
        self._numbers = {entry.devt: entry.event_nr or 0 for entry in entries}

    def _reads(self) -> list[int]:
        return [self._world.reads(path) for path in self._world.paths]

    def _answered(self, step: Step) -> str:
        acts: dict[str, Callable[[Step], object]] = {
            "create": lambda step: self._dm.create(step.name, uuid=step.text or None).flags,
            "load": self._load,
            "resume": lambda step: self._flags(self._dm.resume(step.name, flush=step.flag).flags),
            "suspend": lambda step: self._flags(self._dm.suspend(step.name, flush=step.flag).flags),
            "clear": lambda step: self._flags(self._dm.clear(step.name).flags),
            "message": lambda step: self._dm.message(step.name, step.text),
            "rename": lambda step: self._dm.rename(step.name, step.text).name,
            "set_uuid": lambda step: self._dm.set_uuid(step.name, step.text).uuid,
            "remove": lambda step: self._dm.remove(step.name, deferred=step.flag, timeout=0),
            "deps": lambda step: [format_devt(path) for path in self._dm.deps(step.name, inactive=step.flag)],
            "wait": lambda step: self._dm.wait(step.name, 4_000_000_000).info.name,
            "geometry": lambda step: self._dm.set_geometry(step.name, *map(int, step.text.split()[:3])),
            "lose": self._lose,
            "restore": self._restore,
            "read": self._read,
        }
        try:
            return str(acts[step.verb](step))
        except errors.TableLoadError as error:
            return f"{errno.errorcode[error.errno or 0]} {error.reason}"
        except errors.MultipathError as error:
            return f"{type(error).__name__} {errno.errorcode.get(getattr(error, 'errno', 0) or 0)}"

    def _lose(self, step: Step) -> None:
        self._lost.add(step.name)
        self._world.lose(step.name)

    def _restore(self, step: Step) -> None:
        self._lost.discard(step.name)
        self._world.restore(step.name)

    def _load(self, step: Step) -> str:
        kind, _, params = step.text.partition(" ")
        target = Target(Sectors(0), LENGTH, kind, params)
        return self._flags(self._dm.load(step.name, [target], read_only=step.flag).flags)

    def _flags(self, flags: int) -> str:
        return str(DmFlag(flags))

    def _read(self, step: Step) -> str:
        """Read some blocks, if no read would have to wait, and see down which paths."""
        before = self._reads()
        answers = " ".join(self._read_once(step.name) for _ in range(int(step.text)))
        return f"{answers}, by path {[now - then for now, then in zip(self._reads(), before, strict=True)]}"

    def _read_once(self, name: str) -> str:
        if self._would_wait(name):
            return "waits"
        try:
            with self._world.open(name, write=False) as disk:
                return str(len(disk.read(0, BLOCK)))
        except errors.PathError:
            raise
        except OSError as error:
            return errno.errorcode[error.errno or 0]

    def _would_wait(self, name: str) -> bool:
        info = self._dm.info(name)
        if info.suspended or not info.live_table:
            return True
        if "queue_if_no_path" not in str(self._dm.table(name)):
            return False
        paths = MultipathStatus.parse(self._dm.status(name)[0].params).paths
        return not any(path.active and path.device not in self._lost for path in paths)

    def _seen(self, name: str) -> str:
        info = self._dm.info(name)
        return (
            f"  {name} {info.uuid!r} dm-{os.minor(info.devt)} {DmFlag(info.flags)!s} open {info.open_count} "
            f"events {self._events[info.devt]} lines {info.target_count}\n"
            f"    live     {_shown(self._dm, name, inactive=False)}\n"
            f"    inactive {_shown(self._dm, name, inactive=True)}"
        )


def _shown(dm: Control, name: str, *, inactive: bool) -> str:
    table, status = dm.table(name, inactive=inactive), dm.status(name, inactive=inactive)
    return "; ".join(f"{line.params}| {shown.params}" for line, shown in zip(table, status, strict=True))
