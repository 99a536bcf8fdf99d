"""
Reservations of a namespace: two hosts contend for it, and nvme-cli sees what the library did.

The paths of the map are controllers of one host; the other host is another controller in the same guest, with a name
and an identifier of its own.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from multipath import Host, MultipathTable, errors
from multipath.lab import guest
from multipath.lab.backends.nvme_tcp import SUBSYSTEM
from multipath.maps.reservations import Reservations
from multipath.wire.reservation import ReservationType

pytestmark = pytest.mark.kernel(
    backend="nvme_tcp", paths=2, stock=True, on="newest", packages=("nvme-cli",), timeout=600
)
OURS, THEIRS = 0xA11CE, 0xB0B
WERO: Final = ReservationType.WRITE_EXCLUSIVE_REGISTRANTS_ONLY
NVME_WERO: Final = 3


def nvme(*words: str) -> tuple[int, str]:
    """Run nvme-cli, and return its exit status and what it printed."""
    done = subprocess.run(["nvme", *words], check=False, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def report(node: str) -> dict[str, Any]:
    """Return what nvme-cli reads of the reservations."""
    code, text = nvme("resv-report", f"/dev/{node}", "--eds", "--output-format=json")
    assert code == 0, text
    return dict(json.loads(text))


def keys(node: str) -> set[int]:
    """Return the registered keys, as nvme-cli prints them."""
    found = report(node)
    return {int(each["rkey"]) for each in found.get("regctlext", found.get("regctl", []))}


def write(node: str) -> bool:
    """Whether one block can be written past the cache."""
    command = ["dd", "if=/dev/zero", f"of={node}", "bs=4096", "count=1", "oflag=direct"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
def other() -> Iterator[str]:
    """Give the namespace as another host has it."""
    before = set(os.listdir("/sys/block"))
    words = (
        f"transport=tcp,traddr=127.0.0.2,trsvcid=4420,nqn={SUBSYSTEM},hostnqn=nqn.2026-11.lab.multipath:other,"
        "hostid=6c616200-0000-4000-8000-000000000002"
    )
    fd = os.open("/dev/nvme-fabrics", os.O_RDWR)
    try:
        os.write(fd, words.encode())
        instance = dict(part.split("=") for part in os.read(fd, 256).decode().strip().split(","))["instance"]
    finally:
        os.close(fd)
    subprocess.run(["udevadm", "settle"], check=False)
    (disk,) = set(os.listdir("/sys/block")) - before
    yield disk
    Path(f"/sys/class/nvme/nvme{instance}/delete_controller").write_text("1")


@pytest.fixture(params=["commands", "ioctl"])
def pr(request: pytest.FixtureRequest, host: Host) -> Iterator[Reservations]:
    """Give the reservations of the unit, of which nothing is left in the end."""
    created = host.create("mpatha", MultipathTable.build([guest.luns()[0]]), uuid="mpath-pr")
    found = host.reservations(created.name, through=request.param)
    yield found
    found.register(OURS, ignore=True)
    found.clear(OURS)
    created.remove()


class TestANamespace:
    def test_is_reserved_released_and_forgotten(self, pr: Reservations) -> None:
        """A host is registered once, whatever its paths are."""
        node = guest.luns()[0][0]
        result = pr.register(OURS)
        registered = keys(node)
        pr.register(OURS + 1, current=OURS)
        changed = keys(node)
        pr.reserve(WERO, OURS + 1)
        kind, held = report(node)["rtype"], pr.reservation()
        pr.release(WERO, OURS + 1)
        released = report(node)["rtype"]
        pr.unregister(OURS + 1)

        assert sorted(str(each.outcome) for each in result.paths) == ["covered", "done"]
        assert (registered, changed, keys(node)) == ({OURS}, {OURS + 1}, set())
        assert (kind, held.key, held.type, released) == (NVME_WERO, OURS + 1, WERO, 0)
        assert WERO in pr.capabilities().types

    def test_is_fenced_by_the_host_that_preempts(self, pr: Reservations, other: str) -> None:
        """The other one holds it, and is sent away; it can write no more."""
        assert nvme("resv-register", f"/dev/{other}", f"--nrkey={THEIRS:#x}", "--rrega=0")[0] == 0
        assert (
            nvme("resv-acquire", f"/dev/{other}", f"--crkey={THEIRS:#x}", f"--rtype={NVME_WERO}", "--racqa=0")[0] == 0
        )
        with pytest.raises(errors.ReservationConflict):
            pr.reserve(WERO, OURS)
        fenced = write("/dev/mapper/mpatha")
        pr.register(OURS)

        pr.preempt(THEIRS, WERO, OURS, abort=True)

        assert keys(guest.luns()[0][0]) == {OURS}
        assert pr.reservation().key == OURS
        assert (fenced, write("/dev/mapper/mpatha"), write(f"/dev/{other}")) == (False, True, False)
        assert {each.initiator for each in pr.full_status().registrants} == {"6c616200000040008000000000000001"}
