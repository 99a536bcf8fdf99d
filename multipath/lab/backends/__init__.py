"""
Virtual arrays: one file for each kind, named as users name it, with ``script(machine)``: the shell text that makes it.

The text runs in the guest before the command, with udevd running where the machine has it. A file may name ``PACKAGES``
that the guest needs for it, and say why it is for ``STOCK`` kernels only. One with ``hardware(machine, folder)`` is
emulated by QEMU. To add a backend: write its file; it is known by its name.
"""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from ...errors import LabError
from .. import tools
from ..machine import Machine


def names() -> tuple[str, ...]:
    """Return the backends, in the order of the alphabet."""
    return tuple(module.name for module in iter_modules(__path__))


def script(machine: Machine) -> str:
    """
    Return the shell text that makes the array of a machine.

    Raises:
        LabError: there is no such backend, or not for user-mode Linux.
    """
    why = stock_only(machine.backend)
    if why and not machine.stock:
        raise LabError(f"{machine.backend} needs a stock kernel (--stock, stock=True): {why}")
    return str(_module(machine.backend).script(machine))


def stock_only(name: str) -> str:
    """
    Return why a backend is for stock kernels only; nothing where user-mode Linux has it too.

    Raises:
        LabError: there is no such backend.
    """
    return str(getattr(_module(name), "STOCK", ""))


def hardware(machine: Machine, folder: Path) -> list[str]:
    """Return the words that QEMU makes the array of a machine by; what it stores lies in ``folder``."""
    backend = _module(machine.backend)
    return list(backend.hardware(machine, folder)) if hasattr(backend, "hardware") else []


def packages(name: str) -> tuple[str, ...]:
    """
    Return what is fetched for guests with a backend, beside what all guests have.

    Raises:
        LabError: there is no such backend.
    """
    return tuple(getattr(_module(name), "PACKAGES", ()))


def layer(machine: Machine) -> Path:
    """Return the folder of what is fetched for the guests of a machine: `multipath.lab.tools`."""
    return tools.layer((*packages(machine.backend), *machine.packages))


def _module(name: str) -> ModuleType:
    if name not in names():
        raise LabError(f"no backend {name!r}; there are {', '.join(names())}")
    return import_module(f".{name}", __name__)
