"""The multipath target, whose table and status have a room of their own: `multipath.wire`."""

from dataclasses import dataclass
from typing import ClassVar, Self

from ...wire.table import MultipathTable


@dataclass(frozen=True, slots=True)
class MultipathTarget:
    """
    A multipath mapping, as a typed target beside the others.

    Attributes:
        table: Its table.
    """

    type: ClassVar[str] = "multipath"
    table: MultipathTable

    @classmethod
    def parse(cls, params: str) -> Self:
        """
        Parse all after ``<start> <length> multipath``; inverse of ``str()``, byte for byte.

        Raises:
            TableError: ``.word`` is the 0-based word at fault.
        """
        return cls(MultipathTable.parse(params))

    def __str__(self) -> str:
        """Return the table's text."""
        return str(self.table)
