"""
The WWID of a path: what names its logical unit, and so its map.

Strategy: first the property that udev's rules made, by the name that the configuration gives it. Where there is none,
and the configuration did not ask for another property than is usual, what the kernel holds: page 0x83 for SCSI, the
``wwid`` of a namespace, the ``uid`` of a DASD. Only where that is missing too is a device asked itself. A WWID that
cannot be, or may be that of two units, is shown all the same, with its fault: nobody should build a map of it.

Source: multipath-tools ``libmultipath/discovery.c``, ``get_uid()``.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from .. import errors
from ..units import DevT
from ..wire.vpd import DEVICE_IDENTIFICATION, LONGEST_WWID, choose_wwid
from .commands import Commands
from .path import Path
from .patience import ask

_HELD: Final = "sysfs vpd_pg83"
_USUAL: Final = {"scsi": "ID_SERIAL", "nvme": "ID_WWN", "ccw": "ID_UID"}
_NVME: Final = re.compile(r"(nvme\.[0-9A-Fa-f]{4})-([^-]*)-([^-]*)-([^-]*)\Z")
_LONGEST_NVME: Final = 255
_LONGEST_IN_UUID: Final = 122  # of a device-mapper uuid's 128 bytes, behind "mpath-"
_PATIENCE: Final = 6.0  # seconds; a device has five to answer


@dataclass(frozen=True, slots=True)
class Wwid:
    """
    The identity of a logical unit, as one path has it.

    Attributes:
        value: As multipath-tools has it. Bytes that are no UTF-8 stand as `surrogateescape` puts them.
        source: Where it comes from: ``udev ID_SERIAL``, ``sysfs vpd_pg83``, ``SG_IO page 0x83``.
        problem: Why no map can be built of it; empty where one can.
    """

    value: str
    source: str
    problem: str = ""

    def __str__(self) -> str:
        """Return the identity alone."""
        return self.value


def uid_attribute_for(name: str, uid_attrs: str | None, otherwise: str) -> str:
    """
    Return the name of the udev property that holds the WWID of a device.

    Args:
        name: The kernel's name of the device.
        uid_attrs: The option of that name: records of ``prefix:PROPERTY``; the first that fits is taken.
        otherwise: The ``uid_attribute`` of the device.

    >>> uid_attribute_for("dasda", "sd:ID_SERIAL dasd:ID_UID", "ID_SERIAL")
    'ID_UID'
    """
    for record in (uid_attrs or "").split():
        prefix, colon, attribute = record.rpartition(":")
        if colon and name.startswith(prefix):
            return attribute
    return otherwise


def identify_wwid(path: Path, uid_attribute: str, *, fallback: bool = True, asked: bytes = b"") -> Wwid | None:
    """
    Return the WWID of a path, or `None` where it has none.

    Args:
        path: The path; nothing is asked of it.
        uid_attribute: The udev property that holds it; ``""`` for none: then udev does not matter.
        fallback: Whether the kernel's word counts where udev has none.
        asked: What the device itself answered, of `ask_devices`: page 0x83; counts where the kernel's has no WWID, or
            one with a problem.
    """
    value = (path.udev or {}).get(uid_attribute, "") if uid_attribute else ""
    if value:
        return _checked(_fitted(value), f"udev {uid_attribute}")
    if uid_attribute and not (fallback and uid_attribute == _USUAL.get(path.bus)):
        return None
    if path.bus == "scsi":
        held, told = _of_page(path.vpd_83, _HELD), _of_page(asked, "SG_IO page 0x83")
        return told if held is None or (held.problem and told is not None) else held
    if path.bus == "nvme":
        wwid = path.nvme_wwid or ""
        return _checked(_fitted(wwid) if len(wwid) <= _LONGEST_NVME else "", "sysfs wwid")
    return _checked(".".join((path.dasd_uid or "").split(".")[:4]), "sysfs uid") if path.bus == "ccw" else None


def must_be_asked(path: Path, uid_attribute: str, *, fallback: bool = True) -> bool:
    """Tell whether only the device itself can tell its WWID, or tell it better than the kernel, and may be asked."""
    usual = uid_attribute in ("", "ID_SERIAL") and (fallback or not uid_attribute)
    known = identify_wwid(path, uid_attribute, fallback=fallback)
    unsure = known is None or (known.source == _HELD and known.problem != "")
    return path.bus == "scsi" and path.state == "running" and usual and unsure


def ask_devices(paths: Iterable[Path], commands: Commands, *, patience: float = _PATIENCE) -> Mapping[DevT, bytes]:
    """
    Ask devices for page 0x83, all at the same time, and return what those sent that answered.

    Args:
        paths: Those for which `must_be_asked`.
        commands: How a path is asked.
        patience: For how many seconds after the last answer the next one is waited for.
    """
    questions: dict[DevT, Callable[[], bytes]] = {path.devt: partial(_page, path, commands) for path in paths}
    return {devt: page for devt, page in ask(questions, patience).items() if page}


def _page(path: Path, commands: Commands) -> bytes:
    try:
        return commands.vpd_page(path, DEVICE_IDENTIFICATION)
    except errors.PathError:
        return b""


def _of_page(page: bytes, source: str) -> Wwid | None:
    choice = choose_wwid(page)
    return None if choice is None else _checked(choice.wwid, source, choice.doubt)


def _checked(value: str, source: str, problem: str = "") -> Wwid | None:
    """Return a WWID, without blanks at its end; `None` where nothing is left of it."""
    value = value.rstrip(" ")
    if not value.strip(" _"):
        return None
    if not (value.isascii() and value.isprintable()):
        problem = problem or "it holds what is no printable ASCII"
    elif len(value) > _LONGEST_IN_UUID:
        problem = problem or f"its {len(value)} characters do not fit into the uuid of a map"
    return Wwid(value, source, problem)


def _fitted(value: str) -> str:
    """Return a WWID that is not too long: of NVMe serials and models the zero bytes go first that do not belong."""
    if len(value.encode("utf-8", "surrogateescape")) <= LONGEST_WWID:
        return value
    match = _NVME.match(value) if len(value) <= _LONGEST_NVME else None
    if match is not None:
        head, serial, model, namespace = match.groups()
        shorter = "-".join((head, _without_zeros(serial), _without_zeros(model), namespace))
        if len(shorter) <= LONGEST_WWID:
            return shorter
    return value.encode("utf-8", "surrogateescape")[:LONGEST_WWID].decode("utf-8", "surrogateescape")


def _without_zeros(digits: str) -> str:
    while digits.endswith("00"):
        digits = digits[:-2]
    return digits
