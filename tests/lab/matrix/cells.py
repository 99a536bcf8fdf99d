"""The cells of the matrix, read from the two folders; and what is expected of each."""

from dataclasses import dataclass
from itertools import chain
from typing import Final

import pytest

from multipath.lab import backends, faults
from multipath.lab.faults import Effect, named
from multipath.lab.guest import inside, stock
from multipath.lab.pytest_plugin import kernel_names

# Arrays that only a stock kernel has.
STOCK: Final = frozenset(name for name in backends.names() if backends.stock_only(name))
# Arrays that are fetched, slow to break or not to be had in user-mode Linux: with the whole matrix only.
DEAR: Final = frozenset({"iscsi"}) | STOCK
# Arrays that are tried on this kernel alone: each of their cells takes long.
LONG: Final = frozenset({"fcoe"})
LONG_ON: Final = "6.1"
# What a stock kernel's handler undoes as soon as it needs the group.
UNDONE: Final = "alua_state"
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
    """Return all cells, but for faults that no load could survive: `tests.lab.test_remapped`."""
    every = chain.from_iterable([Cell(name, fault) for fault in faults.on(name)] for name in backends.names())
    return [cell for cell in every if cell.effect is not Effect.ELSEWHERE]


def chosen(config: pytest.Config, *, monitored: bool) -> list[tuple[Cell, str, bool]]:
    """
    Return the cells that run, each with its kernel, and whether that is a stock one.

    With a monitor each takes longer, so fewer of them run where not all were asked for; and its map has the handler of
    a stock kernel, which asks the array to take back a change of state.

    The setting ``fault_matrix`` is ``selection``, ``whole`` for all cells on all kernels, or ``stock`` for all of them
    on stock kernels.
    """
    kernels, extent = kernel_names(config), config.getini("fault_matrix")
    if inside():
        return [(cell, kernel, stock()) for kernel in kernels for cell in cells()]
    if extent != "selection":
        every = [(c, kernel, extent == "stock" or c.backend in STOCK) for kernel in kernels for c in cells()]
        some = [each for each in every if each[1] == LONG_ON or each[0].backend not in LONG]
        return [each for each in some if not (monitored and each[2] and each[0].fault == UNDONE)]
    ordinary = [cell for cell in cells() if cell.backend not in DEAR]
    few = [cell for cell in ordinary if cell.fault in SELECTION]
    if monitored:
        return [(cell, kernel, False) for kernel in kernels[:1] for cell in few]
    first = [(cell, kernel, False) for kernel in kernels[:1] for cell in ordinary]
    return first + [(cell, kernel, False) for kernel in kernels[1:] for cell in few]


def marked(cell: Cell, kernel: str, on_stock: bool) -> object:
    """Return the parameter of a test for a cell: its name, and the guest that it needs."""
    # Their memory makes them guests of their own: disks get other names there.
    words = {"stock": True, "memory": 1024} if on_stock else {"memory": 544}
    mark = pytest.mark.kernel(backend=cell.backend, on=kernel, timeout=180, **words)
    return pytest.param(cell, id=f"{cell}-{kernel}{'-stock' * on_stock}", marks=mark)
