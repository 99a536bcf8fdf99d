"""What a check found."""

from dataclasses import dataclass

from ...config.finding import Severity


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """
    One thing that is wrong, or may become so.

    Attributes:
        id: Of the check that found it; the same fact always has the same one.
        severity: ``ERROR``: I/O or data is at risk now, or a failure will not be survived; ``WARNING``: it is not as it
            should be; ``NOTE``: it is worth knowing.
        object: What it is about: a map, a path, a file, or the host; escaped, as all texts here.
        title: What is wrong, the same for all that its check finds.
        evidence: What was seen.
        cause: What that means.
        step: What to do next: a command where there is one.
    """

    id: str
    severity: Severity
    object: str
    title: str
    evidence: str
    cause: str
    step: str

    def __str__(self) -> str:
        """Return it in one line."""
        what = f"{self.severity}: {self.object}: {self.title}: {self.evidence}"
        return f"{what}; {self.cause}; next: {self.step} [{self.id}]"

    def as_record(self) -> dict[str, str]:
        """Return it for JSON."""
        return {
            "id": self.id,
            "severity": str(self.severity),
            "object": self.object,
            "title": self.title,
            "evidence": self.evidence,
            "cause": self.cause,
            "step": self.step,
        }
