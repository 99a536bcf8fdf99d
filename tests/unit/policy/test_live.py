from multipath.paths.state import PathState
from multipath.policy.live import LiveGroups
from multipath.policy.priority import weighed
from multipath.wire.table import MultipathTable

from .world import a_member

TWO_AND_ONE = LiveGroups.of(
    MultipathTable.parse("0 0 2 2 service-time 0 2 2 8:16 1 1 8:0 1 1 service-time 0 1 2 8:32 1 1 ")
)
A, B, C, D = (a_member(unit) for unit in range(4))


class TestALiveTable:
    def test_shows_its_groups_and_the_one_in_use(self) -> None:
        """By device number."""
        assert TWO_AND_ONE.groups == ((B.path.devt, A.path.devt), (C.path.devt,))
        assert TWO_AND_ONE.current == 2

    def test_without_groups_uses_none(self) -> None:
        """And a number behind the last group means the last."""
        assert LiveGroups.of(MultipathTable.parse("0 0 0 0")).current == 0
        assert LiveGroups.of(MultipathTable.parse("0 0 1 7 round-robin 0 1 0 8:0")).current == 1

    def test_with_names_instead_of_numbers_has_no_path_of_ours(self) -> None:
        """The kernel prints numbers."""
        named = LiveGroups.of(MultipathTable.parse("0 0 1 1 round-robin 0 1 0 /dev/sda"))

        assert not named.same_paths([weighed([A])])


class TestTheSameGroups:
    def test_are_recognised_in_any_order(self) -> None:
        """Of groups and of paths in them."""
        assert TWO_AND_ONE.same_paths([weighed([C]), weighed([A, B])])

    def test_are_arranged_as_they_live(self) -> None:
        """Down to the order of the paths."""
        arranged = TWO_AND_ONE.arranged([weighed([C]), weighed([A, B])])

        assert [group.members for group in arranged] == [(B, A), (C,)]

    def test_are_not_the_same_with_one_path_elsewhere(self) -> None:
        """Or one more, or one less."""
        for groups in ([[A], [B, C]], [[A, B], [C, D]], [[A, B]], [[A, B, C]], [[A, B], [C], [D]]):
            assert not TWO_AND_ONE.same_paths([weighed(group) for group in groups])


class TestGroupsThatAreKept:
    def test_lose_only_what_is_gone(self) -> None:
        """A group that loses its last path is none."""
        assert TWO_AND_ONE.kept([A, C]) == [(A,), (C,)]
        assert TWO_AND_ONE.kept([A, B]) == [(A, B)]

    def test_take_in_paths_of_their_port_group(self) -> None:
        """What joins without one stands alone; what joins with another one finds its like."""
        a, b, c = (a_member(unit, port_group=group) for unit, group in enumerate((1, 1, 2)))
        joining = [
            a_member(3, port_group=2),
            a_member(4, port_group=3),
            a_member(5),
            a_member(6, port_group=3),
            a_member(7),
        ]

        kept = TWO_AND_ONE.kept([a, b, c, *joining])

        d, e, f, g, h = joining
        assert kept == [(a, b), (c, d), (e, g), (f,), (h,)]

    def test_go_on_being_used(self) -> None:
        """Unless no path of the current one is up: then the first that can."""
        both = [weighed([A, B]), weighed([C])]
        down = a_member(2, state=PathState.DOWN)

        assert TWO_AND_ONE.standing(both) == 2
        assert TWO_AND_ONE.standing([weighed([A, B]), weighed([down])]) == 1
        assert TWO_AND_ONE.standing([weighed([down])]) == 1
        assert TWO_AND_ONE.standing([]) == 0
