"""One selector described once, and made three times: compiled, as a model, and of a kernel."""

from dataclasses import dataclass
from typing import Final, Protocol

from multipath import MultipathTable, Selector, path_selector
from multipath.wire.selectors import CpuMask

from . import models
from .oracle.library import KernelSelector

NAMES: Final = ("round-robin", "queue-length", "service-time", "historical-service-time", "io-affinity")


class Single(Protocol):
    """What can be asked one call at a time: ours, and a model."""

    def select(self, nbytes: int, now: int = 0, cpu: int = 0) -> int:
        """Choose."""

    def start_io(self, path: int, nbytes: int) -> None:
        """Count in."""

    def end_io(self, path: int, nbytes: int, start: int = 0, now: int = 0) -> None:
        """Count out."""

    def fail(self, path: int) -> None:
        """Take out."""

    def reinstate(self, path: int) -> None:
        """Bring back."""

    def status(self) -> tuple[tuple[int, ...], ...]:
        """Show."""


@dataclass(frozen=True, slots=True)
class Setup:
    """
    A selector with its arguments.

    Attributes:
        name: Its name in the kernel.
        paths: Of each path its arguments.
        group: The arguments of the group.
        nodes: Of each CPU of the machine its NUMA node.
    """

    name: str
    paths: tuple[tuple[str, ...], ...]
    group: tuple[str, ...] = ()
    nodes: tuple[int, ...] = (0,)

    def native(self) -> Selector:
        """Return ours."""
        paths = [word for path, args in enumerate(self.paths) for word in (f"8:{16 * path}", *args)]
        counts = [str(len(self.paths)), str(len(self.paths[0]))]
        table = ["0 0 1 1", self.name, str(len(self.group)), *self.group, *counts, *paths]
        group = MultipathTable.parse(" ".join(table)).groups[0]
        return path_selector(group, cpus=len(self.nodes), nodes=self.nodes)

    def kernel(self, kernel: str) -> KernelSelector:
        """Return a kernel's."""
        return KernelSelector(kernel, self.name, self.paths, self.group, self.nodes)

    def model(self) -> models.Model:
        """Return the model."""
        if self.name == "io-affinity":
            return models.IoAffinity([CpuMask(text).bits for (text,) in self.paths], self.nodes)
        if self.name == "service-time":
            return models.ServiceTime([int(throughput) for _, throughput in self.paths])
        if self.name == "historical-service-time":
            return models.HistoricalServiceTime(len(self.paths), *map(int, self.group))
        return {"round-robin": models.RoundRobin, "queue-length": models.QueueLength}[self.name](len(self.paths))


def mask(bits: int) -> str:
    """Return a mask of CPUs as the argument of a path."""
    return CpuMask.of(*(cpu for cpu in range(bits.bit_length()) if bits >> cpu & 1)).mask


def plain(name: str, n_paths: int) -> Setup:
    """Return a selector over paths that do not differ, of io-affinity with one CPU for each."""
    if name == "io-affinity":
        return Setup(name, tuple((mask(1 << path),) for path in range(n_paths)), nodes=(0,) * n_paths)
    args = ("1", "1") if name == "service-time" else ("1",)
    return Setup(name, (args,) * n_paths)
