"""Emulated SCSI hosts, and what only hardware does: it is pulled out, and it stops to answer."""

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from multipath import Control, Host, Map, MultipathTable
from multipath.lab import guest, hba
from multipath.lab.disk import DirectDisk
from multipath.lab.faults import injected

pytestmark = pytest.mark.kernel(stock=True, on="6.1", backend="two_hbas", paths=2)

PATIENCE = 30.0


def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def in_flight(name: str) -> int:
    """Return how many I/Os a path has been given and has not ended."""
    return sum(map(int, Path(f"/sys/block/{name}/inflight").read_text().split()))


def sizes() -> list[int]:
    """Return how large the kernel holds the unit to be through each path, in sectors."""
    return [int(Path(f"/sys/block/{name}/size").read_text()) for name in guest.luns()[0]]


@pytest.fixture
def mpath() -> Iterator[Map]:
    """Give a map whose first group is the first path."""
    with Control() as dm, Host(control=dm) as host:
        created = host.create("mpatha", MultipathTable.build([[f"/dev/{name}"] for name in guest.luns()[0]]))
        yield created
        created.remove()


class TestTwoHosts:
    def test_show_one_unit(self) -> None:
        """The library sees two paths with one identifier, and one store behind them."""
        (names,) = guest.luns()
        with Host() as host:
            assert len({path.designator for path in host.paths()}) == 1
        with DirectDisk(f"/dev/{names[0]}") as disk:
            disk.write(0, b"seen from everywhere".ljust(4096))
        with DirectDisk(f"/dev/{names[1]}") as disk:
            assert disk.read(0, 4096)[:20] == b"seen from everywhere"

    def test_tell_of_another_size(self) -> None:
        """Both say so by themselves, as such hosts do, and again when the size is what it was."""
        before = sizes()

        with injected("resize", guest.luns()[0][0]):
            until(lambda: sizes() == [size * 2 for size in before])

        until(lambda: sizes() == before)


class TestAHostThatIsPulled:
    def test_takes_its_path_along_and_the_map_goes_on(self, mpath: Map) -> None:
        """The next read fails the path and takes the other; what is plugged in again has a number of its own."""
        victim, other = guest.luns()[0]
        number = hba.number_of(victim)

        with injected("hba_pulled", victim), DirectDisk(f"/dev/mapper/{mpath.name}") as disk:
            assert guest.luns() == [[other]]
            assert len(disk.read(0, 4096)) == 4096
            assert len(mpath.status().failed_paths) == 1

        assert len(hba.paths_of(number)) == 1
        assert sorted(guest.luns()[0]) == sorted([other, *hba.paths_of(number)])


@pytest.mark.kernel(stock=True, on="6.1", backend="nvme_pci", paths=2)
class TestAnNvmeController:
    def test_is_one_of_two_that_show_one_namespace(self) -> None:
        """What is written through one is read through the other."""
        (names,) = guest.luns()
        assert [re.sub(r"\d+", "N", name) for name in names] == ["nvmeNnN"] * 2
        with DirectDisk(f"/dev/{names[0]}") as disk:
            disk.write(0, b"seen from everywhere".ljust(4096))
        with DirectDisk(f"/dev/{names[1]}") as disk:
            assert disk.read(0, 4096)[:20] == b"seen from everywhere"

    def test_is_pulled_and_plugged_in_again(self) -> None:
        """Its path goes with it and comes back; the other stays."""
        victim, other = guest.luns()[0]
        number = hba.number_of(victim)

        with injected("hba_pulled", victim):
            assert guest.luns() == [[other]]

        assert len(hba.paths_of(number)) == 1
        assert other in guest.luns()[0]
        assert len(guest.luns()[0]) == 2


class TestAUnitThatStopsToAnswer:
    def test_holds_what_was_sent_until_it_answers_again(self) -> None:
        """The other path is not touched; the read that waited ends well."""
        victim, other = guest.luns()[0]
        with injected("throttled", victim):
            if (child := os.fork()) == 0:
                with DirectDisk(f"/dev/{victim}") as disk:
                    os._exit(0 if all(len(disk.read(block * 4096, 4096)) == 4096 for block in range(8)) else 1)
            until(lambda: in_flight(victim) > 0)
            with DirectDisk(f"/dev/{other}") as disk:
                assert len(disk.read(0, 4096)) == 4096
            assert in_flight(victim) > 0

        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
