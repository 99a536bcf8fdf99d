from dataclasses import replace

import pytest

from multipath.config.setting import Value
from multipath.errors import ConfigError
from multipath.policy.facts import Facts
from multipath.policy.member import Member
from multipath.policy.selection import selection
from multipath.policy.throughput import Throughput

from .world import a_member, settings_of

# The selector, other options, and the group of two paths of priorities 50 and 10.
GROUPS: list[tuple[str, dict[str, Value], str]] = [
    ("service-time 0", {}, "service-time 0 2 2 8:0 1 1 8:16 1 1"),
    ("round-robin 0", {}, "round-robin 0 2 1 8:0 1 8:16 1"),
    ("queue-length 0", {"rr_min_io_rq": 8}, "queue-length 0 2 1 8:0 8 8:16 8"),
    ("round-robin 0", {"rr_weight": "priorities", "rr_min_io_rq": 2}, "round-robin 0 2 1 8:0 100 8:16 20"),
    ("service-time 0", {"rr_weight": "priorities"}, "service-time 0 2 2 8:0 50 1 8:16 10 1"),
    ("historical-service-time 0", {}, "historical-service-time 2 972 0 2 1 8:0 1 8:16 1"),
    ("historical-service-time 2 512 3", {}, "historical-service-time 2 512 3 2 1 8:0 1 8:16 1"),
    ("newer 2 a b", {}, "newer 2 a b 2 1 8:0 1 8:16 1"),
    (
        "round-robin 0",
        {"rr_min_io_rq": 2**31, "rr_weight": "priorities"},
        "round-robin 0 2 1 8:0 4294967295 8:16 4294967295",
    ),
]


def two(first: int | None = 50, second: int | None = 10) -> list[Member]:
    """Return two paths with these priorities."""
    return [a_member(0, first, link_speed=16000), a_member(1, second, link_speed=8000)]


def group(members: list[Member], **options: Value) -> str:
    """Return the words of the group of these paths."""
    return group_on(Facts(), members, **options)


def group_on(facts: Facts, members: list[Member], **options: Value) -> str:
    """Return them for another kernel."""
    settings = replace(settings_of(*members, **options), facts=facts)
    return " ".join(selection(settings).group(members).words())


class TestEverySelector:
    @pytest.mark.parametrize(("selector", "options", "words"), GROUPS)
    def test_has_arguments_of_its_own_kind(self, selector: str, options: dict[str, Value], words: str) -> None:
        """With the one number that multipath-tools writes for each path."""
        assert group(two(), path_selector=selector, **options) == words

    @pytest.mark.parametrize("priority", [0, -1, None])
    def test_weighs_no_path_by_a_priority_that_is_none(self, priority: int | None) -> None:
        """Then the number stays as it is."""
        words = group(two(50, priority), path_selector="round-robin 0", rr_weight="priorities")

        assert words == "round-robin 0 2 1 8:0 50 8:16 1"

    def test_counts_differently_for_bios(self) -> None:
        """On kernels whose multipath target takes no requests."""
        assert group_on(Facts((1, 0, 9)), two(), rr_min_io=9, path_selector="round-robin 0").endswith("8:0 9 8:16 9")

    @pytest.mark.parametrize(
        "text",
        ["", "round-robin", "round-robin 1", "round-robin 0 x", "historical-service-time 1 2000", "service-time x"],
    )
    def test_that_the_kernel_would_not_take_is_refused_with_its_line(self, text: str) -> None:
        """No table is made of it."""
        with pytest.raises(ConfigError, match="path_selector") as refused:
            group(two(), path_selector=text)

        assert (refused.value.file, refused.value.line) == ("multipath.conf", 7)


class TestServiceTime:
    @pytest.mark.parametrize(
        ("source", "words"),
        [
            (Throughput.EQUAL, "8:0 1 1 8:16 1 1"),
            (Throughput.LINK_SPEED, "8:0 1 100 8:16 1 50"),
            (Throughput.PRIORITY, "8:0 1 100 8:16 1 20"),
        ],
    )
    def test_is_told_the_throughput_where_asked(self, source: Throughput, words: str) -> None:
        """From the link or from the priority."""
        members = two()
        settings = replace(settings_of(*members), throughput=source)

        assert " ".join(selection(settings).group(members).words()) == f"service-time 0 2 2 {words}"


class TestIoAffinity:
    def test_deals_the_cpus_out_to_the_paths(self) -> None:
        """Each CPU has one path, and each path as many CPUs as the others."""
        words = group_on(Facts(cpus=(0, 1, 2, 3, 4)), two(), path_selector="io-affinity 0")

        assert words == "io-affinity 0 2 1 8:0 15 8:16 a"

    @pytest.mark.parametrize("cpus", [(), (0,)])
    def test_is_refused_where_a_path_would_have_no_cpu(self, cpus: tuple[int, ...]) -> None:
        """The kernel would refuse such a table without a word."""
        with pytest.raises(ConfigError, match="a group of 2 paths, each of which needs a CPU"):
            group_on(Facts(cpus=cpus), two(), path_selector="io-affinity 0")
