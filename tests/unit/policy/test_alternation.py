from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.policy.alternation import alternated
from multipath.policy.member import Member

from .world import a_member

# Adapter and host of each path; the order that they get, by number.
TURNS: list[tuple[list[tuple[str | None, int]], list[int]]] = [
    ([("A", 1), ("A", 1), ("B", 2), ("B", 2)], [0, 2, 1, 3]),
    ([("A", 1), ("A", 2), ("B", 3), ("B", 4)], [0, 2, 1, 3]),
    ([("A", 1), ("A", 1), ("A", 2), ("A", 2)], [0, 2, 1, 3]),
    ([("A", 1), ("A", 1), ("A", 1), ("B", 2)], [0, 3, 1, 2]),
    ([("A", 1), ("A", 1), ("A", 2), ("B", 3), ("B", 3)], [0, 3, 2, 4, 1]),
    ([("A", 1), ("A", 1), ("A", 1)], [0, 1, 2]),
    ([("A", 1), ("B", 2)], [0, 1]),
    ([("B", 2), ("A", 1), ("A", 1)], [0, 1, 2]),
    ([("A", 1), (None, 2), ("A", 1), ("A", 2)], [0, 1, 2, 3]),
]


def paths(places: Sequence[tuple[str | None, int]], protocol: str = "scsi:fcp") -> list[Member]:
    """Return a path at each adapter and host."""
    return [
        a_member(unit, adapter=adapter, host=host, protocol=protocol) for unit, (adapter, host) in enumerate(places)
    ]


class TestTheOrderOfARoundRobin:
    @pytest.mark.parametrize(("places", "order"), TURNS)
    def test_alternates_adapters_and_then_hosts(self, places: list[tuple[str | None, int]], order: list[int]) -> None:
        """With more than two paths, and all of their adapters known."""
        members = paths(places)

        assert alternated(members) == tuple(members[number] for number in order)

    def test_stays_on_other_transports(self) -> None:
        """An adapter says nothing about the way of a path there."""
        members = paths(TURNS[0][0], protocol="scsi:unspec")

        assert alternated(members) == tuple(members)

    @given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 5)), max_size=20))
    @settings(max_examples=40, deadline=None)
    def test_has_every_path_once(self, places: list[tuple[str | None, int]]) -> None:
        """However unevenly they are spread."""
        members = paths(places)

        assert sorted(alternated(members), key=members.index) == members
