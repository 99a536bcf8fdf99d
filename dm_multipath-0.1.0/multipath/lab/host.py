"""Programs of this machine, run for the lab; a missing one is named together with the package that brings it."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..errors import LabError, ToolMissing

# An ordinary user's PATH lacks the sbin folders, where depmod lives.
_SEARCH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def tool(name: str, *, package: str) -> str:
    """
    Return the path of a program.

    Raises:
        ToolMissing: this machine does not have it.
    """
    found = shutil.which(name, path=_SEARCH)
    if found is None:
        raise ToolMissing(name, package)
    return found


def output(
    command: Sequence[str | Path], *, package: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """
    Run a program and return what it printed.

    Raises:
        ToolMissing: this machine does not have it.
        LabError: it failed; the message holds the end of its output.
    """
    name, *arguments = map(str, command)
    done = subprocess.run(
        [tool(name, package=package), *arguments],
        cwd=cwd, env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise LabError(f"{name} {' '.join(arguments[-2:])} failed with {done.returncode}: {'; '.join(said)}")
    return done.stdout


def release() -> str:
    """Return the code name of this machine's distribution, for example ``bookworm``."""
    lines = Path("/etc/os-release").read_text().splitlines()
    return dict(line.partition("=")[::2] for line in lines).get("VERSION_CODENAME", "").strip('"')
