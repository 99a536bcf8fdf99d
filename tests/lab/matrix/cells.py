"""The cells of the matrix, read from the two folders; and what is expected of each."""

from dataclasses import dataclass
from itertools import chain
from typing import Final

import pytest

from multipath.lab import backends, faults
from multipath.lab.faults import Effect, named
from multipath.lab.guest import inside
from multipath.lab.pytest_plugin import kernel_names

# Arrays that are fetched, slow to break or not to be had in user-mode Linux: with the whole matrix only.
DEAR: Final = frozenset({"iscsi", "nvme_tcp", "two_hbas"})
# What runs on the other kernels, where the whole matrix was not asked for: one fault of each effect.
SELECTION: Final = frozenset({"alua_state", "held", "lost", "medium_error", "slow", "stuck", "unplug"})
# The paths of these do not lead to the same bytes, so nothing is written through the map.
SEPARATE_STORES: Final = frozenset({"scsi_debug_per_path"})


@dataclass(frozen=True, slots=True)
class Cell:
    """
    One fault on one array.

    Attributes:
        backend: The array.
        fault: What breaks its first path.
    """

    backend: str
    fault: str

    @property
    def effect(self) -> Effect:
        """What I/O on the broken path sees."""
        return named(self.fault).EFFECT

    def __str__(self) -> str:
        """Return its name in the report."""
        return f"{self.backend}-{self.fault}"


def cells() -> list[Cell]:
    """Return all cells."""
    return list(chain.from_iterable([Cell(name, fault) for fault in faults.on(name)] for name in backends.names()))


def chosen(config: pytest.Config) -> list[tuple[str, Cell]]:
    """Return the cells that run, each with its kernel: all of them where ``fault_matrix`` is ``whole``."""
    kernels = kernel_names(config)
    if inside() or config.getini("fault_matrix") == "whole":
        return [(kernel, cell) for kernel in kernels for cell in cells()]
    ordinary = [cell for cell in cells() if cell.backend not in DEAR]
    first = [(kernel, cell) for kernel in kernels[:1] for cell in ordinary]
    return first + [(kernel, cell) for kernel in kernels[1:] for cell in ordinary if cell.fault in SELECTION]
