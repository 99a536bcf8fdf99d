"""A disk that is full, for a process of its own: whatever else runs here goes on writing."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Final

_ROOT: Final = Path(__file__).parents[2]
_LIMIT: Final = """
import errno, resource, signal, sys
from pathlib import Path
from multipath import errors
{imports}
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, resource.RLIM_INFINITY))
try:
    {change}
except errors.FileError as error:
    print(errno.errorcode[error.errno], error)
"""


def said(room: int, imports: str, change: str, *arguments: str) -> str:
    """
    Return what the error says with which a change ends, its errno's name first; nothing where it ends without.

    Args:
        room: How many bytes a file may have.
        imports: What the change needs.
        change: One line of Python; ``sys.argv`` has the arguments.
        arguments: Of the change.
    """
    code = dedent(_LIMIT).format(imports=imports, room=room, change=change)
    words = [sys.executable, "-B", "-c", code, *arguments]
    return subprocess.run(words, capture_output=True, text=True, check=True, cwd=_ROOT).stdout
