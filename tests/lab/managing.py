"""``mpath run`` as a process in the guest, started as systemd starts it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from multipath import Host, errors
from multipath.frontends.manager.client import asked

CONFIGURATION = """\
defaults {
	find_multipaths off
	user_friendly_names no
	polling_interval 1
	max_polling_interval 2
	checker_timeout 3
}
overrides {
	path_checker tur
	detect_checker no
	detect_pgpolicy no
	no_path_retry 5
	skip_kpartx yes
	path_grouping_policy %s
}
blacklist {
	devnode "^(ram|loop|ubd|vd)"
}
"""
_MPATH = (sys.executable, "-m", "multipath.frontends.cli.main")
_DEADLINE = 40.0


def until(true: Callable[[], bool], what: str, deadline: float = _DEADLINE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + deadline
    while not true():
        assert time.monotonic() < end, f"in {deadline:g} s it did not come true that {what}"
        time.sleep(0.02)


class Manager:
    """
    One ``mpath run``, and all that it said.

    Args:
        folder: Of its lock, socket, files and log.
        options: More of its command line.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder, self._conf = folder, folder / "multipath.conf"
        if not self._conf.exists():
            self.configure("multibus")
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        address = f"\0mpath-test-{os.getpid()}-{id(self)}"
        self._notified.bind(address)
        (folder / "state").mkdir(exist_ok=True)
        words = ["run", "--folder", str(folder), "--state", str(folder / "state"), "--conf", str(self._conf), *options]
        environment = {**os.environ, "NOTIFY_SOCKET": f"@{address[1:]}", "WATCHDOG_USEC": "4000000"}
        with (folder / "log").open("ab") as log:
            self.process = subprocess.Popen([*_MPATH, *words], env=environment, stdout=log, stderr=log)

    def configure(self, policy: str) -> None:
        """Write its configuration."""
        self._conf.write_text(CONFIGURATION % policy)

    @property
    def log(self) -> str:
        """All that it said."""
        return (self.folder / "log").read_text()

    def wait_notified(self, word: str) -> None:
        """Wait until systemd is told something."""

        def told() -> bool:
            assert self.process.poll() is None, self.log
            with suppress(BlockingIOError):
                while data := self._notified.recv(4096):
                    if word in data.decode():
                        return True
            return False

        until(told, f"it notified {word}; its log:\n{self.log}")

    def ask(self, word: str) -> Any:
        """Return what it answers."""
        with asked(self.folder) as manager:
            return manager.ask(word)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        if os.uname().release.startswith("6.12."):
            _leave_fork(self.process.pid)
        self.process.kill()
        self.process.wait()
        self._notified.close()

    def stop(self) -> int:
        """End it as systemd does; return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_ended()

    def wait_ended(self) -> int:
        """Wait until it has ended by itself; return its exit code."""
        code = self.process.wait(_DEADLINE)
        self._notified.close()
        return code


def _leave_fork(manager: int) -> None:
    """
    Stop a manager, and who makes its workers, at a moment when neither is inside fork().

    Linux 6.12 for user mode panics when a process is killed there: exit_mmap() flushes the half-made copy, whose list
    of mappings ends with a mark that is none, and takes the mark for a pointer.
    """
    _stop(manager)
    for child in Path(f"/proc/{manager}/task/{manager}/children").read_text().split():
        with suppress(FileNotFoundError):  # a worker that has ended meanwhile
            if Path(f"/proc/{child}/comm").read_text() == "multipath-asks\n":
                _stop(int(child))


def _stop(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    state = Path(f"/proc/{pid}/stat")
    until(lambda: state.read_text().rpartition(") ")[2][0] in "TZ", f"process {pid} stopped")


@contextmanager
def managed(folder: Path, *options: str) -> Iterator[Manager]:
    """Give a manager that is ready; afterwards there is neither it nor a map."""
    manager = Manager(folder, *options)
    try:
        manager.wait_notified("READY=1")
        yield manager
    finally:
        if manager.process.poll() is None:
            manager.kill()
        _remove_maps()


def _remove_maps() -> None:
    def gone() -> bool:
        with Host() as host:
            for each in host.maps():
                with suppress(errors.DeviceBusy, errors.DeviceNotFound):
                    each.queue_if_no_path(False)
                    each.remove()
            return not host.maps()

    until(gone, "the maps were removed")
