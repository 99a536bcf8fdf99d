"""
Does one status of a map cost no more than through libdevmapper?

The peer gets what a Python program could get at best: compiled calls, and the answer as named tuples of `str` and
`int`. Both name the map by its name and ask without a flush. What the machine takes for any system call is in both
times, and in a guest that is the most of them.
"""

# mypy: untyped-calls-exclude=pytest_benchmark

import fcntl
import os
import struct
from typing import Any, Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Control, MultipathStatus
from multipath.dm.device import DeviceTable

from .contest import Contest
from .libdevmapper import Answer, Libdevmapper, Line
from .maps import made_maps

_CALLS: Final = 200
_ROUNDS: Final = 200
_PART: Final[dict[str, Any]] = {"rounds": _ROUNDS, "iterations": _CALLS, "warmup_rounds": 2}
_DM_TABLE_STATUS: Final = 0xC138FD0C
_DM_NOFLUSH_FLAG: Final = 1 << 11
_BUFFER: Final = 16 << 10


def test_status_of_one_map(control: Control, libdevmapper: Libdevmapper, benchmark: BenchmarkFixture) -> None:
    """The whole way: request, ioctl, answer as an object."""
    contest = Contest(
        "`Control.status` of a map with 4 paths", "libdevmapper through cffi", rounds=_ROUNDS, calls=_CALLS, figure=1
    )
    with made_maps(control, 1) as (name,):
        assert _as_answer(control.status(name)) == libdevmapper.status(name)

        contest.hold(benchmark, lambda: control.status(name), lambda: libdevmapper.status(name))


@pytest.mark.usefixtures("control")
def test_system_call(benchmark: BenchmarkFixture) -> None:
    """What no way can do without."""
    benchmark.extra_info["task"] = "`getppid`: any system call"
    benchmark.pedantic(os.getppid, **_PART)


def test_ioctl(control: Control, benchmark: BenchmarkFixture) -> None:
    """What the kernel does."""
    benchmark.extra_info["task"] = "`fcntl.ioctl` alone: the kernel prints the status, nobody reads it"
    with made_maps(control, 1) as (name,):
        buffer, header = bytearray(_BUFFER), _status_request(name)

        def ioctl() -> None:
            buffer[: len(header)] = header
            fcntl.ioctl(control.fileno(), _DM_TABLE_STATUS, buffer)

        ioctl()
        assert control.status(name)[0].params.encode() in buffer

        benchmark.pedantic(ioctl, **_PART)


def test_parse(control: Control, benchmark: BenchmarkFixture) -> None:
    """What comes after it."""
    benchmark.extra_info["task"] = "`MultipathStatus.parse`: the typed status out of the text"
    with made_maps(control, 1) as (name,):
        params = control.status(name)[0].params
    assert str(MultipathStatus.parse(params)) == params

    benchmark.pedantic(MultipathStatus.parse, (params,), **_PART)


def _as_answer(table: DeviceTable) -> Answer:
    info = table.info
    lines = tuple(Line(line.start, line.length, line.type, line.params) for line in table)
    return Answer(
        info.name, info.uuid, info.devt, info.open_count, info.event_nr, info.target_count,
        info.suspended, info.read_only, info.live_table, info.inactive_table, lines,
    )  # fmt: skip


def _status_request(name: str) -> bytes:
    """Return ``struct dm_ioctl`` for the status of a device, written by hand."""
    return struct.pack(
        "=3I 2I I i 3I Q 128s 129s 7x",
        4, 0, 0, _BUFFER, 312, 0, 0, _DM_NOFLUSH_FLAG, 0, 0, 0, name.encode(), b"",
    )  # fmt: skip
