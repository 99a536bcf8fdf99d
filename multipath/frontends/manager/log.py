"""
The log of a service: one line for each event on standard error.

Strategy: where that is the journal each line begins with its level, as sd-daemon(3) has it; elsewhere with the time.
"""

import enum
import os
import sys
import time
from collections.abc import Mapping
from typing import TextIO

from ..cli.terminal import escaped


class Level(enum.IntEnum):
    """The levels of syslog that are used."""

    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


class Log:
    """
    Lines to one stream.

    Args:
        verbosity: The highest level that is written.
        stream: Where to; standard error when absent.
        environment: Where ``$JOURNAL_STREAM`` is; this process's own when absent.
    """

    def __init__(
        self,
        verbosity: Level = Level.INFO,
        stream: TextIO | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._verbosity, self._stream = verbosity, sys.stderr if stream is None else stream
        self._journal = _is_journal(self._stream, os.environ if environment is None else environment)

    def __call__(self, level: Level, text: str) -> None:
        """Write one line; whatever cannot be printed is escaped. A log that cannot be written ends nothing."""
        if level > self._verbosity:
            return
        begin = f"<{int(level)}>" if self._journal else time.strftime("%Y-%m-%dT%H:%M:%S ") + f"{level.name.lower()}: "
        try:
            print(begin + escaped(text), file=self._stream, flush=True)
        except (OSError, ValueError):
            return


def _is_journal(stream: TextIO, environment: Mapping[str, str]) -> bool:
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
