"""
The attributes of sysfs that bound how long the kernel waits for a path, and where those of one path are.

Strategy: each is a number of seconds here, whatever the file has: ``queue/io_timeout`` takes milliseconds, ``off`` and
negative numbers mean for ever. An attribute that the transport or the kernel lacks is not in the answer.

Source: linux ``block/blk-sysfs.c``, ``drivers/scsi/{scsi_sysfs,sd}.c``, ``scsi_transport_{fc,iscsi,sas,srp}.c``,
``drivers/nvme/host/{core,sysfs}.c``.
"""

import enum
import math
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as Folder
from typing import Final

from .adapter import above
from .attributes import attribute_of
from .path import Path
from .place import followed
from .sysfs import SYSFS


class Knob(enum.StrEnum):
    """What can be set, by the name of its attribute."""

    TIMEOUT = "timeout"
    IO_TIMEOUT = "io_timeout"
    EH_TIMEOUT = "eh_timeout"
    MAX_RETRIES = "max_retries"
    EH_DEADLINE = "eh_deadline"
    FAST_IO_FAIL = "fast_io_fail_tmo"
    DEV_LOSS = "dev_loss_tmo"
    NEXUS_LOSS = "I_T_nexus_loss_timeout"
    RECOVERY = "recovery_tmo"
    NOOP_INTERVAL = "recv_tmo"
    NOOP_TIMEOUT = "ping_tmo"
    RECONNECT = "reconnect_delay"
    CTRL_LOSS = "ctrl_loss_tmo"
    KEEP_ALIVE = "kato"
    MAX_SECTORS = "max_sectors_kb"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class KnobFile:
    """
    One attribute of one path.

    Attributes:
        knob: Which.
        file: The file, without links.
        shared: Whether other paths have the same file: that of a host, a remote port, a session, a controller.
        fixed: Whether the kernel lets nobody write it.
    """

    knob: Knob
    file: str
    shared: bool = False
    fixed: bool = False


FOREVER: Final = math.inf
_THOUSAND: Final = frozenset({Knob.IO_TIMEOUT})
# The states of a SCSI device that may be written.
RUNNING: Final = 1.0
OFFLINE: Final = 0.0
_STATES: Final[Mapping[str, float]] = {"running": RUNNING, "offline": OFFLINE}
_WRITABLE: Final = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
_NEVER: Final = frozenset({"off", "infinity", "infinite"})
# The class whose folder, of the same name as the folder above the device that begins so, holds these attributes.
_ABOVE: Final[tuple[tuple[str, str, tuple[Knob, ...]], ...]] = (
    ("rport-", "fc_remote_ports", (Knob.FAST_IO_FAIL, Knob.DEV_LOSS)),
    ("session", "iscsi_session", (Knob.RECOVERY,)),
    ("end_device-", "sas_end_device", (Knob.NEXUS_LOSS,)),
    ("host", "scsi_host", (Knob.EH_DEADLINE,)),
)
_OF_PORT: Final = (Knob.RECONNECT, Knob.FAST_IO_FAIL, Knob.DEV_LOSS)
_OF_CONNECTION: Final = (Knob.NOOP_INTERVAL, Knob.NOOP_TIMEOUT)  # set by way of `multipath.paths.iscsi`
_OF_CONTROLLER: Final = (Knob.CTRL_LOSS, Knob.RECONNECT, Knob.FAST_IO_FAIL, Knob.KEEP_ALIVE)


def request_knob(protocol: str) -> Knob:
    """Return the attribute that has the timeout of a request: of SCSI devices in whole seconds."""
    return Knob.TIMEOUT if protocol.startswith("scsi") else Knob.IO_TIMEOUT


def knob_files(path: Path, *, sysfs: Folder = SYSFS) -> tuple[KnobFile, ...]:
    """Return the attributes that a path has; what is not there is left out."""
    disk = followed(f"{sysfs}/block/{path.name}") or ""
    device = followed(f"{disk}/device") or ""
    candidates = _of_nvme(disk, device) if path.bus == "nvme" else _of_scsi(disk, device, path)
    return tuple(_as_there(each, mode) for each in candidates if (mode := _mode(each.file)) is not None)


def knob_values(files: tuple[KnobFile, ...]) -> Mapping[Knob, float]:
    """Return what these attributes hold now; those that do not read are left out."""
    values: dict[Knob, float] = {}
    for each in files:
        value = parse_knob(each.knob, attribute_of(*os.path.split(each.file)) or "")
        if value is not None:
            values[each.knob] = value
    return values


def parse_knob(knob: Knob, text: str) -> float | None:
    """
    Return the seconds, or the number, that an attribute holds; inverse of `format_knob`.

    >>> parse_knob(Knob.IO_TIMEOUT, "2300"), parse_knob(Knob.EH_DEADLINE, "off"), parse_knob(Knob.KEEP_ALIVE, "?")
    (2.3, inf, None)
    """
    text = text.strip()
    if knob is Knob.STATE:
        return _STATES.get(text)
    if text in _NEVER:
        return FOREVER
    try:
        value = float(int(text))
    except ValueError:
        return None
    if value < 0:
        return FOREVER
    return value / 1000 if knob in _THOUSAND else value


def format_knob(knob: Knob, value: float) -> str:
    """Return what is to be written: whole numbers, ``off`` for ever."""
    if knob is Knob.STATE:
        return next(text for text, number in _STATES.items() if number == value)
    if value == FOREVER:
        return "-1" if knob in (Knob.RECOVERY, Knob.CTRL_LOSS, Knob.RECONNECT) else "off"
    return str(round(value * 1000 if knob in _THOUSAND else value))


def _mode(file: str) -> int | None:
    try:
        mode = os.stat(file).st_mode
    except OSError:
        return None
    return mode if stat.S_ISREG(mode) else None


def _as_there(each: KnobFile, mode: int) -> KnobFile:
    return each if mode & _WRITABLE or each.knob in _OF_CONNECTION else replace(each, fixed=True)


def _of_scsi(disk: str, device: str, path: Path) -> Iterator[KnobFile]:
    # Not queue/io_timeout, which is finer: since Linux v6.11 a write to it waits until all that is out has come back,
    # and holds back all that is new meanwhile. Of a silent path that is for long.
    yield KnobFile(Knob.TIMEOUT, f"{device}/timeout")
    yield KnobFile(Knob.MAX_SECTORS, f"{disk}/queue/max_sectors_kb")
    yield KnobFile(Knob.EH_TIMEOUT, f"{device}/eh_timeout")
    yield KnobFile(Knob.STATE, f"{device}/state")
    yield KnobFile(Knob.MAX_RETRIES, f"{device}/scsi_disk/{path.hctl}/max_retries")
    for folder, name in above(f"{device}/"):
        for prefix, kind, knobs in _ABOVE:
            if name.startswith(prefix):
                yield from (KnobFile(knob, f"{folder}/{kind}/{name}/{knob}", shared=True) for knob in knobs)
        if name.startswith("session"):
            connection = f"connection{name.removeprefix('session')}:0"
            inner = f"{folder}/{connection}/iscsi_connection/{connection}"
            yield from (KnobFile(knob, f"{inner}/{knob}", shared=True) for knob in _OF_CONNECTION)
        elif name.startswith("host"):
            port = f"port-{name.removeprefix('host')}:1"
            inner = f"{folder}/{port}/srp_remote_ports/{port}"
            yield from (KnobFile(knob, f"{inner}/{knob}", shared=True) for knob in _OF_PORT)


def _of_nvme(disk: str, controller: str) -> Iterator[KnobFile]:
    yield KnobFile(Knob.IO_TIMEOUT, f"{disk}/queue/io_timeout")
    yield KnobFile(Knob.MAX_SECTORS, f"{disk}/queue/max_sectors_kb")
    yield from (KnobFile(knob, f"{controller}/{knob}", shared=True) for knob in _OF_CONTROLLER)
