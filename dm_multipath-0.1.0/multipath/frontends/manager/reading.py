"""Which configuration is taken by a manager that has one."""

from ... import errors
from ...config.configuration import Configuration
from ...config.finding import Severity


def refuse_worse(old: Configuration, new: Configuration) -> None:
    """
    Refuse a configuration with errors that the one that holds does not have.

    An error that was there before is no reason: multipathd, too, begins with what it can read.

    Raises:
        ConfigError: with the first of them, and all of them.
    """
    known = {(finding.code, finding.message) for finding in old.findings}
    worse = [
        finding
        for finding in new.findings
        if finding.severity is Severity.ERROR and (finding.code, finding.message) not in known
    ]
    if worse:
        first = worse[0]
        raise errors.ConfigError(first.message, first.file, first.line, first.column, worse)
