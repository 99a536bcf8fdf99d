"""Programs that write state files, as processes of their own: what multipath-tools does, and what this library does."""

import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[3]

# As multipath-tools 0.9.4: open, lock, choose the smallest free alias, append, close; the file's name is not looked at
# again. As 0.14: read, write a new file, rename it; no lock.
APPENDING: Final = """
import fcntl, os, sys
file, wwids = sys.argv[1], sys.argv[2:]
for wwid in wwids:
    fd = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.lockf(fd, fcntl.LOCK_EX)
    taken = {line.split()[0] for line in os.pread(fd, 1 << 20, 0).decode().splitlines() if line[:1] not in ("", "#")}
    alias = next(name for name in (f"mpath{letter}{other}" for letter in "abcdefghijklmnopqrstuvwxyz"
                                   for other in "abcdefghijklmnopqrstuvwxyz") if name not in taken)
    os.lseek(fd, 0, os.SEEK_END)
    os.write(fd, f"{alias} {wwid}\\n".encode())
    os.close(fd)
    print(alias, wwid, flush=True)
"""
BINDING: Final = """
import sys
from multipath import errors
from multipath.maps.state_file import StateFolder
folder, wwids = StateFolder(sys.argv[1], deadline=60), sys.argv[2:]
names = [f"mpath{a}{b}" for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz"]
for wwid in wwids:
    while True:
        known = folder.bindings()
        alias = next(name for name in names if name not in known.by_alias)
        try:
            folder.add_binding(alias, wwid)
        except errors.BindingConflict:
            continue
        print(alias, wwid, flush=True)
        break
"""
REMEMBERING: Final = """
import sys
from multipath.maps.state_file import StateFolder
folder = StateFolder(sys.argv[1], deadline=60)
for wwid in sys.argv[2:]:
    folder.add_wwid(wwid)
    print(wwid, flush=True)
"""


class Writers(AbstractContextManager["Writers"]):
    """Some processes; none outlives the context."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[str]] = []

    def start(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program; what it prints is what it has done."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", program, *arguments]
        self._running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment))
        return self._running[-1]

    def done(self) -> list[list[str]]:
        """Wait until all have ended well, and return what they have done: the words of each line."""
        said = [process.communicate(timeout=120)[0] for process in self._running]
        assert {process.returncode for process in self._running} == {0}
        return [line.split() for out in said for line in out.splitlines()]

    @staticmethod
    def kill_after(process: subprocess.Popen[str], lines: int) -> list[str]:
        """Kill a program once it has printed some lines, and return all that it printed."""
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        with process:  # not communicate(), which does not see the lines that were read ahead
            return [*said, *process.stdout.read().splitlines()]

    def __exit__(self, *_: object) -> None:
        """Kill what still runs."""
        for process in self._running:
            if process.poll() is None:
                process.kill()
                process.communicate()
