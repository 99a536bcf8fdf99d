"""One run: a selector, the paths of an array and a load in, a `SimulationResult` out."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from ..errors import SimulationOverrun
from ..units import Bytes, Nanoseconds
from ..wire.group import PathGroup, TablePath
from ..wire.selection import path_selector
from ..wire.selectors import SELECTORS, Selector
from .path import SimulatedPath, changes
from .result import PathResult, SimulationResult
from .workload import Workload

if TYPE_CHECKING:
    from .._native.simulation import Simulation

_EVENTS_BETWEEN_REPORTS: Final = 1 << 20


def simulate(
    selector: Selector | str,
    paths: Sequence[SimulatedPath],
    workload: Workload,
    seed: int = 0,
    *,
    progress: Callable[[float], object] | None = None,
) -> SimulationResult:
    """
    Simulate I/O over the paths of one priority group.

    The selector is the compiled one that follows the kernel's to the integer; the run needs no GIL. One seed gives one
    result, on every machine; and the same arrivals and sizes for every selector.

    Args:
        selector: A selector of `multipath.wire.selectors`, or the name of one with its default arguments.
        paths: 1 to 1024, in the order of the table.
        workload: The load: `ClosedLoop`, `OpenLoop` or `Trace`.
        seed: Of the random numbers: 64 bits.
        progress: Called now and then with the share of the run that is done; what it raises ends the run.

    Raises:
        ValueError: a selector that is not one of the kernel's five, no path, or arguments that the selector refuses.
        SimulationOverrun: I/Os arrive faster than they are served, and four million are on their way.

    Synchronization: none required; runs of several threads go on at the same time.

    >>> from multipath.simulation import ClosedLoop, Fixed, SimulatedPath
    >>> paths = [SimulatedPath(Fixed(1_000_000)), SimulatedPath(Fixed(3_000_000))]
    >>> result = simulate("queue-length", paths, ClosedLoop(depth=4, ios=1000))
    >>> [path.ios for path in result.paths], result.elapsed
    ([750, 250], 375000000)
    """
    chosen = named_selector(selector) if isinstance(selector, str) else selector
    simulation = _described(chosen, paths, workload, seed)
    try:
        while simulation.run(_EVENTS_BETWEEN_REPORTS):
            if progress is not None:
                progress(max(simulation.ended / simulation.wanted, simulation.now / workload.longest))
    except OverflowError as error:
        raise SimulationOverrun(f"simulating {chosen.name}: {error}; add paths or lower the rate") from None
    return _result(simulation, chosen, paths, seed)


def named_selector(name: str) -> Selector:
    """
    Return the selector of this name, with its default arguments.

    Raises:
        ValueError: not one of the five.
    """
    if (kind := SELECTORS.get(name)) is None:
        raise ValueError(f"no path selector {name!r}: there are {', '.join(SELECTORS)}")
    return kind()


def _described(selector: Selector, paths: Sequence[SimulatedPath], workload: Workload, seed: int) -> "Simulation":
    from .._native.simulation import Simulation

    for what, kind in ((selector, Selector), *((path, SimulatedPath) for path in paths), (workload, Workload)):
        if not isinstance(what, kind):
            raise TypeError(f"{what!r} is no {kind.__name__}")
    if not 0 <= seed < 1 << 64:
        raise ValueError(f"seed {seed}: a simulation takes 0 to 2**64 - 1")
    group = PathGroup(selector, tuple(TablePath(f"path{n}", path.args(selector)) for n, path in enumerate(paths)))
    cpus = max([workload.n_cpus, *(1 + max(path.cpus, default=0) for path in paths)])
    simulation = Simulation(
        path_selector(group, cpus=cpus), seed=seed, ios=workload.most_ios, duration=workload.longest,
        sizes=workload.sizes(), cpus=workload.n_cpus,
    )  # fmt: skip
    for path in paths:
        simulation.add_path(
            path.latency.distribution(), parallel=path.parallel or 0, bytes_per_second=path.bytes_per_second or 0
        )
    for change in changes(paths):
        simulation.add_change(*change)
    workload.begin(simulation)
    return simulation


def _result(
    simulation: "Simulation", selector: Selector, paths: Sequence[SimulatedPath], seed: int
) -> SimulationResult:
    latencies, ends, served_by = simulation.ios_that_ended()
    *_, latency, queue_time, _ = zip(*(simulation.path(index) for index in range(len(paths))), strict=True)
    ended = max(simulation.ended, 1)
    return SimulationResult(
        selector=selector.name,
        seed=seed,
        elapsed=Nanoseconds(simulation.now),
        ios=simulation.ended,
        unfinished=simulation.arrived - simulation.ended,
        retries=simulation.retries,
        mean_latency=sum(latency) / ended,
        mean_queue_time=sum(queue_time) / ended,
        mean_held_time=simulation.held_time / ended,
        paths=tuple(_path_result(simulation, index, path) for index, path in enumerate(paths)),
        latencies=latencies,
        ends=ends,
        served_by=served_by,
    )


def _path_result(simulation: "Simulation", index: int, path: SimulatedPath) -> PathResult:
    ios, nbytes, errors, latency, queue_time, service_time = simulation.path(index)
    return PathResult(
        ios=ios,
        nbytes=Bytes(nbytes),
        errors=errors,
        mean_latency=latency / max(ios, 1),
        mean_queue_time=queue_time / max(ios, 1),
        utilisation=service_time / max(simulation.now, 1) / (path.parallel or 1),
    )
