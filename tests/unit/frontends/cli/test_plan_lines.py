"""Plans for people: one heading for each map, and a summary that counts them."""

from collections.abc import Sequence

import pytest

from multipath.frontends.cli.plan_lines import heading, map_lines, plan_lines, summary
from multipath.frontends.cli.terminal import plain
from multipath.maps.plan import Plan
from multipath.maps.planned_map import Action, PlannedMap, Reason
from multipath.units import Sectors

from .snapshots import snapshot

WWID = "3600140500000000"


def planned(*actions: Action, name: str = "mpatha", reasons: Sequence[Reason] = ()) -> PlannedMap:
    """Return a map about which this is to be done."""
    return PlannedMap(WWID, name, actions, tuple(reasons), size=Sectors(131072), live=snapshot(name="old"))


class TestTheHeading:
    @pytest.mark.parametrize(
        ("actions", "line"),
        [
            ((Action.CREATE,), f"+ create mpatha ({WWID}), 64 MiB"),
            ((Action.RELOAD,), f"~ reload mpatha ({WWID}), 64 MiB"),
            ((Action.QUEUEING, Action.SWITCH), f"~ queueing and switch mpatha ({WWID}), 64 MiB"),
            ((Action.RENAME, Action.RESIZE), f"~ rename and resize old to mpatha ({WWID}), 64 MiB"),
            ((Action.REFUSE,), f"! refuse mpatha ({WWID}), 64 MiB"),
            ((Action.NOTHING,), f"  nothing mpatha ({WWID}), 64 MiB"),
        ],
    )
    def test_says_what_is_done_about_which_map(self, actions: tuple[Action, ...], line: str) -> None:
        """With a mark that can be searched for."""
        assert plain(heading(planned(*actions))) == line

    @pytest.mark.parametrize("name", ["", WWID])
    def test_names_a_map_without_an_alias_once(self, name: str) -> None:
        """By its WWID."""
        assert plain(heading(planned(Action.REFUSE, name=name))) == f"! refuse {WWID}, 64 MiB"

    def test_commands_no_terminal(self) -> None:
        """Neither does a reason."""
        hostile = planned(Action.CREATE, name="\x1b[2J", reasons=[Reason("x", "\x07")])

        assert all(plain(line).isprintable() for line in map_lines(hostile, {}, verbose=True))


class TestTheSummary:
    def test_counts_the_maps_by_what_changes_most(self) -> None:
        """In the order of what it costs."""
        maps = [planned(action) for action in (Action.NOTHING, Action.CREATE, Action.NOTHING, Action.REFUSE)]
        maps += [planned(Action.RENAME, Action.RELOAD)]

        assert summary(Plan(tuple(maps), ())) == "maps: 1 to create, 1 to rename, 1 refused, 2 as it should be"

    def test_of_nothing_says_so(self) -> None:
        """A machine without storage."""
        assert [plain(line) for line in plan_lines(Plan((), ()), verbose=True, unused=True)] == ["maps: none"]

    def test_knows_every_action(self) -> None:
        """None is left out."""
        for action in Action:
            assert summary(Plan((planned(action),), ())).startswith("maps: 1 ")

    def test_stands_behind_what_there_is_to_say_of_the_whole(self) -> None:
        """Such as a daemon that runs."""
        plan = Plan((), (), (Reason("multipathd-runs", "multipathd runs"),))

        assert [plain(line) for line in plan_lines(plan, verbose=False, unused=False)] == [
            "multipathd runs [multipathd-runs]",
            "maps: none",
        ]
