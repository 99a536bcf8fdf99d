"""
What a metric is: its name, its kind, what it says, and the labels by which its series differ; pure.

Strategy: a host can have 80,000 paths. So the text of a set of labels is made once, when the set is, and every family
that has a series for them shares it.
"""

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NewType

from ..cli.terminal import escaped

_SUFFIXES: Final = {"counter": "_total", "info": "_info"}
_UNITS: Final = ("bytes", "seconds")
_PAIR: Final = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_QUOTED: Final = re.compile(r"\\(.)")

# As they stand between the braces of every format.
Labels = NewType("Labels", str)
NO_LABELS: Final = Labels("")


class Kind(enum.StrEnum):
    """The kinds of families, in the words of OpenMetrics."""

    GAUGE = "gauge"
    COUNTER = "counter"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Family:
    """
    One metric.

    Attributes:
        name: The name of its series; of counters it ends in ``_total``, of infos in ``_info``.
        kind: Its kind.
        help: What it says, in one sentence.
        labels: The names of its labels.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """The name of the family, as OpenMetrics has it: without the suffix of its kind."""
        return self.name.removesuffix(_SUFFIXES.get(self.kind, ""))

    @property
    def unit(self) -> str:
        """Its unit; empty for none."""
        return next((unit for unit in _UNITS if self.stem.endswith(f"_{unit}")), "")


class Series:
    """
    The series of one family: ``texts[i]`` are the labels of ``values[i]``.

    Two lists of plain texts and numbers, for Python's garbage collector would go through pairs of them again and again.
    """

    __slots__ = ("texts", "values")

    def __init__(self) -> None:
        self.texts: list[Labels] = []
        self.values: list[float] = []

    def add(self, labels: Labels, value: float) -> None:
        """Add one."""
        self.texts.append(labels)
        self.values.append(value)

    def __iter__(self) -> Iterator[tuple[dict[str, str], float]]:
        """Iterate over the labels, by name, and the values."""
        return zip(map(_read, self.texts), self.values, strict=True)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.values)


class Readings:
    """
    The series of one collection, by family.

    Args:
        families: All that there may be, in the order in which they are printed.
    """

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = {family.name: family for family in families}
        self._series = {name: Series() for name in self._families}

    def __getitem__(self, family: Family) -> Series:
        """Return the series of a family."""
        return self._series[family.name]

    def __iter__(self) -> Iterator[tuple[Family, Series]]:
        """Iterate over the families that have series."""
        return ((family, self._series[name]) for name, family in self._families.items() if len(self._series[name]))


def more(labels: Labels, **values: str) -> Labels:
    r"""
    Return labels and more of them.

    >>> more(more(NO_LABELS, map="mpatha"), path="sda", state='a "b"')
    'map="mpatha",path="sda",state="a \\"b\\""'
    """
    own = ",".join([f'{name}="{_quoted(visible(value))}"' for name, value in values.items()])
    return Labels(f"{labels},{own}" if labels else own)


def visible(text: str) -> str:
    r"""
    Return ``text`` so that it can be shown anywhere, and no two texts alike.

    >>> visible("mpath\x1b"), visible("mpath\\x1b")
    ('mpath\\x1b', 'mpath\\\\x1b')
    """
    return text if text.isprintable() and "\\" not in text else escaped(text.replace("\\", "\\\\"))


def _quoted(text: str) -> str:
    return text if text.isalnum() else text.replace("\\", r"\\").replace('"', r"\"")


def _read(labels: Labels) -> dict[str, str]:
    return {name: _QUOTED.sub(r"\1", value) for name, value in _PAIR.findall(labels)}
