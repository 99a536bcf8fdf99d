"""
Virtual arrays: one file for each kind, named as users name it, with ``script(machine)``: the shell text that makes it.

The text runs in the guest before the command, with udevd running where the machine has it. A file may name ``PACKAGES``
that the guest needs for it. To add a backend: write its file; it is known by its name.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ...errors import LabError
from ..machine import Machine


def names() -> tuple[str, ...]:
    """Return the backends, in the order of the alphabet."""
    return tuple(module.name for module in iter_modules(__path__))


def script(machine: Machine) -> str:
    """
    Return the shell text that makes the array of a machine.

    Raises:
        LabError: there is no such backend.
    """
    return str(_module(machine.backend).script(machine))


def packages(name: str) -> tuple[str, ...]:
    """
    Return what is fetched for guests with a backend, beside what all guests have.

    Raises:
        LabError: there is no such backend.
    """
    return tuple(getattr(_module(name), "PACKAGES", ()))


def _module(name: str) -> ModuleType:
    if name not in names():
        raise LabError(f"no backend {name!r}; there are {', '.join(names())}")
    return import_module(f".{name}", __name__)
