"""The map of the matrix: one unit, half of its paths in each group."""

from typing import Final

from multipath import MultipathTable
from multipath.lab import guest

NAME: Final = "matrix"


def table() -> MultipathTable:
    """Return the table over the paths that there are now."""
    nodes = [f"/dev/{name}" for name in guest.luns()[0]]
    half = (len(nodes) + 1) // 2
    return MultipathTable.build([nodes[:half], nodes[half:]])
