"""The codes of findings: for each, how bad it is. What they mean is told in docs/configuration.md."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from .finding import Severity

_ERRORS: Final = (
    # grammar
    "unknown-option", "unknown-section", "misplaced-option", "missing-value", "extra-data", "stray-brace",
    "unmatched-brace", "not-ascii", "text-after-nul", "text-after-carriage-return",
    # values
    "bad-value", "bad-expression", "bad-reservation-key", "misread-number",
    # entries
    "incomplete-device", "incomplete-multipath", "incomplete-protocol", "empty-rule", "duplicate-alias",
    # files
    "unreadable-file",
)  # fmt: skip
# What the file says is done, though not all would expect it.
_WARNINGS: Final = (
    "missing-brace", "missing-quote", "unclosed-section", "line-too-long", "duplicate-option", "clamped",
    "former-option", "duplicate-device", "duplicate-multipath", "duplicate-protocol",
)  # fmt: skip
_NOTES: Final = ("repeated-section", "former-word", "stands-for-unset", "duplicate-rule")

SEVERITY: Final[Mapping[str, Severity]] = MappingProxyType(
    dict.fromkeys(_ERRORS, Severity.ERROR)
    | dict.fromkeys(_WARNINGS, Severity.WARNING)
    | dict.fromkeys(_NOTES, Severity.NOTE)
)
