"""Latencies: their laws, their forms as text, and the random numbers behind them."""

from math import exp, log
from statistics import fmean, stdev

import pytest

from multipath.simulation import Exponential, Fixed, Latency, LogNormal, Measured
from multipath.simulation.latency import parse_latency

MS = 1_000_000
MASK = 2**64 - 1


def rotated(x: int, places: int) -> int:
    """Rotate 64 bits to the left."""
    return (x << places | x >> 64 - places) & MASK


def splitmix(seed: int, count: int) -> list[int]:
    """Return numbers of splitmix64, from its definition."""
    numbers = []
    for step in range(1, count + 1):
        z = (seed + step * 0x9E3779B97F4A7C15) & MASK
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        numbers.append(z ^ z >> 31)
    return numbers


def xoshiro(state: list[int], count: int) -> list[int]:
    """Return numbers of xoshiro256**, from its definition."""
    s, numbers = [*state], []
    for _ in range(count):
        numbers.append(rotated(s[1] * 5 & MASK, 7) * 9 & MASK)
        shifted = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotated(s[3], 45)
    return numbers


class TestTheRandomNumbers:
    def test_of_the_definition_are_the_published_ones(self) -> None:
        """The first numbers that the authors' programs print."""
        assert splitmix(1234567, 3) == [6457827717110365317, 3203168211198807973, 9817491932198370423]
        assert xoshiro([1, 2, 3, 4], 4) == [11520, 0, 1509978240, 1215971899390074240]

    @pytest.mark.parametrize("seed", [0, 1, 2**64 - 1])
    def test_behind_a_law_are_those(self, seed: int) -> None:
        """A measured law of two halves shows the highest bit of each number."""
        drawn = Measured(((1, 1), (2, 1))).samples(500, seed)

        assert [value - 1 for value in drawn] == [number >> 63 for number in xoshiro(splitmix(seed, 4), 500)]

    def test_give_the_nanoseconds_that_they_always_gave(self) -> None:
        """What a seed gave once, it gives on every machine and in every later version."""
        assert list(Exponential(MS).samples(4, 42)) == [2478571, 970271, 385599, 78294]
        assert list(LogNormal(MS, 0.5).samples(4, 42)) == [695510, 1117184, 1261232, 2092009]


class TestALaw:
    @pytest.mark.parametrize("seed", [0, 42])
    def test_that_is_exponential_inverts_its_distribution(self, seed: int) -> None:
        """Each value is minus the logarithm of a fraction, times the mean, to the nanosecond."""
        fractions = [((number >> 11) + 1) / 2**53 for number in xoshiro(splitmix(seed, 4), 1000)]

        assert list(Exponential(MS).samples(1000, seed)) == [
            pytest.approx(max(-MS * log(fraction), 1), abs=0.51) for fraction in fractions
        ]

    def test_that_is_lognormal_has_its_median_and_its_spread(self) -> None:
        """The logarithm is normal."""
        logarithms = [log(value) for value in LogNormal(MS, 0.4).samples(100_000)]

        assert exp(fmean(logarithms)) == pytest.approx(MS, rel=0.01)
        assert stdev(logarithms) == pytest.approx(0.4, rel=0.01)
        assert sum(value > log(MS) + 0.4 * 2.326 for value in logarithms) / 100_000 == pytest.approx(0.01, abs=0.002)

    def test_that_is_measured_draws_what_was_seen_as_often(self) -> None:
        """And nothing else."""
        drawn = Measured.of([20, 20, 20, 70]).samples(100_000)

        assert set(drawn) == {20, 70}
        assert drawn.count(70) / len(drawn) == pytest.approx(0.25, abs=0.01)

    def test_never_gives_less_than_a_nanosecond(self) -> None:
        """Time moves on with every I/O."""
        assert min(Exponential(1).samples(1000)) == 1
        assert max(LogNormal(10**15, 8).samples(1000)) == 10**15


class TestATextOfALatency:
    @pytest.mark.parametrize(
        ("text", "latency"),
        [
            ("fixed:1ms", Fixed(MS)),
            ("exp:200us", Exponential(200_000)),
            ("lognormal:150us/0.4", LogNormal(150_000, 0.4)),
            ("exp:1.5s", Exponential(1500 * MS)),
            ("fixed:800ns", Fixed(800)),
        ],
    )
    def test_is_read_and_written(self, text: str, latency: Latency) -> None:
        """Both ways."""
        assert parse_latency(text) == latency
        assert str(latency) == text

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("", "not a latency"),
            ("exp", "expected fixed:1ms, exp:200us"),
            ("gauss:1ms", "not a latency: 'gauss:1ms'"),
            ("exp:200", "not a time: '200'; expected a number and ns"),
            ("exp:-1ms", "not a time"),
            ("fixed:0ms", "is 0 ns; a simulation takes 1 to"),
            ("fixed:0.5ns", "no whole number of nanoseconds"),
            ("lognormal:1ms", "expected median/sigma"),
            ("lognormal:1ms/9", "takes 0 to 8"),
            ("lognormal:1ms/nan", "takes 0 to 8"),
            ("fixed:99999999h", "a simulation takes 1 to"),
        ],
    )
    def test_of_no_sense_is_refused_with_what_was_expected(self, text: str, complaint: str) -> None:
        """In one line."""
        with pytest.raises(ValueError, match=complaint.replace("(", r"\(")):
            parse_latency(text)


class TestAMeasuredLatency:
    def test_is_read_from_lines(self) -> None:
        """A latency, and a count where it was seen more than once."""
        assert Measured.parse("# ns\n150 2\n\n90\n150\n").histogram == ((90, 1), (150, 3))

    @pytest.mark.parametrize("text", ["1 2 3", "fast", "-1", "1.5", "10 x", "1 -1"])
    def test_says_which_line_is_none(self, text: str) -> None:
        """By its number."""
        with pytest.raises(ValueError, match="line 2 is no latency in nanoseconds and a count"):
            Measured.parse(f"100\n{text}\n")

    @pytest.mark.parametrize("histogram", [(), ((0, 1),), ((10, 0),), ((10**16, 1),)])
    def test_of_nothing_is_refused(self, histogram: tuple[tuple[int, int], ...]) -> None:
        """And so is what cannot have been seen."""
        with pytest.raises(ValueError, match="measured latency"):
            Measured(histogram)
