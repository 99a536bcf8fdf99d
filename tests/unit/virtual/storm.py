"""A world in which a seed decides what breaks next, under I/O that is checked."""

import random
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from multipath import Features, Host, MultipathTable, errors
from multipath.virtual import (
    AccessState,
    BlockChecker,
    CheckReport,
    History,
    MemoryStore,
    RecordedStore,
    VirtualHost,
    VirtualPath,
)
from multipath.virtual.bio import Bio, BlockDevice
from multipath.wire.selectors import HistoricalServiceTime, QueueLength, RoundRobin, Selector, ServiceTime

BLOCKS: Final = 32
_SELECTORS: Final[tuple[Selector, ...]] = (RoundRobin(), QueueLength(), ServiceTime(), HistoricalServiceTime())
_PACE: Final = 6  # I/Os between two steps
_PATIENCE: Final = 0.01  # seconds after which the next step comes although all I/O waits
_INTERVAL: Final = 5e-5  # seconds between two switches of threads: many more meetings than usual
_STATES: Final = (AccessState.OPTIMIZED, AccessState.NON_OPTIMIZED, AccessState.STANDBY)


class _Paced(BlockDevice):
    """The map, as the checker sees it: each I/O is counted, so that the storm keeps pace with it."""

    def __init__(self, below: BlockDevice, io: threading.Semaphore) -> None:
        self.devt, self.name, self.size = below.devt, below.name, below.size
        self._below, self._io = below, io

    def submit(self, bio: Bio) -> None:
        """Count it and pass it on."""
        self._io.release()
        self._below.submit(bio)


def _keep_pace(io: threading.Semaphore) -> None:
    """Wait for some I/Os, unless none comes."""
    for _ in range(_PACE):
        if not io.acquire(timeout=_PATIENCE):
            return


class Storm:
    """
    A storm over one map with four paths.

    Args:
        seed: What decides everything but the threads' own order.
        kernel: Whose device-mapper is played.
        bio: Whether the map takes bios.
        queues: Whether it queues while there is no path.
        alua: Whether the paths have a device handler.
    """

    def __init__(
        self, seed: int, *, kernel: str = "7.2", bio: bool = False, queues: bool = True, alua: bool = False
    ) -> None:
        self.random, self.seed, self.bio, self.queues = random.Random(seed), seed, bio, queues
        self.history = History(run=seed)
        self.store = RecordedStore(MemoryStore(), self.history)
        self.world = VirtualHost(kernel)
        self.host = Host(**self.world.seams())
        states = ("optimized", "non-optimized") if alua else ("optimized",)
        who = "both" if alua else "none"
        self.array = self.world.add_array(
            paths=4, ports=2, size=BLOCKS * 8, stores=[self.store], groups=states, alua=who
        )
        self.alua = alua
        self.map = self.host.create("mpatha", self.table(), uuid=f"mpath-{self.array.wwid}")
        self.steps: list[Callable[[], object]] = [
            *(self.break_cable, self.plug_cable, self.plug_cable, self.silence, self.unsilence, self.unsilence),
            *(self.slow, self.busy, self.offline, self.online, self.online, self.port_down, self.port_up),
            *(self.fail, self.reinstate, self.check, self.check, self.check, self.switch, self.disable, self.enable),
            *(self.queue, self.queue, self.queue, self.fail_if_no_path, self.transition, self.probe),
            *(self.reload, self.suspend, self.suspend_and_flush),
        ]

    def run(self, *, steps: int = 300, threads: int = 4) -> CheckReport:
        """Let it blow, and return what the checker found."""
        io, interval = threading.Semaphore(0), sys.getswitchinterval()
        sys.setswitchinterval(_INTERVAL)
        try:
            return self._blow(io, steps, threads)
        finally:
            sys.setswitchinterval(interval)

    def _blow(self, io: threading.Semaphore, steps: int, threads: int) -> CheckReport:
        with self.world, self.world.open("mpatha") as disk:
            disk.device = _Paced(disk.device, io)
            with BlockChecker(disk, self.history, blocks=BLOCKS, threads=threads, seed=self.seed) as checker:
                for _ in range(steps):
                    _keep_pace(io)
                    self.step()
                self.calm()
                return checker.finish(self.store.read)

    def step(self) -> None:
        """Do one thing; what cannot be done just now is left."""
        with suppress(errors.DeviceMapperError):
            self.random.choice(self.steps)()

    def calm(self) -> None:
        """Put everything right."""
        for path in self.array.paths:
            path.plug_cable()
            path.unsilence()
            path.online()
            path.ready()
            path.latency = 0
        for port in self.array.ports:
            port.up()
            port.unsilence()
        for group in self.array.groups:
            group.transition(AccessState.OPTIMIZED)
        self.map.resume()
        for path in self.array.paths:
            self.map.reinstate_path(path.devt)

    # What can happen to a path.

    @property
    def _path(self) -> VirtualPath:
        return self.random.choice(self.array.paths)

    def break_cable(self) -> None:
        """Pull a cable."""
        self._path.break_cable()

    def plug_cable(self) -> None:
        """Plug one in."""
        self._path.plug_cable()

    def silence(self) -> None:
        """Let a path swallow commands, or their answers."""
        self._path.silence(executed=self.random.random() < 0.5)

    def unsilence(self) -> None:
        """Let it answer."""
        self._path.unsilence()

    def slow(self) -> None:
        """Let answers take their time."""
        self._path.latency = self.random.choice([0, 0, 0.001, 0.5])

    def busy(self) -> None:
        """Be busy for a few commands."""
        self._path.busy(self.random.randrange(5))

    def offline(self) -> None:
        """Take a disk offline."""
        self._path.offline()

    def online(self) -> None:
        """Bring it back."""
        self._path.online()

    def port_down(self) -> None:
        """Take a target port away."""
        self.random.choice(self.array.ports).down()

    def port_up(self) -> None:
        """Bring it back."""
        self.random.choice(self.array.ports).up()

    def transition(self) -> None:
        """Change the access state of a port group, slowly."""
        if self.alua:
            self.random.choice(self.array.groups).transition(self.random.choice(_STATES), after=1)

    # What can be done to the map.

    def fail(self) -> None:
        """Fail a path by hand."""
        self.map.fail_path(self._path.devt)

    def reinstate(self) -> None:
        """Reinstate one."""
        self.map.reinstate_path(self._path.devt)

    def check(self) -> None:
        """Reinstate every path whose disk runs, as a daemon does time and again."""
        for path in self.array.paths:
            if path.state == "running":
                self.map.reinstate_path(path.devt)

    def switch(self) -> None:
        """Prefer a group."""
        self.map.switch_group(self.random.randrange(1, 3))

    def disable(self) -> None:
        """Avoid one."""
        self.map.disable_group(self.random.randrange(1, 3))

    def enable(self) -> None:
        """Avoid it no longer."""
        self.map.enable_group(self.random.randrange(1, 3))

    def reload(self) -> None:
        """Give the map another table."""
        self.map.reload(self.table(), verify=False)

    def suspend(self) -> None:
        """Hold I/O back for a moment."""
        self.map.suspend()
        self.map.resume()

    def suspend_and_flush(self) -> None:
        """Let everything through or fail it first; what is queued without a path is lost, and the program is told."""
        self.host.control.suspend(self.map.info(), flush=True)
        self.map.resume()

    def probe(self) -> None:
        """Have the kernel read down each path."""
        self.host.control.probe_paths(self.map.info())

    def queue(self) -> None:
        """Queue, where the map does."""
        if self.queues:
            self.map.queue_if_no_path(True)

    def fail_if_no_path(self) -> None:
        """Fail what is queued."""
        self.map.queue_if_no_path(False)

    def table(self) -> MultipathTable:
        """Return a table of all paths, in groups as it comes."""
        names = [path.name for path in self.array.paths]
        self.random.shuffle(names)
        cut = self.random.choice([1, 2, 4])
        groups = [names[:cut], names[cut:]] if cut < len(names) else [names]
        features = Features(
            queue_if_no_path=self.queues,
            retain_attached_hw_handler=self.alua,
            queue_mode="bio" if self.bio else None,
        )
        return MultipathTable.build(groups, self.random.choice(_SELECTORS), features)
