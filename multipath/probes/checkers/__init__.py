"""
Checkers: one file for each, with one question to a path: does it work?

To add one: write its file with a class that has ``check``, and name it in ``CHECKERS``. Other packages offer theirs as
entry points of the group ``multipath.checkers``: a class, or a function without arguments, that makes one.
"""

from collections.abc import Callable, Mapping
from typing import Final

from ...errors import PluginError
from ...paths.path import Path
from ...paths.request import Answer, Asker, fetch
from ...paths.state import PathState
from ..containment import contained, told
from ..conversation import Silent, Unasked
from ..plugins import loaded
from ..verdict import Checker, Verdict
from .cciss_tur import CcissTestUnitReady
from .directio import DirectIo
from .emc_clariion import EmcClariion
from .hp_sw import HpSwitch
from .none import Unchecked
from .nvme import Nvme
from .rdac import Rdac
from .readsector0 import ReadSectorZero
from .tur import TestUnitReady

GROUP: Final = "multipath.checkers"

CHECKERS: Final[Mapping[str, Callable[[], Checker]]] = {
    "tur": TestUnitReady,
    "directio": DirectIo,
    "readsector0": ReadSectorZero,
    "rdac": Rdac,
    "emc_clariion": EmcClariion,
    "hp_sw": HpSwitch,
    "cciss_tur": CcissTestUnitReady,
    "nvme": Nvme,
    "none": Unchecked,
}

# What the kernel's own state of a device decides, before anything is asked; `None` where the checker is to be asked.
_OF_SCSI: Final = {"running": None, "blocked": PathState.PENDING, "quiesce": PathState.PENDING}
_OF_NVME: Final = {"live": None, "new": PathState.PENDING, "deleting": PathState.PENDING}
_OF_BUS: Final[Mapping[str, Mapping[str, PathState | None]]] = {"scsi": _OF_SCSI, "nvme": _OF_NVME}


def checker_named(name: str) -> Checker:
    """
    Return a new checker for one path.

    Args:
        name: As ``path_checker`` of multipath.conf(5) has it.

    Raises:
        PluginError: there is none of that name, or a plugin cannot make one.
    """
    built_in = CHECKERS.get(name)
    if built_in is not None:
        return built_in()
    make = loaded(GROUP, name)
    try:
        checker = make()
    except Exception as error:  # a plugin may raise anything
        raise PluginError(f"the checker {name!r} cannot be made: {type(error).__name__}: {error}") from error
    if not callable(getattr(checker, "check", None)):
        raise PluginError(f"the checker {name!r} has no method check")
    return _Plugin(name, checker)


async def probe(checker: Checker, asker: Asker, path: Path, deadline: float, *, state: str | None) -> Verdict:
    """
    Return the verdict on a path: what the kernel says of its device, and where that lets it run, what a checker says.

    Never raises: a checker that does is wild, and one that gets no answer in time has timed out.

    Args:
        checker: The checker.
        asker: Who makes the calls.
        path: The path.
        deadline: Seconds from now.
        state: What the kernel says of the device now, as sysfs has it; ``None`` where it says nothing.
    """
    decided = _by_kernel(path.bus, state)
    if decided is not None:
        return Verdict(decided, f"the kernel says {state}")
    check = checker.check(asker, path, deadline)
    try:
        # Those that are built in keep the deadline themselves, and a task for each would cost as much as the question.
        verdict = await (contained(check, deadline * 1.5 + 0.1) if isinstance(checker, _Plugin) else check)
    except Silent as silent:
        return Verdict(PathState.TIMEOUT, f"no answer in {deadline:g} s ({silent.why})")
    except Unasked as unasked:
        return Verdict(PathState.PENDING, f"it could not be asked: {unasked}")
    except TimeoutError:
        return Verdict(PathState.TIMEOUT, f"{_named(checker)}: no verdict in {deadline:g} s")
    except Exception as error:  # noqa: BLE001 -- a plugin may raise anything, and must not stop the others
        return Verdict(PathState.WILD, told(f"{_named(checker)} raised {type(error).__name__}: {error}"))
    if not isinstance(verdict, Verdict) or not isinstance(verdict.state, PathState):
        return Verdict(PathState.WILD, f"{_named(checker)} returned no verdict but {type(verdict).__name__}")
    return Verdict(verdict.state, told(verdict.message))


async def kernel_state(asker: Asker, folder: str, deadline: float) -> str | None:
    """
    Return what sysfs says of a device now; ``None`` where it says nothing, or does not answer.

    Args:
        asker: Who makes the calls.
        folder: The device's folder in sysfs.
        deadline: Seconds from now.
    """
    answer = await asker.ask(fetch(f"{folder}/state", 32), deadline)
    if not isinstance(answer, Answer) or answer.error:
        return None
    return answer.data.decode("ascii", "replace").strip() or None


class _Plugin:
    """A checker of another package, with the name that it is known by."""

    def __init__(self, name: str, checker: Checker) -> None:
        self.name, self._checker = name, checker

    async def check(self, asker: Asker, path: Path, deadline: float) -> Verdict:
        """Return what the plugin says."""
        return await self._checker.check(asker, path, deadline)


def _named(checker: Checker) -> str:
    return f"the checker {checker.name!r}" if isinstance(checker, _Plugin) else f"the checker {type(checker).__name__}"


def _by_kernel(bus: str, state: str | None) -> PathState | None:
    known = _OF_BUS.get(bus)
    if known is None or state is None:
        return None
    return known.get(state, PathState.DOWN)
