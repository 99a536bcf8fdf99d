"""
How long does an event take from the kernel to a Python program?

Ours is a running `Monitor`: a path is failed by a message, and the time runs until the program's thread has the event
``path_failed``, with the map, the path and the fail count. The peer is what scripts do: ``dmsetup wait`` of the map,
which tells that something happened, and not what; its process is started in the time that is taken, as it is for each
event. multipathd sleeps for a second between two rounds of events.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Final

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Configuration, Control, Host, Map, Monitor
from multipath.maps.monitor_thread import MonitorThread

from .contest import Contest
from .maps import made_maps

_MAPS: Final = 100
_ROUNDS: Final = 20
_DMSETUP: Final = shutil.which("dmsetup") or "dmsetup"


class Watched:
    """A path of a map that a monitor watches."""

    def __init__(self, found: Map, events: MonitorThread) -> None:
        self._map, self._events = found, events
        self._path = found.status().paths[0].device

    def mend(self) -> None:
        """Use the path again, and let the monitor have told all."""
        self._map.reinstate_path(self._path)
        while self._events.get(timeout=0.2) is not None:
            pass

    def told(self) -> None:
        """Fail the path, and wait until the monitor tells it."""
        self._map.fail_path(self._path)
        event = next(self._events)
        while event.kind != "path_failed":
            event = next(self._events)
        assert event.path == self._path

    def waited(self) -> None:
        """Fail the path, and wait until ``dmsetup wait`` returns."""
        words = [_DMSETUP, "wait", self._map.name, str(self._map.info().event_nr)]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL) as waiting:
            self._map.fail_path(self._path)
            assert waiting.wait(10) == 0
        self._map.reinstate_path(self._path)


@pytest.fixture
def watched(control: Control) -> Iterator[Watched]:
    """One of a hundred maps."""
    with ExitStack() as stack:
        stack.enter_context(made_maps(control, _MAPS))
        host = stack.enter_context(Host(control=control))
        events = stack.enter_context(Monitor(host, config=Configuration(), act=False).blocking())
        yield Watched(host.maps()[_MAPS // 2], events)


def test_event_of_one_map_of_a_hundred(watched: Watched, benchmark: BenchmarkFixture) -> None:
    """A path of one map fails; the other maps are as they were."""
    watched.mend()
    watched.told()
    watched.mend()
    watched.waited()

    contest = Contest(f"a path of one of {_MAPS} maps fails", "`dmsetup wait`", rounds=_ROUNDS, limit=0.005)
    contest.hold(benchmark, watched.told, watched.waited, watched.mend)
