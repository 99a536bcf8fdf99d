"""
How much faster are all maps of a host read than by running dmsetup?

The peer is what programs do today: ``dmsetup table`` and ``dmsetup status`` as two processes, and their output split
into lines and words. Two processes can disagree about a map that changes in between; `Host.maps` cannot.
"""

import shutil
import subprocess
from typing import Final

from multipath import Control, Host, Map

from .maps import made_maps
from .rounds import turn
from .survey import Survey, Task

_MAPS: Final = 100
_ROUNDS: Final = 60
_PEER: Final = "`dmsetup table` and `dmsetup status`"

Lines = dict[str, list[str]]


def test_list_of_all_maps(control: Control, survey: Survey) -> None:
    """List, table and status of a hundred maps."""
    dmsetup = shutil.which("dmsetup")
    assert dmsetup is not None
    with made_maps(control, _MAPS) as names, Host(control=control) as host:
        _assert_same(host.maps(), dmsetup, names)

        survey.compare(
            [
                Task(
                    f"`Host.maps` of {_MAPS} maps, all tables and statuses typed", turn(lambda: _typed(host.maps())), 5
                ),
                Task(f"`Host.maps` of {_MAPS} maps, tables and statuses left as text", turn(host.maps), 5),
            ],
            _PEER,
            turn(lambda: (_lines(dmsetup, "table"), _lines(dmsetup, "status"))),
            rounds=_ROUNDS,
        )


def _assert_same(maps: list[Map], dmsetup: str, names: list[str]) -> None:
    """Compare every word of every line, and what was typed with the text that it came from."""
    tables, statuses = _lines(dmsetup, "table"), _lines(dmsetup, "status")
    assert {m.name: str(m.snapshot.table_line).split() for m in maps} == tables
    assert {m.name: str(m.snapshot.status_line).split() for m in maps} == statuses
    assert sorted(tables) == names
    _typed(maps)
    for m in maps:
        assert str(m.snapshot.table).split() == tables[m.name][3:]
        assert str(m.snapshot.status).split() == statuses[m.name][3:]


def _typed(maps: list[Map]) -> None:
    """Have every table and status parsed; a snapshot does so when it is first asked."""
    for m in maps:
        _ = m.snapshot.table, m.snapshot.status


def _lines(dmsetup: str, verb: str) -> Lines:
    output = subprocess.run([dmsetup, verb], stdout=subprocess.PIPE, check=True, text=True).stdout
    named = (line.partition(": ") for line in output.splitlines())
    return {name: words.split() for name, _, words in named}
