"""What happened between two collections."""

from multipath.frontends.metrics.event_families import EVENTS, FAMILIES, MAP_EVENTS, EventCounts
from multipath.frontends.metrics.family import Readings
from multipath.maps.event import EventKind
from multipath.maps.snapshot import MapSnapshot
from tests.unit.frontends.cli.snapshots import ONE_GROUP, snapshot

from .series import series

FLAPPED = snapshot((ONE_GROUP[0], ONE_GROUP[1].replace("8:16 F 3", "8:16 F 5")))
QUIET = snapshot((ONE_GROUP[0].replace("1 queue_if_no_path", "0"), ONE_GROUP[1]))


def counted(*collections: list[MapSnapshot]) -> Readings:
    """Return the counts after these collections."""
    counts, readings = EventCounts(), Readings(FAMILIES)
    for each in collections:
        counts.take(each)
    counts.add_to(readings)
    return readings


class TestCounts:
    def test_begin_at_zero_for_every_kind(self) -> None:
        """A rate needs a beginning, and what was there before is no event."""
        found = counted([snapshot()], [snapshot()])

        assert series(found, EVENTS) == {(kind.value,): 0 for kind in EventKind if kind is not EventKind.PRESENT}
        assert set(series(found, MAP_EVENTS).values()) == {0}

    def test_are_none_of_one_collection(self) -> None:
        """Whoever collects but once would count 0 for ever."""
        assert [*counted([snapshot()])] == []

    def test_have_every_failure_and_return_in_between(self) -> None:
        """Two failures more, so it came back twice, though it has failed before and after."""
        found = counted([snapshot()], [FLAPPED])

        assert series(found, EVENTS)["path_failed",] == 2
        assert series(found, EVENTS)["path_reinstated",] == 2
        assert series(found, MAP_EVENTS)["mpatha", "path_failed"] == 2

    def test_add_up(self) -> None:
        """Over collections."""
        assert series(counted([snapshot()], [QUIET], [snapshot()]), MAP_EVENTS)["mpatha", "queueing"] == 2

    def test_of_a_map_go_with_it(self) -> None:
        """Hosts make and remove maps all day; those of the host stay."""
        found = counted([snapshot()], [FLAPPED], [])

        assert series(found, MAP_EVENTS) == {}
        assert series(found, EVENTS)["path_failed",] == 2
        assert series(found, EVENTS)["removed",] == 1
        assert series(counted([snapshot()], [FLAPPED], [], [FLAPPED]), MAP_EVENTS)["mpatha", "path_failed"] == 0
