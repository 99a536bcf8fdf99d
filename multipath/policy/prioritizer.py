"""
Which prioritizer a path has, with which arguments.

Strategy: detection comes first, then the configuration, which also says which arguments are meant for the prioritizer
that it names. A detected prioritizer keeps them if they were meant for one of its family: multipath-tools drops them,
and with them ``exclusive_pref_bit``.

An RDAC array is known by its entry: those that do implicit ALUA balance their load by being asked, so that the kernel's
own view must not stand in. multipath-tools asks each path for a page instead.
"""

from dataclasses import dataclass
from typing import Final

from ..config.entry import Subject
from ..config.resolve import Effective
from ..config.setting import Layer, Origin, Setting
from ..paths.path import Path
from .option import Options, as_text, detected

ALUA: Final = frozenset({"alua", "sysfs"})  # the same numbers, asked of the array or of the kernel
_NO_ARGS: Final = "const"  # a prioritizer that takes none; it holds where nobody names one
_EXPLICIT: Final = 2  # the value of the TPGS field for which even an RDAC array is taken at the kernel's word
_ENTRIES: Final = frozenset({Layer.DEVICES, Layer.HWTABLE})


@dataclass(frozen=True, slots=True)
class Prioritizer:
    """
    A prioritizer for one path.

    Attributes:
        name: As in multipath.conf(5).
        args: Its arguments.
        origin: Where the name comes from.
        losing: What would be used without it.
    """

    name: str
    args: str
    origin: Origin
    losing: tuple[Setting, ...] = ()

    def __str__(self) -> str:
        """Return the name, the arguments and where the name comes from."""
        return f"{self.name} {self.args}".rstrip() + f", {self.origin}"


def prioritizer(path: Path, options: Options, wwid: str | None = None) -> Prioritizer:
    """
    Return the prioritizer of a path of the map ``wwid``.

    Args:
        path: The path.
        options: The configuration.
        wwid: Of the map, for its entry in ``multipaths``.
    """
    subject = path.subject(wwid)
    configured = options.effective("prio", subject)
    chosen = _detected(path, options, subject, configured) or configured
    if chosen.value == "alua" and tpgs(path) == 0:
        chosen = detected(chosen, "const", "alua is not supported by the path")
    args = _args(as_text(chosen), configured, options.effective("prio_args", subject))
    return Prioritizer(as_text(chosen, "const"), args, chosen.origin, chosen.losing)


def tpgs(path: Path) -> int | None:
    """Return the TPGS field of a path: 0 for what speaks no SCSI, ``None`` where it is unknown."""
    return path.tpgs if path.bus == "scsi" else 0


def is_rdac(options: Options, subject: Subject) -> bool:
    """Tell whether the entries of the array name the checker of RDAC arrays."""
    checker = options.effective("path_checker", subject)
    if checker.origin.layer in _ENTRIES:
        return checker.value == "rdac"
    return next((one.value for one in checker.losing if one.origin.layer in _ENTRIES), None) == "rdac"


def _detected(path: Path, options: Options, subject: Subject, configured: Effective) -> Effective | None:
    if options.effective("detect_prio", subject).value is False:
        return None
    if path.bus == "nvme":
        return None if path.ana_state is None else detected(configured, "ana", "the controller reports ANA")
    if not tpgs(path):
        return None
    if path.access_state is None:
        return detected(configured, "alua", f"TPGS {path.tpgs}, and the kernel shows no access_state")
    if path.tpgs != _EXPLICIT and is_rdac(options, subject):
        return detected(configured, "alua", f"TPGS {path.tpgs} of an RDAC array")
    return detected(configured, "sysfs", f"TPGS {path.tpgs}, and the kernel shows the access_state")


def _args(name: str, configured: Effective, args: Effective) -> str:
    """Return the arguments that were meant for the prioritizer ``name``."""
    if configured.value == _NO_ARGS:
        # An entry's arguments can only be meant for the one that is detected.
        return as_text(args) if name in ALUA else ""
    return as_text(args) if name == configured.value or {name, configured.value} <= ALUA else ""
