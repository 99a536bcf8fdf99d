"""A resize as a whole on the real kernel: nobody has scanned the paths; dmsetup and blockdev say what came of it."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host, Map, MultipathTable, RoleKind, errors
from multipath.lab.faults import injected
from multipath.lab.lio import STORES

from .oracle import dmsetup

VIRTUAL_GB = Path("/sys/bus/pseudo/drivers/scsi_debug/virtual_gb")
GIB = 1 << 30


@pytest.fixture
def grown(host: Host) -> Iterator[None]:
    """Let the unit have a whole GiB; no path knows of it."""
    VIRTUAL_GB.write_text("1\n")
    yield
    VIRTUAL_GB.write_text("0\n")
    for path in host.paths():
        Path(f"/sys/block/{path.name}/device/rescan").write_text("1\n")


def bytes_of(node: str) -> int:
    """Return the size of a device as its users see it."""
    answer = subprocess.run(["blockdev", "--getsize64", node], check=True, capture_output=True, text=True)
    return int(answer.stdout)


@pytest.mark.kernel
class TestAUnitThatGrew:
    def test_is_scanned_and_its_map_follows(self, host: Host, mpath: Map, grown: None) -> None:
        """Who has the map open sees the new end; the table is the same but for its length."""
        line = dmsetup("table", "mpatha").split()
        with open("/dev/mapper/mpatha", "rb") as opened:
            assert mpath.resize(timeout=60) == GIB // 512

            assert opened.seek(0, os.SEEK_END) == GIB
        assert dmsetup("table", "mpatha").split() == ["0", str(GIB // 512), *line[2:]]
        assert {bytes_of(f"/dev/{path.name}") for path in host.paths()} == {bytes_of("/dev/mapper/mpatha")} == {GIB}

    def test_is_left_alone_the_second_time(self, mpath: Map, grown: None) -> None:
        """No table is loaded, and nobody's I/O waits."""
        mpath.resize(timeout=60)
        before = mpath.read()

        mpath.resize(timeout=60)

        assert mpath.read() == before

    def test_keeps_its_size_while_a_path_is_silent(self, host: Host, mpath: Map, grown: None) -> None:
        """It is found out in the time that was given, not in the kernel's."""
        silent = host.paths()[2]
        size = mpath.read().size
        with injected("held", silent.name):
            begun = time.monotonic()
            with pytest.raises(errors.PathsDiffer, match="not every path is up") as refused:
                mpath.resize(timeout=3)
            took = time.monotonic() - begun

        (told,) = [line for line in refused.value.evidence if not line.endswith(": up")]
        assert told.startswith(f"{silent}: timeout, no answer")
        assert took < 30
        assert mpath.read().size == size


@pytest.mark.kernel
class TestTheCommandLine:
    def test_resizes_and_waits(self, host: Host, mpath: Map, grown: None) -> None:
        """As a script does it."""
        command = [sys.executable, "-m", "multipath.frontends.cli.main"]
        done = subprocess.run(
            [*command, "resize", "mpatha", "--size", "1GiB"], check=False, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("mpatha: 1 GiB, was ")

        ready = [*command, "wait", "mpatha", "--paths", "4", "--usable", "--read-write", "--timeout", "60"]
        assert subprocess.run(ready, check=False).returncode == 0
        missing = subprocess.run(
            [*command, "wait", "none", "--timeout", "0"], check=False, capture_output=True, text=True
        )
        assert missing.returncode == 6


@pytest.mark.kernel(backend="nvme_tcp", paths=2, stock=True, timeout=300)
class TestANamespaceThatGrew:
    def test_is_scanned_and_its_map_follows(self) -> None:
        """The kernel scans controllers by and by; the size that they say is waited for."""
        with Host() as host:
            names = [path.name for path in host.paths()]
            mpath = host.create("mpathn", MultipathTable.build([names]))
            before = mpath.snapshot.size
            with open(f"{STORES}/0", "r+b") as store:
                store.truncate(2 * before * 512)

            assert mpath.resize(timeout=60) == 2 * before

            assert dmsetup("table", "mpathn").split()[:2] == ["0", str(2 * before)]
            assert mpath.wait(usable=True, timeout=60).size == 2 * before
            assert {host.classify(name).kind for name in names} == {RoleKind.MEMBER}
            mpath.remove()
