"""
A real kernel with virtual arrays, booted as an ordinary process: kernels, guests, backends and a pytest plugin.

::

    from multipath.lab import Machine, run

    status = run(["dmsetup", "targets"], Machine(kernel="6.12", paths=4))

No root and no installed kernel are needed: user-mode Linux, its modules and the programs that the guest needs are
Debian packages, fetched once into a cache folder and never installed. `multipath.lab.guest` is the view from the
inside.
"""

from .machine import Machine
from .sinks import Sinks
from .uml import Guest, run

__all__ = ["Guest", "Machine", "Sinks", "run"]
