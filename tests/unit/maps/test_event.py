"""What happened to multipath maps between two snapshots."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.dm.device import DeviceInfo, DmFlag
from multipath.dm.target import Target
from multipath.maps.event import Event, EventKind, changes, compare
from multipath.maps.snapshot import MapSnapshot
from multipath.units import DevT, Sectors, devt

DEVICES = ("8:0", "8:16", "8:32", "8:48")


@dataclass
class Model:
    """A map as the kernel keeps it: two groups of two paths, which fail and come back."""

    active: list[bool] = field(default_factory=lambda: [True] * 4)
    fail_count: list[int] = field(default_factory=lambda: [0] * 4)
    features: str = "1 queue_if_no_path"
    states: str = "AE"
    current: int = 1
    flags: int = DmFlag.ACTIVE_PRESENT
    name: str = "mpatha"
    uuid: str = "mpath-3600"
    number: DevT = field(default_factory=lambda: devt(253, 0))
    size: int = 2048

    def fail(self, path: int) -> bool:
        """Fail a path; tell whether it was active, for only then the kernel counts it."""
        was, self.active[path] = self.active[path], False
        self.fail_count[path] += was
        return was

    def reinstate(self, path: int) -> bool:
        """Reinstate a path; tell whether it had failed."""
        was, self.active[path] = self.active[path], True
        return not was

    def reload(self) -> None:
        """Begin anew, as every reload does."""
        self.active, self.fail_count = [True] * 4, [0] * 4

    def snapshot(self) -> MapSnapshot:
        """Return what the kernel prints now."""
        table = f"{self.features} 0 2 1"
        status = f"2 0 0 0 2 {self.current}"
        for group in (0, 1):
            table += " service-time 0 2 1"
            status += f" {self.states[group]} 0 2 1"
            for index in (2 * group, 2 * group + 1):
                table += f" {DEVICES[index]} 1"
                status += f" {DEVICES[index]} {'FA'[self.active[index]]} {self.fail_count[index]} 0"
        info = DeviceInfo(self.name, self.uuid, self.number, 0, 7, 1, self.flags)
        length = Sectors(self.size)
        lines = (Target(Sectors(0), length, "multipath", text) for text in (table, status))
        return MapSnapshot(info, *lines)


def kinds(before: MapSnapshot, now: MapSnapshot) -> list[str]:
    """Return what happened, in order."""
    return [event.kind.value for event in changes(before, now)]


STEPS = st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=60)


class TestPathsThatFlap:
    @given(STEPS, STEPS)
    def test_are_rebuilt_exactly(self, earlier: list[tuple[bool, int]], steps: list[tuple[bool, int]]) -> None:
        """However often paths failed and came back between two snapshots, each time gives one event."""
        model = Model()
        for fails, path in earlier:
            model.fail(path) if fails else model.reinstate(path)
        before, happened = model.snapshot(), []
        for fails, path in steps:
            if model.fail(path) if fails else model.reinstate(path):
                happened.append((DEVICES[path], "path_failed" if fails else "path_reinstated"))

        rebuilt = [(event.path, event.kind.value) for event in changes(before, model.snapshot())]

        assert sorted(rebuilt, key=lambda pair: pair[0]) == sorted(happened, key=lambda pair: pair[0])

    @given(STEPS)
    def test_say_how_often_they_failed(self, steps: list[tuple[bool, int]]) -> None:
        """The last event of a path has the kernel's own count."""
        model = Model()
        before = model.snapshot()
        for fails, path in steps:
            model.fail(path) if fails else model.reinstate(path)

        last = {event.path: event.detail for event in changes(before, model.snapshot())}

        for device, detail in last.items():
            assert detail.startswith(f"fail count {model.fail_count[DEVICES.index(device)]}, ")

    def test_name_their_group_and_what_is_left(self) -> None:
        """Which group, and how many paths the map has now."""
        model = Model()
        before = model.snapshot()
        model.fail(2)

        (event,) = changes(before, model.snapshot())

        assert (event.path, event.group, event.name, event.event_nr) == ("8:32", 2, "mpatha", 7)
        assert str(event) == "mpatha: path failed 8:32 (fail count 1, 3 of 4 paths active)"


class TestAReload:
    @given(STEPS, STEPS)
    def test_is_seen_or_leaves_counts_that_could_have_been(
        self, earlier: list[tuple[bool, int]], later: list[tuple[bool, int]]
    ) -> None:
        """It sets every count back; what the kernel shows then is never told as failures that it did not count."""
        model = Model()
        for fails, path in earlier:
            model.fail(path) if fails else model.reinstate(path)
        before = model.snapshot()
        model.reload()
        for fails, path in later:
            model.fail(path) if fails else model.reinstate(path)

        for event in changes(before, model.snapshot()):
            assert event.kind is EventKind.RELOADED or event.detail.startswith(
                tuple(f"fail count {count}," for count in range(model.fail_count[DEVICES.index(event.path)] + 1))
            )

    def test_is_seen_when_a_path_failed_again_after_it(self) -> None:
        """One failure before and one after leave the count the same: the path was active, so it began anew."""
        model = Model()
        model.fail(0)
        model.reinstate(0)
        before = model.snapshot()

        model.reload()
        model.fail(0)

        assert kinds(before, model.snapshot()) == ["reloaded"]

    @pytest.mark.parametrize("change", [{"size": 4096}, {"features": "3 queue_if_no_path queue_mode bio"}])
    def test_is_seen_by_what_it_changes(self, change: dict[str, object]) -> None:
        """Another size or another way of queueing."""
        now = replace(Model(), **change).snapshot()  # type: ignore[arg-type]

        assert kinds(Model().snapshot(), now) == ["reloaded"]

    def test_between_table_and_status_does_no_harm(self) -> None:
        """A status with other paths than the table's, as a swap between two reads leaves it, is a reload twice."""
        whole = Model().snapshot()
        half = replace(whole, status_line=replace(whole.status_line, params="2 0 0 0 1 1 A 0 1 1 8:0 A 0 0"))

        assert (kinds(whole, half), kinds(half, whole)) == (["reloaded"], ["reloaded"])


class TestAMapThatChanges:
    @pytest.mark.parametrize(
        ("change", "happened"),
        [
            ({}, []),
            ({"name": "data"}, [("renamed", 0, "was mpatha")]),
            ({"flags": DmFlag.ACTIVE_PRESENT | DmFlag.SUSPEND}, [("suspended", 0, "")]),
            ({"current": 2, "states": "EA"}, [("group_switched", 2, "from group 1")]),
            ({"states": "DE"}, [("group_disabled", 1, "")]),
            ({"states": "AD"}, [("group_disabled", 2, "")]),
            ({"features": "0"}, [("queueing", 0, "off")]),
            ({"features": "0", "flags": DmFlag.ACTIVE_PRESENT | DmFlag.SUSPEND}, [("suspended", 0, "")]),
        ],
    )
    def test_says_what_happened(self, change: dict[str, object], happened: list[tuple[str, int, str]]) -> None:
        """Each change is one event; a suspend that hides the queueing is no change of it."""
        found = changes(Model().snapshot(), replace(Model(), **change).snapshot())  # type: ignore[arg-type]

        assert [(event.kind.value, event.group, event.detail) for event in found] == happened

    @pytest.mark.parametrize(
        ("change", "back"),
        [
            ({"flags": DmFlag.ACTIVE_PRESENT | DmFlag.SUSPEND}, ["resumed"]),
            ({"states": "DE"}, ["group_enabled"]),
            ({"features": "0"}, ["queueing"]),
        ],
    )
    def test_says_when_it_is_as_it_was(self, change: dict[str, object], back: list[str]) -> None:
        """The way back has its own word."""
        assert kinds(replace(Model(), **change).snapshot(), Model().snapshot()) == back  # type: ignore[arg-type]

    def test_is_suspended_before_its_reload_and_resumed_after_it(self) -> None:
        """Events come in the order in which the kernel does these things."""
        suspended = replace(Model(), flags=DmFlag.ACTIVE_PRESENT | DmFlag.SUSPEND, size=4096)

        assert kinds(Model().snapshot(), suspended.snapshot()) == ["suspended", "reloaded"]
        assert kinds(suspended.snapshot(), Model().snapshot()) == ["reloaded", "resumed"]


class TestAllMaps:
    def events(self, before: list[Model], now: list[Model]) -> list[str]:
        """Return what happened between two reads of all maps, as text."""
        first, second = ({model.number: model.snapshot() for model in models} for models in (before, now))
        return [f"{event.kind} {event.name}" for event in compare(first, second)]

    def test_may_come_and_go(self) -> None:
        """What went away is told first, for its name may be taken again at once."""
        later = Model(uuid="mpath-3601", number=devt(253, 1))

        assert self.events([Model()], [later]) == ["removed mpatha", "added mpatha"]

    def test_are_told_by_their_uuid(self) -> None:
        """A number that another map has by now is not a rename."""
        assert self.events([Model()], [Model(uuid="mpath-3601", name="data")]) == ["removed mpatha", "added data"]

    def test_say_how_many_paths_they_come_with(self) -> None:
        """An added map has its paths in its event."""
        model = Model()
        model.fail(1)

        (event,) = compare({}, {model.number: model.snapshot()})

        assert event == Event(EventKind.ADDED, model.snapshot(), detail="3 of 4 paths active")
