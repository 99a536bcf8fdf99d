"""How long a path takes to serve an I/O: one class for each law, and its form as text."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .timespan import checked_time, format_time, parse_time

if TYPE_CHECKING:
    from .._native.distribution import Distribution

_MOST_SIGMA: Final = 8.0


class Latency:
    """A law of latencies; also of think times."""

    __slots__ = ()

    def distribution(self) -> "Distribution":
        """Return the law for the compiled loop."""
        raise NotImplementedError

    def samples(self, count: int, seed: int = 0) -> "array[int]":
        """Draw latencies: uint64[count], nanoseconds."""
        return self.distribution().samples(seed, count)


@dataclass(frozen=True, slots=True)
class Fixed(Latency):
    """
    Always the same time.

    >>> list(Fixed(1_000_000).samples(2))
    [1000000, 1000000]
    """

    time: int

    def __post_init__(self) -> None:
        """Refuse what no latency can be."""
        checked_time("a fixed latency", self.time, low=1)

    def distribution(self) -> "Distribution":
        """Return the law for the compiled loop."""
        from .._native.distribution import Distribution

        return Distribution.fixed(self.time)

    def __str__(self) -> str:
        """Return it as `parse_latency` reads it."""
        return f"fixed:{format_time(self.time).replace(' ', '')}"


@dataclass(frozen=True, slots=True)
class Exponential(Latency):
    """Exponentially distributed: a service that keeps no memory."""

    mean: int

    def __post_init__(self) -> None:
        """Refuse what no latency can be."""
        checked_time("the mean of an exponential latency", self.mean, low=1)

    def distribution(self) -> "Distribution":
        """Return the law for the compiled loop."""
        from .._native.distribution import Distribution

        return Distribution.exponential(self.mean)

    def __str__(self) -> str:
        """Return it as `parse_latency` reads it."""
        return f"exp:{format_time(self.mean).replace(' ', '')}"


@dataclass(frozen=True, slots=True)
class LogNormal(Latency):
    """
    Lognormally distributed, as latencies of real arrays often are.

    Attributes:
        median: Half of the I/Os take longer.
        sigma: Standard deviation of the latency's logarithm: 0.4 puts one in a hundred above 2.5 times the median.
    """

    median: int
    sigma: float

    def __post_init__(self) -> None:
        """Refuse what no latency can be."""
        checked_time("the median of a lognormal latency", self.median, low=1)
        if not 0 <= self.sigma <= _MOST_SIGMA:
            raise ValueError(
                f"the sigma of a lognormal latency is {self.sigma}; a simulation takes 0 to {_MOST_SIGMA:g}"
            )

    def distribution(self) -> "Distribution":
        """Return the law for the compiled loop."""
        from .._native.distribution import Distribution

        return Distribution.lognormal(self.median, self.sigma)

    def __str__(self) -> str:
        """Return it as `parse_latency` reads it."""
        return f"lognormal:{format_time(self.median).replace(' ', '')}/{self.sigma:g}"


@dataclass(frozen=True, slots=True)
class Measured(Latency):
    """
    As measured: each latency as often as it was seen.

    Attributes:
        histogram: Pairs of a latency and how often it was seen.

    >>> Measured.of([20, 30, 20]).histogram
    ((20, 2), (30, 1))
    """

    histogram: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        """Refuse what cannot have been measured."""
        if not self.histogram:
            raise ValueError("a measured latency needs at least one value that was seen")
        for time, count in self.histogram:
            checked_time("a measured latency", time, low=1)
            if count < 1:
                raise ValueError(f"a measured latency of {time} ns was seen {count} times; expected at least once")

    @classmethod
    def of(cls, latencies: Iterable[int]) -> "Measured":
        """Return the law of these latencies."""
        return cls(tuple(sorted(Counter(latencies).items())))

    @classmethod
    def parse(cls, text: str) -> "Measured":
        """
        Read lines of a latency in nanoseconds, and how often it was seen where that is more than once.

        Blank lines and what follows a ``#`` count for nothing.

        >>> Measured.parse("150000 7  # seven of them")
        Measured(histogram=((150000, 7),))
        """
        seen: Counter[int] = Counter()
        for number, line in enumerate(text.splitlines(), 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            if len(words) > 2 or not all(word.isascii() and word.isdigit() and len(word) < 20 for word in words):
                raise ValueError(f"line {number} is no latency in nanoseconds and a count: {line!r}")
            seen[int(words[0])] += int(words[1]) if len(words) > 1 else 1
        return cls(tuple(sorted(seen.items())))

    def distribution(self) -> "Distribution":
        """Return the law for the compiled loop."""
        from .._native.distribution import Distribution

        times, counts = zip(*self.histogram, strict=True)
        return Distribution.measured(times, counts)

    def __str__(self) -> str:
        """Tell how much was measured."""
        return f"measured, {sum(count for _, count in self.histogram)} samples"


def parse_latency(text: str) -> Latency:
    """
    Read ``fixed:1ms``, ``exp:200us`` or ``lognormal:150us/0.4``.

    Raises:
        ValueError: another form.

    >>> parse_latency("lognormal:150us/0.4")
    LogNormal(median=150000, sigma=0.4)
    """
    name, _, value = text.partition(":")
    if (parse := _FORMS.get(name)) is None or not value:
        raise ValueError(f"not a latency: {text!r}; expected fixed:1ms, exp:200us or lognormal:150us/0.4")
    return parse(value)


def _parse_lognormal(text: str) -> LogNormal:
    median, _, sigma = text.partition("/")
    try:
        return LogNormal(parse_time(median), float(sigma))
    except ValueError as error:
        raise ValueError(f"not a lognormal latency: {text!r}; expected median/sigma, as 150us/0.4: {error}") from None


_FORMS: Final[dict[str, Callable[[str], Latency]]] = {
    "fixed": lambda text: Fixed(parse_time(text)),
    "exp": lambda text: Exponential(parse_time(text)),
    "lognormal": _parse_lognormal,
}
