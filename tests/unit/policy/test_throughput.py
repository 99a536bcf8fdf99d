import pytest

from multipath.policy.member import Member
from multipath.policy.throughput import Throughput, relative_throughputs

from .world import a_member


def linked(*speeds: int | None) -> list[Member]:
    """Return paths with these link speeds, and with priorities that must not matter."""
    return [a_member(unit, 50 + unit, link_speed=speed) for unit, speed in enumerate(speeds)]


class TestTheThroughputOfPaths:
    @pytest.mark.parametrize(
        ("speeds", "throughputs"),
        [
            ([16000, 8000], [100, 50]),
            ([32000, 32000, 8000], [100, 100, 25]),
            ([100000, 10], [100, 1]),
            ([3, 2], [100, 67]),
            ([16000, 16000], [1, 1]),
            ([16000, None], [1, 1]),
            ([16000, 0], [1, 1]),
            ([], []),
        ],
    )
    def test_follows_the_speed_of_their_links(self, speeds: list[int | None], throughputs: list[int]) -> None:
        """Against the fastest; all are alike where they are, or where one is unknown."""
        assert relative_throughputs(linked(*speeds), Throughput.LINK_SPEED) == throughputs

    @pytest.mark.parametrize(
        ("priorities", "throughputs"),
        [
            ([50, 10], [100, 20]),
            ([50, 0], [100, 0]),
            ([130, 50], [100, 38]),
            ([50, 50], [1, 1]),
            ([0, 0], [1, 1]),
            ([50, -1], [1, 1]),
            ([50, None], [1, 1]),
        ],
    )
    def test_follows_their_priority(self, priorities: list[int | None], throughputs: list[int]) -> None:
        """A priority of 0 takes I/O when nothing else is left; an unknown one makes all alike."""
        members = [a_member(unit, priority) for unit, priority in enumerate(priorities)]

        assert relative_throughputs(members, Throughput.PRIORITY) == throughputs

    def test_is_the_same_unless_asked(self) -> None:
        """As in multipath-tools."""
        assert relative_throughputs(linked(16000, 8000), Throughput.EQUAL) == [1, 1]
