"""
Which selector for which array: I/Os through the real path selectors, in simulated time.

`simulate` runs a `Workload` (`ClosedLoop`, `OpenLoop`, or a recorded `Trace`) over `SimulatedPath` objects, each with a
`Latency` (`Fixed`, `Exponential`, `LogNormal`, `Measured`) and an `Outage` now and then, and returns a
`SimulationResult`. Times are whole nanoseconds, everywhere.
"""

from ..late import late

TYPE_CHECKING = False

if TYPE_CHECKING:
    from .latency import Exponential as Exponential
    from .latency import Fixed as Fixed
    from .latency import Latency as Latency
    from .latency import LogNormal as LogNormal
    from .latency import Measured as Measured
    from .path import Outage as Outage
    from .path import SimulatedPath as SimulatedPath
    from .result import PathResult as PathResult
    from .result import SimulationResult as SimulationResult
    from .run import simulate as simulate
    from .sizes import SizeMix as SizeMix
    from .trace import Trace as Trace
    from .trace_formats import parse_trace as parse_trace
    from .workload import ClosedLoop as ClosedLoop
    from .workload import OpenLoop as OpenLoop
    from .workload import Workload as Workload

_HOMES = {
    "ClosedLoop": "workload",
    "Exponential": "latency",
    "Fixed": "latency",
    "Latency": "latency",
    "LogNormal": "latency",
    "Measured": "latency",
    "OpenLoop": "workload",
    "Outage": "path",
    "PathResult": "result",
    "SimulatedPath": "path",
    "SimulationResult": "result",
    "SizeMix": "sizes",
    "Trace": "trace",
    "Workload": "workload",
    "parse_trace": "trace_formats",
    "simulate": "run",
}

__all__ = list(_HOMES)
__getattr__ = late(__name__, _HOMES)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*globals(), *__all__]
