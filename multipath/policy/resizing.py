"""Whether a map follows the size of its paths: ``auto_resize``."""

from collections.abc import Iterable

from ..units import Sectors
from .actions import Action, Replan
from .picture import MapPicture
from .supervision import Supervision
from .watched_path import WatchedPath


class Resizing:
    """
    The size of one map.

    Args:
        options: The options.
    """

    def __init__(self, options: Supervision) -> None:
        self.options = options
        self._ordered: Sectors | None = None

    def see(self, picture: MapPicture, paths: Iterable[WatchedPath]) -> list[Action]:
        """Ask for a plan where all paths show another size than the map; once for each size."""
        sizes = {path.size for path in paths}
        size, rule = next(iter(sizes), None), self.options.auto_resize
        if len(sizes) != 1 or size is None or picture.size is None or size == picture.size:
            self._ordered = None
            return []
        if rule == "never" or (rule == "grow_only" and size < picture.size) or size == self._ordered:
            return []
        self._ordered = size
        return [Replan(f"auto_resize {rule}: all paths have {size} sectors, the map {picture.size}")]
