"""
The target takes commands, and neither answers nor gives them up: the host's abort waits as well.

The hardest case: the host's own recovery never ends, so I/O that is on the path stays there until the fault is healed.
"""

import subprocess
from typing import Final

from ..place import store
from . import Effect

BACKENDS: Final = ("stuck",)
EFFECT: Final = Effect.HELD


def inject(path: str) -> None:
    """Break the path."""
    subprocess.run(["dmsetup", "suspend", "--noflush", "--nolockfs", store(path)], check=True)


def heal(path: str) -> None:
    """Restore it."""
    subprocess.run(["dmsetup", "resume", "--noudevsync", store(path)], check=True)
