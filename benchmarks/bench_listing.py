"""
How much faster are all maps of a host read than by running dmsetup?

The peer is what programs do today: ``dmsetup table`` and ``dmsetup status`` as two processes, and their output split
into lines and words. Two processes can disagree about a map that changes in between; `Host.maps` cannot. Its lines are
what dmsetup gives; what it takes to have them typed as well, which dmsetup does not do, is shown beside.
"""

import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Control, Host, Map

from .contest import Contest
from .maps import made_maps

_MAPS: Final = 100
_ROUNDS: Final = 60
_DMSETUP: Final = shutil.which("dmsetup") or "dmsetup"  # looked up once, which is the peer's gain
_PEER: Final = "`dmsetup table` and `dmsetup status`"

Lines = dict[str, list[str]]


@pytest.fixture
def host(control: Control) -> Iterator[Host]:
    """A host of a hundred maps."""
    with made_maps(control, _MAPS), Host(control=control) as host:
        yield host


def test_list_of_all_maps(host: Host, benchmark: BenchmarkFixture) -> None:
    """List, table and status of a hundred maps, as the kernel's text."""
    maps, (tables, statuses) = host.maps(), _dmsetup()
    assert len(tables) == _MAPS
    assert {m.name: str(m.snapshot.table_line).split() for m in maps} == tables
    assert {m.name: str(m.snapshot.status_line).split() for m in maps} == statuses

    contest = Contest(f"`Host.maps` of {_MAPS} maps, tables and statuses as text", _PEER, rounds=_ROUNDS, figure=5)
    contest.hold(benchmark, host.maps, _dmsetup)


def test_typed_list_of_all_maps(host: Host, benchmark: BenchmarkFixture) -> None:
    """The same, with every table and status parsed."""
    maps, (tables, statuses) = host.maps(), _dmsetup()
    assert {m.name: str(m.snapshot.table).split() for m in maps} == {n: words[3:] for n, words in tables.items()}
    assert {m.name: str(m.snapshot.status).split() for m in maps} == {n: words[3:] for n, words in statuses.items()}

    contest = Contest("the same, and every table and status typed", _PEER, rounds=_ROUNDS)
    contest.hold(benchmark, lambda: _typed(host.maps()), _dmsetup)


def _typed(maps: list[Map]) -> None:
    """Have every table and status parsed; a snapshot does so when it is first asked."""
    for m in maps:
        _ = m.snapshot.table, m.snapshot.status


def _dmsetup() -> tuple[Lines, Lines]:
    return _lines("table"), _lines("status")


def _lines(verb: str) -> Lines:
    output = subprocess.run([_DMSETUP, verb], stdout=subprocess.PIPE, check=True, text=True).stdout
    named = (line.partition(": ") for line in output.splitlines())
    return {name: words.split() for name, _, words in named}
