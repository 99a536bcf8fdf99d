"""From a described group to the selector that runs."""

from collections.abc import Callable

import pytest

from multipath import MultipathTable, PathGroup, TablePath, path_selector, priority_groups
from multipath._native.selector import Selector
from multipath.wire.selectors import CpuMask, IoAffinity, OtherSelector


def running(words: str) -> Selector:
    """Return the selector of the first group of a table: its words from the selector on."""
    return path_selector(MultipathTable.parse(f"0 0 1 1 {words}").groups[0])


class TestADescribedGroup:
    @pytest.mark.parametrize(
        ("words", "kind", "status", "group"),
        [
            ("round-robin 0 2 1 8:0 1 8:16 1", "RoundRobin", ((), ()), ()),
            ("queue-length 0 2 0 8:0 8:16", "QueueLength", ((0,), (0,)), ()),
            ("service-time 0 2 2 8:0 1 7 8:16 1 100", "ServiceTime", ((0, 7), (0, 100)), ()),
            (
                "historical-service-time 2 100 3 1 0 8:0",
                "HistoricalServiceTime",
                ((1024, 0, 0),),
                (100, 3),
            ),
            ("io-affinity 0 2 1 8:0 3 8:16 1,00000000", "IoAffinity", ((0,), (0,)), ()),
        ],
    )
    def test_runs(self, words: str, kind: str, status: object, group: object) -> None:
        """Each of the five, with the arguments of the group and of each path."""
        selector = running(words)

        assert type(selector).__name__ == kind
        assert selector.status() == status
        assert selector.group_status() == group

    def test_of_io_affinity_takes_what_only_the_host_knows(self) -> None:
        """Its CPUs and its NUMA nodes."""
        group = PathGroup.of([TablePath("8:0", CpuMask.of(0)), TablePath("8:16", CpuMask.of(2))], IoAffinity())

        selector = path_selector(group, cpus=4, nodes=[0, 1, 1, 0])

        assert [selector.select(4096, cpu=cpu) for cpu in range(4)] == [0, 1, 1, 0]

    def test_of_io_affinity_needs_a_cpu_of_the_host_for_every_path(self) -> None:
        """As the kernel does, which the text alone cannot tell."""
        with pytest.raises(ValueError, match="No new/valid CPU mapping found"):
            path_selector(MultipathTable.parse("0 0 1 1 io-affinity 0 1 1 8:0 10").groups[0], cpus=4)


class TestASelectorThatNobodyHereKnows:
    def test_cannot_run(self) -> None:
        """The refusal says which can."""
        group = PathGroup.of(["8:0"], OtherSelector("weighted-luck"))

        with pytest.raises(ValueError, match="'weighted-luck' cannot run here; there are round-robin, queue-length"):
            path_selector(group)


class TestWhatDescribesNothing:
    @pytest.mark.parametrize(
        ("run", "wanted"),
        [(lambda: path_selector("8:0"), "PathGroup"), (lambda: priority_groups("0 0 0 0"), "MultipathTable")],  # type: ignore[arg-type]
    )
    def test_is_refused_by_its_type(self, run: Callable[[], object], wanted: str) -> None:
        """A text is no description: it is parsed first."""
        with pytest.raises(TypeError, match=f"is no {wanted}"):
            run()
