"""
Every I/O on the path is 200 ms late, as behind a congested link; it ends well.

By Fibre Channel every answer of the target is: a write takes two.
"""

import subprocess
from typing import Final

from .. import cable
from ..place import store
from . import Effect

BACKENDS: Final = ("fcoe", "stuck")
EFFECT: Final = Effect.LATE
MILLISECONDS: Final = 200


def inject(path: str) -> None:
    """Break the path."""
    if cable.is_of(path):
        cable.delay(path, MILLISECONDS)
    else:
        start, sectors, _, below, offset = _table(path)
        subprocess.run(["modprobe", "dm-delay"], check=True)
        _swap(path, f"{start} {sectors} delay {below} {offset} {MILLISECONDS}")


def heal(path: str) -> None:
    """Restore it, once what is under way has come in."""
    if cable.is_of(path):
        cable.delay(path, 0)
    else:
        start, sectors, _, below, offset = _table(path)
        _swap(path, f"{start} {sectors} linear {below} {offset}")


def _table(path: str) -> list[str]:
    printed = subprocess.run(["dmsetup", "table", store(path)], check=True, capture_output=True, text=True)
    return printed.stdout.split()[:5]


def _swap(path: str, table: str) -> None:
    subprocess.run(["dmsetup", "load", store(path), "--table", table], check=True)
    # With a new table waiting, the device is suspended, its I/O is awaited, and it resumes with the new one.
    subprocess.run(["dmsetup", "resume", "--noudevsync", store(path)], check=True)
