"""The targets at work that a virtual kernel has, by their names."""

from typing import Final

from .delay import RunningDelay
from .error import RunningError
from .linear import RunningLinear
from .multipath import RunningMultipath
from .target import RunningTarget
from .zero import RunningZero

# In the order in which a kernel lists them: the one that was registered last comes first.
RUNNING: Final[dict[str, type[RunningTarget]]] = {
    target.type: target for target in (RunningMultipath, RunningDelay, RunningZero, RunningLinear, RunningError)
}
