"""
What breaks: one file for each fault, named as people name it, with ``inject(path)`` and ``heal(path)``.

For tests and demonstrations in a guest of the lab; nothing here works on a machine of flesh and blood, by intent. A
fault is done to one path, by the kernel's name of it, ``"sda"``; what else it strikes, its file says. To add a fault:
write its file with ``BACKENDS``, ``EFFECT``, ``inject`` and ``heal``; it is known by its name, and the matrix of
``tests/lab/matrix`` tries it.

::

    with injected("offline", "sda"):
        ...                                       # its I/O fails; after the block it is healed, whatever happened
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from ...errors import LabError
from .. import guest


class Effect(StrEnum):
    """What I/O on the path sees while the fault lasts."""

    ERROR = "fails"
    SILENCE = "is lost: it ends by the host's own time limits"
    HELD = "is held: it ends when the fault does"
    LATE = "is late"
    MEDIUM = "reaches the reader as an error, and the path is well"
    ELSEWHERE = "reaches another unit, and is told that all went well"
    NONE = "goes on"


class Fault(Protocol):
    """
    A way to break a path: a module of this folder.

    Attributes:
        BACKENDS: The backends that it works on.
        EFFECT: What I/O on the path sees.
    """

    BACKENDS: tuple[str, ...]
    EFFECT: Effect

    def inject(self, path: str, /) -> None:
        """Break the path."""

    def heal(self, path: str, /) -> None:
        """Restore it; does nothing to a path that is well."""


def names() -> tuple[str, ...]:
    """Return the faults, in the order of the alphabet."""
    return tuple(module.name for module in iter_modules(__path__))


def named(name: str) -> Fault:
    """
    Return a fault.

    Raises:
        LabError: there is no such fault.
    """
    if name not in names():
        raise LabError(f"no fault {name!r}; there are {', '.join(names())}")
    return cast(Fault, import_module(f".{name}", __name__))


def on(backend: str) -> tuple[str, ...]:
    """Return the faults that work on a backend."""
    return tuple(name for name in names() if backend in named(name).BACKENDS)


@contextmanager
def injected(name: str, path: str) -> Iterator[None]:
    """
    Break a path while the context lasts.

    Args:
        name: The fault.
        path: The kernel's name of the path.

    Raises:
        LabError: no such fault, not on this guest's backend, or not in a guest.
    """
    fault = named(name)
    guest.refuse_outside()
    if guest.backend_name() not in fault.BACKENDS:
        raise LabError(f"{name} works on {', '.join(fault.BACKENDS)}, not on {guest.backend_name()}")
    try:
        fault.inject(path)
        yield
    finally:
        fault.heal(path)
