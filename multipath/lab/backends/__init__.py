"""
Virtual arrays: one file for each kind, named as users name it, with ``script(machine)``: the shell text that makes it.

The text runs in the guest before the command, with udevd running where the machine has it. To add a backend: write its
file; it is known by its name.
"""

from importlib import import_module
from pkgutil import iter_modules

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
    if machine.backend not in names():
        raise LabError(f"no backend {machine.backend!r}; there are {', '.join(names())}")
    return str(import_module(f".{machine.backend}", __name__).script(machine))
