"""Changes seen from outside, none lost, whoever made them and however fast."""

import os
import random

import pytest

from multipath import Control, EventKind, Host, Map, MultipathTable
from multipath.dm.events import DeviceChangeKind, DeviceEvents
from multipath.maps.watch import Watch

from .conftest import UUID
from .oracle import dmsetup

pytestmark = pytest.mark.kernel


class TestDeviceEvents:
    def test_begin_with_what_is_there(self, dm: Control) -> None:
        """The first look reports each device as added, the next one nothing."""
        dm.create("first")
        with DeviceEvents(dm) as events:
            assert [(change.kind, change.entry.name) for change in events.changes()] == [
                (DeviceChangeKind.ADDED, "first")
            ]
            assert events.changes() == []

    def test_report_what_dmsetup_does(self, dm: Control) -> None:
        """Added, renamed, an event, removed: each wakes the file and is told once."""
        with DeviceEvents(dm) as events:
            assert events.changes() == []
            seen = []
            for words in (
                ("create", "seen", "--table", "0 8 zero"),
                ("rename", "seen", "known"),
                ("remove", "known"),
            ):
                dmsetup(*words)
                assert events.poll(10)
                seen += [change.kind for change in events.changes()]

        assert seen == [DeviceChangeKind.ADDED, DeviceChangeKind.RENAMED, DeviceChangeKind.REMOVED]

    def test_tell_a_device_from_its_successor(self, dm: Control) -> None:
        """A device that was removed and made again under its number is both removed and added."""
        dm.create("again", uuid="TEST-one", minor=9)
        with DeviceEvents(dm) as events:
            events.changes()
            dm.remove("again")
            dm.create("again", uuid="TEST-two", minor=9)

            kinds = [(change.kind, change.entry.uuid) for change in events.changes()]

        assert kinds == [(DeviceChangeKind.REMOVED, "TEST-one"), (DeviceChangeKind.ADDED, "TEST-two")]


class TestAWatchUnderAStorm:
    @pytest.mark.slow
    def test_counts_every_failure_that_the_kernel_counts(self, host: Host, mpath: Map, paths: list[str]) -> None:
        """Another process fails and reinstates paths at random; the events add up to the kernel's fail counts."""
        watch = Watch(host.control)
        watch.round()
        storm = os.fork()
        if storm == 0:
            rng = random.Random(20040719)
            with Host(control=Control()) as other:
                victim = other.map(UUID)
                for _ in range(300):
                    path = rng.choice(paths)
                    victim.fail_path(path) if rng.random() < 0.5 else victim.reinstate_path(path)
            os._exit(0)

        events = []
        while os.waitpid(storm, os.WNOHANG) == (0, 0):
            watch.control.poll(0.05)
            events += watch.round()
        events += watch.round()
        watch.control.close()

        failures = dict.fromkeys(paths, 0)
        down: set[str] = set()
        for event in events:
            if event.kind is EventKind.PATH_FAILED:
                failures[event.path] += 1
                assert event.path not in down
                down.add(event.path)
            elif event.kind is EventKind.PATH_REINSTATED:
                down.remove(event.path)
        assert failures == {path.device: path.fail_count for path in mpath.status().paths}
        assert down == mpath.status().failed_paths
        assert sum(failures.values()) > 50

    def test_sees_a_reload_by_others(self, host: Host, mpath: Map, paths: list[str]) -> None:
        """A table that dmsetup swaps raises no event of the map, and is seen all the same."""
        watch = Watch(host.control)
        watch.round()
        size = mpath.snapshot.size

        dmsetup("load", "mpatha", "--table", f"0 {size} multipath {MultipathTable.build([paths])}")
        dmsetup("resume", "--noflush", "mpatha")

        assert watch.control.poll(10)
        assert [event.kind for event in watch.round()] == [EventKind.RELOADED]
        watch.control.close()
