"""A check, and what it saw."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ...config.finding import Severity
from ..planned_map import shown
from .diagnosis import Diagnosis
from .facts import Facts

_OBJECT: Final = "{object}"


@dataclass(frozen=True, slots=True)
class Sign:
    """
    What a check saw.

    Attributes:
        object: The thing; as devices and files say it, unescaped.
        evidence: What was seen of it.
        step: What to do, where that is not what the check says for all.
        severity: Likewise.
    """

    object: str
    evidence: str
    step: str = ""
    severity: Severity | None = None


Rule = Callable[[Facts], Iterator[Sign]]


@dataclass(frozen=True, slots=True)
class Check:
    """
    One check.

    Attributes:
        id: Its name, for programs.
        severity: Of what it finds.
        title: What is wrong where it finds something.
        cause: What that means.
        step: What to do next; ``{object}`` stands for the thing, quoted for a shell.
        rule: What looks for it.
    """

    id: str
    severity: Severity
    title: str
    cause: str
    step: str
    rule: Rule

    def diagnoses(self, facts: Facts) -> Iterator[Diagnosis]:
        """Yield what it finds."""
        for sign in self.rule(facts):
            step = (sign.step or self.step).replace(_OBJECT, shlex.quote(sign.object))
            yield Diagnosis(
                self.id,
                sign.severity or self.severity,
                shown(sign.object),
                self.title,
                shown(sign.evidence),
                self.cause,
                shown(step),
            )

    def as_record(self) -> dict[str, str]:
        """Return what it is, for JSON."""
        return {
            "id": self.id,
            "severity": str(self.severity),
            "title": self.title,
            "cause": self.cause,
            "step": self.step,
        }
