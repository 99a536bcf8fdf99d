import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.wire.selectors import (
    SELECTORS,
    CpuMask,
    HistoricalServiceTime,
    IoAffinity,
    OtherWords,
    QueueLength,
    RepeatCount,
    RoundRobin,
    ServiceTime,
    ServiceTimeArgs,
)
from multipath.wire.selectors.io_affinity import is_cpu_mask


class TestTheSelectorsOfTheKernel:
    """The registry."""

    def test_are_five(self) -> None:
        """Each stands under its name in the kernel."""
        assert set(SELECTORS) == {
            *("round-robin", "queue-length", "service-time", "historical-service-time", "io-affinity"),
        }
        assert all(selector.name == name for name, selector in SELECTORS.items())

    def test_differ_from_each_other(self) -> None:
        """Selectors without arguments are equal only to their own kind."""
        assert RoundRobin() == RoundRobin()
        assert len({RoundRobin(), QueueLength(), ServiceTime(), IoAffinity()}) == 4

    @pytest.mark.parametrize("name", sorted(set(SELECTORS) - {"io-affinity"}))
    def test_accept_their_own_default(self, name: str) -> None:
        """The arguments that a path gets unasked are of the type that the selector names."""
        selector = SELECTORS[name]()

        assert type(selector.default_args()) is selector.args_type
        assert selector.accepts(selector.default_args())
        assert not selector.accepts(OtherWords())


class TestAMaskOfCpus:
    """`CpuMask`."""

    @pytest.mark.parametrize(
        ("mask", "cpus"),
        [
            ("1", {0}),
            ("F", {0, 1, 2, 3}),
            ("00000000,00000003", {0, 1}),
            ("1,00000000", {32}),
            ("1,0", {32}),
            ("1,,0,", {32}),
            ("80000000", {31}),
        ],
    )
    def test_means_these_cpus(self, mask: str, cpus: set[int]) -> None:
        """The last group of 32 bits is the lowest, and zeros in front mean nothing."""
        assert CpuMask(mask).cpus == cpus

    @given(st.frozensets(st.integers(0, 4095), min_size=1, max_size=8))
    def test_is_made_from_cpus(self, cpus: frozenset[int]) -> None:
        """`CpuMask.of` is the inverse of ``cpus``."""
        assert CpuMask.of(*cpus).cpus == cpus

    @pytest.mark.parametrize("mask", ["", ",", "0", "0,0", "g", "0x1", "-1", "123456789", "1 x"])
    def test_is_refused(self, mask: str) -> None:
        """Other digits, groups of more than 32 bits and masks without any CPU are none."""
        assert not is_cpu_mask(mask)
        with pytest.raises(ValueError, match="not a mask of CPUs"):
            CpuMask(mask)


class TestValuesOutOfBounds:
    """Values that are made are as bounded as those that are read."""

    @pytest.mark.parametrize("throughput", [-1, 101])
    def test_are_refused_for_a_throughput(self, throughput: int) -> None:
        """0 to 100."""
        with pytest.raises(ValueError, match="relative throughput"):
            ServiceTimeArgs(1, throughput)

    @pytest.mark.parametrize(("base_weight", "threshold"), [(1024, 0), (-1, 0), (0, 2**32), (0, -1)])
    def test_are_refused_for_the_history(self, base_weight: int, threshold: int) -> None:
        """0 to 1023, and 32 bits."""
        with pytest.raises(ValueError, match="base weight"):
            HistoricalServiceTime(base_weight, threshold)


class TestWhatTheKernelUsesOfAnArgument:
    """`Selector.effective_args`."""

    @pytest.mark.parametrize(("written", "used"), [(0, 0), (1, 1), (2, 1), (1000, 1)])
    def test_is_a_repeat_count_of_one_at_most(self, written: int, used: int) -> None:
        """More than 1 is clamped, 0 is kept."""
        assert RoundRobin().effective_args(RepeatCount(written)) == used
        assert QueueLength().effective_args(RepeatCount(written)) == used
        assert ServiceTime().effective_args(ServiceTimeArgs(written, 7)) == (used, 7)

    def test_is_nothing_for_the_history(self) -> None:
        """Its repeat count is read and forgotten."""
        selector = HistoricalServiceTime()

        assert selector.effective_args(RepeatCount(5)) == selector.effective_args(RepeatCount(0))

    def test_is_the_mask_and_not_its_padding(self) -> None:
        """Two hosts pad differently."""
        assert IoAffinity().effective_args(CpuMask("0000000f")) == IoAffinity().effective_args(CpuMask("F"))


class TestStatusWordsThatDoNotFit:
    """A status of a newer kernel, or with the wrong table as hint."""

    @pytest.mark.parametrize("name", SELECTORS)
    @pytest.mark.parametrize(
        "found", [("x",), ("1", "x"), ("1", "2", "3", "4"), ("9" * 21,), ("9" * 5000, "1"), ("--1",)]
    )
    def test_stay_words(self, name: str, found: tuple[str, ...]) -> None:
        """No word is lost, and nothing is raised."""
        assert SELECTORS[name]().read_status(found) == OtherWords(found)
