"""
The options that set attributes of a path's transport, as multipath-tools does it; pure.

Source: multipath-tools 0.14.3, ``libmultipath/discovery.c``, ``sysfs_set_scsi_tmo()`` and what it calls.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ..config.setting import Value
from ..paths.knobs import FOREVER, Knob

Asked = Callable[[str], Value | None]

_LONGEST: Final = 600.0  # seconds of dev_loss_tmo that the kernel takes where fast_io_fail_tmo is off
_INFINITE: Final = float((1 << 32) - 2)


def tunables(asked: Asked, protocol: str, present: Mapping[Knob, float]) -> Mapping[Knob, float]:
    """
    Return what the configuration wants to have set.

    Args:
        asked: Returns the value of an option of multipath.conf(5).
        protocol: Of the path.
        present: What its attributes hold; of those that it lacks none is in the answer.
    """
    return {knob: value for knob, value in _all(asked, protocol, present) if knob in present}


def _all(asked: Asked, protocol: str, present: Mapping[Knob, float]) -> Iterator[tuple[Knob, float]]:
    if (size := asked("max_sectors_kb")) is not None:
        yield Knob.MAX_SECTORS, float(size)
    if not protocol.startswith("scsi"):
        return
    for option, knob in (("eh_deadline", Knob.EH_DEADLINE), ("max_retries", Knob.MAX_RETRIES)):
        value = _seconds(asked(option))
        if value is not None and not (option == "max_retries" and value == FOREVER):
            yield knob, value
    fast, loss = _seconds(asked("fast_io_fail_tmo")), dev_loss(asked)
    if protocol == "scsi:fcp":
        yield from _of_remote_port(fast, loss, present)
    elif protocol == "scsi:iscsi" and fast not in (None, 0.0, FOREVER):
        yield Knob.RECOVERY, float(fast or 0)
    elif protocol == "scsi:sas" and loss is not None:
        yield Knob.NEXUS_LOSS, loss


def _of_remote_port(
    fast: float | None, loss: float | None, present: Mapping[Knob, float]
) -> Iterator[tuple[Knob, float]]:
    if loss is None:
        if fast is not None and fast != FOREVER and fast >= present.get(Knob.DEV_LOSS, FOREVER):
            yield Knob.DEV_LOSS, fast + 1
    else:
        if fast is not None and fast != FOREVER and fast >= loss:
            fast = FOREVER
        off = fast == FOREVER or (fast is None and present.get(Knob.FAST_IO_FAIL, FOREVER) == FOREVER)
        yield Knob.DEV_LOSS, min(loss, _LONGEST) if off and loss < _INFINITE else min(loss, _INFINITE)
    if fast is not None:
        yield Knob.FAST_IO_FAIL, fast


def dev_loss(asked: Asked) -> float | None:
    """Return ``dev_loss_tmo``, raised so that a path does not go before ``no_path_retry`` has ended."""
    value = _seconds(asked("dev_loss_tmo"))
    retry = asked("no_path_retry")
    if retry == "queue":
        return _INFINITE
    if isinstance(retry, int) and not isinstance(retry, bool) and retry > 0:
        interval = asked("polling_interval")
        seconds = retry * (interval if isinstance(interval, int) else 5)
        least = float(seconds + seconds // 60 + 5)
        return least if value is None else max(value, least)
    return min(value, _INFINITE) if value is not None else None


def _seconds(value: Value | None) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return float(value)
    return FOREVER if value in ("off", "infinity") else None
