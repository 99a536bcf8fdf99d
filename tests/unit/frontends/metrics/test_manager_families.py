"""What a manager answers, and what one of another version does."""

from typing import Any

import pytest

from multipath.frontends.metrics import manager_families as of
from multipath.frontends.metrics.family import Readings
from tests.unit.maps.monitored import Watched, in_world

from .series import series


def readings(status: dict[str, Any] | None) -> Readings:
    """Return what is told of an answer."""
    found = Readings(of.FAMILIES)
    of.add_manager(found, status)
    return found


def answered(**options: Any) -> dict[str, Any]:
    """Return what a monitor says that has had one path fail and come back."""

    async def story(watched: Watched) -> dict[str, Any]:
        await watched.until(lambda: watched.monitor.status().counts.get("checks", 0) > 4)
        watched.world.arrays[0].paths[0].break_cable()
        await watched.until(lambda: "fail_path" in watched.kinds())
        watched.world.arrays[0].paths[0].plug_cable()
        await watched.until(lambda: "reinstate_path" in watched.kinds())
        return watched.monitor.status().as_record()

    return in_world(story, arrays=(2,), **options)


class TestAManager:
    def test_is_told_with_its_maps_and_paths(self) -> None:
        """Its counters, and what its checkers say."""
        status = answered()
        found, (each,) = readings(status), status["maps"]

        assert series(found, of.RUNNING) == {(): 1}
        assert series(found, of.ACTING) == {(): 1}
        assert series(found, of.STATE) == {(each["name"], each["state"]): 1}
        assert series(found, of.CHECKER_STATE).keys() == {
            (each["name"], "1", "sda", "tur", "up"),
            (each["name"], "1", "sdb", "tur", "up"),
        }
        (faults,) = (family for family in of.FAMILIES if family.name == "multipath_map_path_faults_total")
        assert series(found, faults) == {(each["name"],): 1}

    def test_has_counted_what_it_told(self) -> None:
        """By the kind of change or decision."""
        found = series(readings(answered()), of.EVENTS)

        assert found["fail_path",] == found["reinstate_path",] == 1

    def test_that_does_not_run_is_told(self) -> None:
        """And nothing else."""
        found = readings(None)

        assert [(family.name, [*series]) for family, series in found] == [("multipath_manager_running", [({}, 0)])]

    @pytest.mark.parametrize(
        "status",
        [
            {},
            {"maps": [{}]},
            {"acting": "yes", "seconds": None, "counts": {"checks": "many"}, "maps": [{"paths": [{}]}]},
            {"maps": [{"name": "a", "max_stall": "5"}], "acting": True},
        ],
    )
    def test_of_another_version_is_told_as_far_as_it_is_known(self, status: dict[str, Any]) -> None:
        """A value that is not there, or is none, is a series that is not there."""
        found = readings(status)

        assert series(found, of.RUNNING) == {(): 1}
        assert all(isinstance(value, int | float) for _, each in found for _, value in each)
        assert of.budgets(status) == {}


class TestTheBudget:
    def test_is_that_of_the_keeper(self) -> None:
        """By the name of the map."""

        class Keeper:
            def __getattr__(self, name: str) -> Any:
                async def nothing(*_: object) -> str:
                    return ""

                return (lambda _: 5.0) if name == "budget" else nothing

        status = answered(keeper=Keeper())

        assert of.budgets(status) == {status["maps"][0]["name"]: 5.0}

    def test_is_none_where_nobody_keeps_it(self) -> None:
        """Without a keeper, or where it only watches."""
        assert of.budgets(answered()) == {}
        assert of.budgets({"acting": False, "maps": [{"name": "a", "max_stall": 5}]}) == {}
        assert of.budgets(None) == {}
