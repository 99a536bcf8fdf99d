"""The longest that an I/O can wait for one path, term by term; pure."""

from dataclasses import dataclass
from typing import Final, TypedDict

from ..paths.knobs import FOREVER, Knob

UNLIMITED: Final = FOREVER


class TermRecord(TypedDict):
    """
    One part of a bound.

    Attributes:
        name: What takes the time.
        seconds: At most; ``null`` where nothing limits it.
        limit: What limits it: an attribute with its value, or a fact of the kernel.
        attribute: The attribute, where it is one; else ``null``.
    """

    name: str
    seconds: float | None
    limit: str
    attribute: str | None


class BoundRecord(TypedDict):
    """
    The longest wait that one kind of fault can cause.

    Attributes:
        fault: What happens to the path.
        io: Whose wait it is: that of the I/O that was ``"caught"`` by the fault, or of ``"new"`` I/O.
        seconds: The sum; ``null`` where nothing limits it.
        limited_by: The name of the longest term.
        terms: What it consists of, in the order in which it passes.
        remark: What else is to be known of it.
    """

    fault: str
    io: str
    seconds: float | None
    limited_by: str
    terms: list[TermRecord]
    remark: str


@dataclass(frozen=True, slots=True)
class Term:
    """
    One part of a bound.

    Attributes:
        name: What takes the time.
        seconds: At most; infinite where nothing limits it.
        limit: What limits it: an attribute with its value, or a fact of the kernel.
        knob: The attribute, where it is one.
    """

    name: str
    seconds: float
    limit: str
    knob: Knob | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """
    The longest wait that one kind of fault can cause.

    Attributes:
        fault: What happens to the path.
        io: Whose wait it is: that of the I/O that was ``caught`` by the fault, or of ``new`` I/O.
        terms: What it consists of, in the order in which it passes.
        remark: What else is to be known of it.
    """

    fault: str
    io: str
    terms: tuple[Term, ...]
    remark: str = ""

    @property
    def seconds(self) -> float:
        """The sum."""
        return sum(term.seconds for term in self.terms)

    @property
    def limited_by(self) -> Term:
        """The longest term."""
        return max(self.terms, key=lambda term: term.seconds)

    def as_record(self) -> BoundRecord:
        """Return it for programs: no limit is ``null``."""
        terms: list[TermRecord] = [
            {"name": each.name, "seconds": _finite(each.seconds), "limit": each.limit, "attribute": each.knob}
            for each in self.terms
        ]
        return {
            "fault": self.fault,
            "io": self.io,
            "seconds": _finite(self.seconds),
            "limited_by": self.limited_by.name,
            "terms": terms,
            "remark": self.remark,
        }


def _finite(seconds: float) -> float | None:
    return None if seconds == UNLIMITED else round(seconds, 3)
