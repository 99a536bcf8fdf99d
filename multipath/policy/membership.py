"""The paths of a map under supervision: who belongs to it, and who can be used."""

from collections.abc import Iterator
from typing import Final

from ..units import DevT
from .actions import Action, StopSampling
from .interval import CheckInterval, slot
from .machines.path import Phase, Seen
from .machines.trust import Trust
from .picture import MapPicture, PicturedPath
from .supervision import Supervision
from .watched_path import WatchedPath

_BY_KERNEL: Final = "the kernel failed it"
_SOON: Final = 1.0  # second; a check at once would reinstate a path as fast as its I/O fails
_BY_OTHERS: Final = "the kernel uses it again"


class Membership:
    """
    The paths of one map.

    Args:
        wwid: Of the map.
    """

    def __init__(self, wwid: str) -> None:
        self._wwid = wwid
        self.by_number: dict[DevT, WatchedPath] = {}
        self._removed: set[DevT] = set()

    def __iter__(self) -> Iterator[WatchedPath]:
        """Yield them, in no order that matters."""
        return iter(self.by_number.values())

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.by_number)

    def get(self, devt: DevT) -> WatchedPath | None:
        """Return one of them; ``None`` for what is none of them."""
        return self.by_number.get(devt)

    def usable(self, but: WatchedPath | None = None) -> int:
        """Return how many the map can live by, ``but`` apart."""
        return sum(path.usable for path in self if path is not but)

    def answering(self, but: WatchedPath) -> int:
        """Return how many others were seen to work and are in use."""
        return sum(path.used for path in self if path is not but)

    def prompt(self, by: WatchedPath, now: float, *, awaited: bool) -> None:
        """Let the others be checked at once: their priorities may have changed with this one's."""
        for path in self:
            if path is not by and path.used:
                path.interval.sooner(now)
                path.prompted, path.awaited = True, awaited or path.awaited

    def recall(self, now: float) -> None:
        """Let those be checked at once that were held back: nothing else is left."""
        for path in self:
            if path.state is Phase.DELAYED:
                path.interval.sooner(now)

    def see(self, picture: MapPicture, now: float, options: Supervision) -> list[Action]:
        """Take what the kernel shows; return what that asks for."""
        self._removed &= picture.paths.keys()
        found: list[Action] = []
        for devt in [devt for devt in self.by_number if devt not in picture.paths]:
            found += self.leave(devt, "it left the map")
        shown = {devt: seen for devt, seen in sorted(picture.paths.items()) if devt not in self._removed}
        for index, (devt, seen) in enumerate(shown.items()):
            found += self._shown(devt, seen, now, options)
            self.by_number[devt].interval.slot = slot(self._wwid, index, len(shown))
        return found

    def remove(self, devt: DevT) -> list[Action]:
        """Let go of a path that is gone, also while the kernel still shows it."""
        self._removed.add(devt)
        return self.leave(devt, "it was removed")

    def add(self, devt: DevT) -> None:
        """Expect a path that was removed before."""
        self._removed.discard(devt)

    def leave(self, devt: DevT, why: str) -> list[Action]:
        """Let go of a path."""
        path = self.by_number.pop(devt, None)
        sampling = path is not None and path.reputation.trust is Trust.SAMPLED
        return [StopSampling(f"no reads from it any more: {why}", devt)] if sampling else []

    def _shown(self, devt: DevT, seen: PicturedPath, now: float, options: Supervision) -> list[Action]:
        path = self.by_number.get(devt)
        if path is None:
            path = self.by_number[devt] = WatchedPath(
                devt, CheckInterval(now, options.polling_interval), kernel_uses=seen.active
            )
        path.group, path.size, path.implicit_only = seen.group, seen.size, seen.implicit_only
        was, path.kernel_uses = path.kernel_uses, seen.active
        found = path.told(options.marginal_pathgroups, marginal=seen.marginal)
        if was and not seen.active:
            found += self._failed(path, now, options)
        elif seen.active and not was:
            path.interval.sooner(now)
            found += path.take(Seen.KERNEL_ACTIVE, f"{_BY_OTHERS}, but {_held(path)}")
        return found

    def _failed(self, path: WatchedPath, now: float, options: Supervision) -> list[Action]:
        path.interval.shortest(options)
        path.interval.sooner(now + min(_SOON, options.polling_interval))
        if path.usable:
            path.reputation.failed(now, options)
        return path.take(Seen.KERNEL_FAILED, _BY_KERNEL)


def _held(path: WatchedPath) -> str:
    """Say what is held against a path."""
    if path.state is Phase.FAILED:
        return "nobody has checked it since it failed"
    if path.state is Phase.FAULTY:
        return f"its checker says {path.checker}"
    return f"it is {path.state}: {path.reputation.reason}" if path.state is Phase.DELAYED else f"it is {path.state}"
