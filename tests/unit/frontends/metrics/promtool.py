"""promtool, of Debian's package prometheus: what Prometheus itself says of our texts."""

import subprocess
from pathlib import Path

from .server import program


def promtool(*words: str | Path, given: str = "") -> str:
    """
    Run promtool, which must be content, and return what it printed.

    Args:
        words: Its arguments.
        given: Its standard input.
    """
    command = [program("promtool"), *map(str, words)]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
