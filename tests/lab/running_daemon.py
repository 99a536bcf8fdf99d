"""multipathd of a release, running in this guest: with its configuration, and without a trace once it is over."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from multipath import Host, errors
from multipath.lab import multipath_tools
from multipath.multipathd.client import Multipathd

CONF: Final = Path("/etc/multipath.conf")
STATE: Final = Path("/etc/multipath")
PLUGINS: Final = Path("/usr/lib/multipath")
PATIENCE: Final = 60.0  # seconds


class RunningDaemon:
    """
    The process, and the words that ask it in multipath-tools' own way.

    Args:
        release: Which.
        text: Its multipath.conf.
    """

    def __init__(self, release: str, text: str) -> None:
        CONF.write_text(text)
        STATE.mkdir(exist_ok=True)
        PLUGINS.unlink(missing_ok=True)
        tree = multipath_tools.tree(release)
        PLUGINS.symlink_to(next(path for path in sorted(tree.rglob("multipath")) if list(path.glob("libchecktur.so"))))
        self._words = multipath_tools.program(release, "multipathd", at=tree)
        self.process = subprocess.Popen([*self._words, "-d"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def said(self, *words: str) -> str:
        """Return what its own client prints."""
        done = subprocess.run([*self._words, *words], check=False, capture_output=True, text=True, timeout=PATIENCE)
        return done.stdout

    def stop(self) -> None:
        """End it, and remove its maps and its files."""
        self.process.terminate()
        self.process.wait(PATIENCE)
        subprocess.run(["udevadm", "settle"], check=True)
        with Host() as host:
            for found in host.maps():
                found.remove(timeout=PATIENCE)
        CONF.unlink()
        shutil.rmtree(STATE)


def until(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Ask until it is so; a daemon that is busy is asked again."""
    end = time.monotonic() + seconds
    while not _is_so(what):
        assert time.monotonic() < end, "it did not come to be"


def _is_so(what: Callable[[], bool]) -> bool:
    try:
        return what()
    except errors.DaemonBusy:
        return False


@contextmanager
def running(release: str, text: str, paths: int = 4) -> Iterator[tuple[RunningDaemon, Multipathd]]:
    """Have one for the time of a ``with``: with a client, and all paths checked and found well."""
    daemon = RunningDaemon(release, text)
    try:
        with Multipathd(timeout=2 * PATIENCE) as client:
            until(lambda: _answers(daemon, client))
            _settle(client, paths)
            yield daemon, client
    finally:
        daemon.stop()


def _answers(daemon: RunningDaemon, client: Multipathd) -> bool:
    assert daemon.process.poll() is None
    try:
        return client.daemon().state == "idle"
    except errors.DaemonMissing:
        return False


def _settle(client: Multipathd, paths: int) -> None:
    """Wait until every path was found well, every map was seen by udev, and the daemon knows that."""
    until(lambda: [path.checker_state for path in client.paths() if path.dm_state == "active"] == ["ready"] * paths)
    for name in {path.map for path in client.paths() if path.map}:
        until(lambda name=name: _was_seen(client, name))  # type: ignore[misc]
    subprocess.run(["udevadm", "settle"], check=True)
    until(lambda: not client.status().busy)


def _was_seen(client: Multipathd, name: str) -> bool:
    subprocess.run(["udevadm", "settle"], check=True)
    try:
        client.unset_marginal_paths(name)  # no path is; this is refused while udev's event is waited for
    except errors.DaemonRefused:
        return False
    return True
