"""
What paths say of themselves when they are asked: whether they work, and to which unit they lead.

Strategy: a path may hold the question for ever. So the asker asks, in processes that nobody waits for, all paths at
once and each with a deadline. A disk that the kernel holds back or has given up is not asked: its state says enough.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ...paths.path import Path
from ...paths.request import Answer, Asker, Silence, scsi
from ...units import DevT
from ...wire.sense import parse_sense
from ...wire.vpd import DEVICE_IDENTIFICATION
from ..event_loop import in_a_loop

DEADLINE: Final = 3.0  # seconds; a healthy port answers within milliseconds
_TEST_UNIT_READY: Final = bytes(6)
_LENGTH: Final = 4096
_INQUIRY: Final = bytes((0x12, 1, DEVICE_IDENTIFICATION)) + _LENGTH.to_bytes(2, "big") + b"\0"
_UNIT_ATTENTION: Final = 0x6
_ATTEMPTS: Final = 5
_NO_UNIT: Final = 0x25  # additional sense code: LOGICAL UNIT NOT SUPPORTED
_NOT_CONNECTED: Final = 3  # peripheral qualifier: nothing can be at this LUN


@dataclass(frozen=True, slots=True)
class Told:
    """
    What one path said.

    Attributes:
        ready: Whether it takes I/O.
        silent: Whether it did not answer in time.
        page: Page 0x83 of its vital product data; empty where it sent none.
        gone: Whether the target says that there is no unit any more.
        why: Why it is not ready; for people.
    """

    ready: bool
    silent: bool = False
    page: bytes = b""
    gone: bool = False
    why: str = ""


def ask_paths(paths: Iterable[Path], asker: Asker, deadline: float = DEADLINE) -> dict[DevT, Told]:
    """Return what each SCSI path says that the kernel would send a command to; all are asked at the same time."""
    asked = [path for path in paths if path.bus == "scsi" and path.state == "running"]

    async def together() -> list[Told]:
        return list(await asyncio.gather(*(_told(path, asker, deadline) for path in asked)))

    return {path.devt: told for path, told in zip(asked, in_a_loop(together) if asked else (), strict=True)}


async def _told(path: Path, asker: Asker, deadline: float) -> Told:
    test = await _settled(path, asker, deadline)
    if isinstance(test, Silence):
        return Told(ready=False, silent=True, why=f"no answer within {deadline:g} s ({test})")
    inquiry = await asker.ask(scsi(path, _INQUIRY, _LENGTH, timeout=deadline), deadline)
    page = inquiry.data if isinstance(inquiry, Answer) and inquiry.good else b""
    sense = parse_sense(test.sense)
    unconnected = bool(page) and page[0] >> 5 == _NOT_CONNECTED
    gone = unconnected or (sense is not None and sense.asc == _NO_UNIT)
    right = page[:2][1:] == bytes((DEVICE_IDENTIFICATION,)) and not unconnected
    return Told(test.good, page=page if right else b"", gone=gone, why="" if test.good else _why(test))


async def _settled(path: Path, asker: Asker, deadline: float) -> Answer | Silence:
    """Test a path; one that first has to tell of something that happened is tested again."""
    for _ in range(_ATTEMPTS):
        answer = await asker.ask(scsi(path, _TEST_UNIT_READY, timeout=deadline), deadline)
        sense = parse_sense(answer.sense) if isinstance(answer, Answer) else None
        if sense is None or sense.key != _UNIT_ATTENTION:
            break
    return answer


def _why(answer: Answer) -> str:
    if answer.error:
        return f"errno {answer.error}"
    sense = parse_sense(answer.sense)
    said = f"status {answer.status:#04x}, host byte {answer.host:#04x}"
    return said if sense is None else f"{said}, sense {sense.key:x}/{sense.asc:02x}/{sense.ascq:02x}"
