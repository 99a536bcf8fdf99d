"""Recorded loads as other tools write them: fio's logs, and the text of blkparse."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ..errors import TraceError
from ..units import SECTOR_SIZE
from .timespan import MS, US
from .trace import Trace

_BLKPARSE: Final = re.compile(
    r"\s*\d+,\d+\s+(\d+)\s+\d+\s+(\d{1,9})\.(\d{9})\s+\d+\s+(\S+)\s+(\S+)(?:\s+\d+ \+ (\d+))?"
)
_FIO_LOG: Final = re.compile(r"\s*\d+\s*,\s*\d+\s*,\s*\d+\s*,\s*\d+")
_DATA: Final = frozenset({"read", "write"})
_FILE_ACTIONS: Final = frozenset({"add", "open", "close", "unlink"})
_NO_DATA: Final = frozenset({"sync", "datasync", "sync_file_range", "trim"})
_QUEUED: Final = "Q"
_LONGEST_NUMBER: Final = 19


@dataclass(frozen=True, slots=True)
class _Arrival:
    time: int
    nbytes: int
    cpu: int = 0


_Reader = Callable[[Iterator[tuple[int, str]]], Iterator[_Arrival]]


def parse_trace(text: str, *, ios: int | None = None, duration: int | None = None) -> Trace:
    r"""
    Read a recorded load; which format it is, its first line tells.

    - fio's ``write_iolog`` of version 3 (microseconds), and 2 (only ``wait`` tells time, in microseconds after the last
      one).
    - fio's ``write_lat_log`` with one line for each I/O: it came when it ended (milliseconds) less what it took
      (nanoseconds).
    - blkparse's default output: the ``Q`` lines, an I/O queued.

    The first I/O comes at 0. I/Os are put in the order of time: files of several jobs or CPUs may be joined.

    Args:
        text: All of it.
        ios: How many I/Os to take; all of them when absent.
        duration: Nanoseconds of it to take.

    Raises:
        TraceError: none of these, or a line that is not of its format; ``.line`` is its number.

    >>> parse_trace("fio version 3 iolog\n5 sda open\n6 sda read 0 4096\n9 sda write 8192 512\n").times
    array('Q', [0, 3000])
    """
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = next((reader for is_it, reader in _FORMATS if is_it(first)), None)
    if reader is None:
        raise TraceError(f"no trace of fio or blkparse begins with {first[:80]!r}", 1)
    arrivals = sorted(reader(enumerate(text.splitlines(), 1)), key=lambda arrival: arrival.time)
    if not arrivals:
        raise TraceError("the trace has no I/O that reads or writes data")
    start = arrivals[0].time
    return Trace(
        [arrival.time - start for arrival in arrivals],
        [arrival.nbytes for arrival in arrivals],
        [arrival.cpu for arrival in arrivals],
        ios=ios,
        duration=duration,
    )


def _iolog_of_version_3(lines: Iterator[tuple[int, str]]) -> Iterator[_Arrival]:
    """Read ``microseconds file action [offset bytes]``, after the line that names the version."""
    next(lines)
    for number, line in lines:
        words = line.split()
        if len(words) == 5 and words[2] in _DATA:
            if nbytes := _number(words[4], number):
                yield _Arrival(_number(words[0], number) * US, nbytes)
        elif words and not (len(words) in (3, 5) and words[2] in _FILE_ACTIONS | _NO_DATA):
            raise TraceError(f"no line of fio's iolog version 3: {line!r}", number)


def _iolog_of_version_2(lines: Iterator[tuple[int, str]]) -> Iterator[_Arrival]:
    """Read ``file action [offset bytes]``, after the line that names the version; ``wait`` has a time as its offset."""
    next(lines)
    now = 0
    for number, line in lines:
        words = line.split()
        if len(words) >= 3 and words[1] == "wait":
            now += _number(words[2], number) * US
        elif len(words) == 4 and words[1] in _DATA:
            if nbytes := _number(words[3], number):
                yield _Arrival(now, nbytes)
        elif words and not (len(words) in (2, 4) and words[1] in _FILE_ACTIONS | _NO_DATA):
            raise TraceError(f"no line of fio's iolog version 2: {line!r}", number)


def _latency_log(lines: Iterator[tuple[int, str]]) -> Iterator[_Arrival]:
    """Read ``milliseconds, nanoseconds, direction, bytes, ...``; direction 0 reads, 1 writes."""
    for number, line in lines:
        words = [word.strip() for word in line.split(",")]
        if words == [""]:
            continue
        if len(words) < 4:
            raise TraceError(f"no line of fio's latency log: {line!r}", number)
        if words[2] in ("0", "1") and (nbytes := _number(words[3], number)):
            end, latency = _number(words[0], number) * MS, _number(words[1], number)
            yield _Arrival(max(end - latency, 0), nbytes)


def _blkparse(lines: Iterator[tuple[int, str]]) -> Iterator[_Arrival]:
    """Read ``maj,min cpu sequence seconds pid action rwbs sector + sectors``; a summary follows, which is skipped."""
    for _, line in lines:
        match = _BLKPARSE.match(line)
        if match is None or match[4] != _QUEUED or not match[6] or not set("RW") & set(match[5]):
            continue
        if sectors := int(match[6][:_LONGEST_NUMBER]):
            yield _Arrival(int(match[2] + match[3]), sectors * SECTOR_SIZE, int(match[1][:_LONGEST_NUMBER]))


def _number(word: str, line: int) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= _LONGEST_NUMBER):
        raise TraceError(f"not a number: {word!r}", line)
    return int(word)


_FORMATS: Final[tuple[tuple[Callable[[str], object], _Reader], ...]] = (
    (lambda line: line.strip() == "fio version 3 iolog", _iolog_of_version_3),
    (lambda line: line.strip() == "fio version 2 iolog", _iolog_of_version_2),
    (_FIO_LOG.match, _latency_log),
    (_BLKPARSE.match, _blkparse),
)
