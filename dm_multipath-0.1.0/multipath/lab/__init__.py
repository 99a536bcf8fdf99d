"""
A real kernel with virtual arrays, booted as an ordinary process: kernels, guests, backends and a pytest plugin.

::

    from multipath.lab import Machine, run

    status = run(["dmsetup", "targets"], Machine(kernel="6.12", paths=4))

No root and no installed kernel are needed: user-mode Linux, its modules and the programs that the guest needs are
Debian packages, fetched once into a cache folder and never installed. `multipath.lab.guest` is the view from the
inside. The names are imported when they are first used: the pytest plugin of this room is loaded in every project.
"""

from ..late import late

TYPE_CHECKING = False

if TYPE_CHECKING:
    from .boot import Guest as Guest
    from .boot import run as run
    from .machine import Machine as Machine
    from .sinks import Sinks as Sinks

_NOUNS = {"Guest": "boot", "Machine": "machine", "Sinks": "sinks", "run": "boot"}

__all__ = list(_NOUNS)
__getattr__ = late(__name__, _NOUNS)


def __dir__() -> list[str]:
    """Return the public names."""
    return [*globals(), *__all__]
