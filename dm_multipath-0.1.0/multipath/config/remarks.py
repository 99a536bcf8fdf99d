"""What a reader of several files collects to say of them."""

from collections.abc import Iterable
from dataclasses import replace

from .codes import SEVERITY
from .finding import Finding, Severity


class Remarks:
    """
    What there is to say of all files, in their order.

    Attributes:
        file: The file that is being read.
        main: Whether it is the first one: what multipathd refuses there, it but logs in the others.
        fatal: The findings that multipathd refuses the whole configuration for.
    """

    def __init__(self, elsewhere: Iterable[Finding] = ()) -> None:
        self.file = ""
        self.main = False
        self.fatal: list[Finding] = []
        self._elsewhere = tuple(elsewhere)
        self._files: dict[str, list[Finding]] = {}

    def begin(self, file: str, findings: Iterable[Finding]) -> None:
        """Begin a file, with what there is to say of its grammar."""
        self.main = not self._files
        self.file = file
        self._files.setdefault(file, []).extend(findings)

    def tell(self, line: int, column: int, code: str, message: str) -> Finding:
        """Tell of a place in the file that is being read."""
        return self.tell_of(self.file, line, column, code, message)

    def refuse(self, line: int, column: int, code: str, message: str) -> None:
        """Tell of a place that multipathd refuses the main file for."""
        finding = self.tell(line, column, code, message)
        if self.main:
            self.fatal.append(finding)

    def tell_of(self, file: str, line: int, column: int, code: str, message: str) -> Finding:
        """Tell of a place in any of the files."""
        finding = Finding(file, line, column, SEVERITY[code], code, message)
        self._files.setdefault(file, []).append(finding)
        return finding

    def findings(self, *, strict: bool) -> tuple[Finding, ...]:
        """Return all of it, by file and place; the strict reading takes each warning for an error."""
        ordered = list(self._elsewhere)
        for told in self._files.values():
            ordered += sorted(told, key=lambda finding: (finding.line, finding.column))
        return tuple(_strict(finding) for finding in ordered) if strict else tuple(ordered)


def _strict(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.ERROR) if finding.severity is Severity.WARNING else finding
