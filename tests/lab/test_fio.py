"""A second opinion: fio writes and verifies, while paths of its map break and heal."""

import subprocess
import time
from pathlib import Path

import pytest

from multipath import Control, Host, MultipathTable
from multipath.lab import guest
from multipath.lab.faults import injected

NAME = "second"
WORDS = (
    "--name=opinion", f"--filename=/dev/mapper/{NAME}", "--rw=randwrite", "--bs=4k", "--direct=1", "--size=8M",
    "--ioengine=psync", "--thread", "--numjobs=1", "--rate_iops=500", "--verify=crc32c", "--verify_fatal=1",
    "--do_verify=1",
)  # fmt: skip
ENOUGH = 100  # I/Os in each phase


@pytest.mark.slow
@pytest.mark.kernel(backend="tcm_loop", packages=("fio",), timeout=120)
class TestAnotherProgramThatVerifies:
    def test_finds_no_wrong_byte_either(self) -> None:
        """Each path in its turn is lost in another way, and comes back."""
        names = guest.luns()[0]
        with Control() as dm, Host(control=dm) as host:
            nodes = [f"/dev/{name}" for name in names]
            mpath = host.create(NAME, MultipathTable.build([nodes[:2], nodes[2:]]), uuid="mpath-lab-second")
            with subprocess.Popen(["fio", *WORDS], stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as fio:
                for fault, name in zip(("offline", "port_down", "alua_state", "offline"), names, strict=True):
                    with injected(fault, name):
                        more(mpath.devt, fio)
                    for path in mpath.status().failed_paths:
                        mpath.reinstate_path(path)
                    more(mpath.devt, fio)
                out, _ = fio.communicate()
            mpath.remove()

        assert fio.returncode == 0, out.decode()
        assert b"err= 0" in out


def more(device: int, fio: "subprocess.Popen[bytes]") -> None:
    """Wait until the map has done some more I/O; not all of it may be done by then."""
    stat = Path(f"/sys/dev/block/{device >> 8 & 0xFFF}:{device & 0xFF}/stat")
    done, deadline = ios(stat), time.monotonic() + 20
    while ios(stat) < done + ENOUGH:
        assert fio.poll() is None, "fio has ended"
        assert time.monotonic() < deadline, "no I/O"
        time.sleep(0.01)


def ios(stat: Path) -> int:
    """Return how many reads and writes a device has done."""
    words = stat.read_text().split()
    return int(words[0]) + int(words[4])
