"""Reports of tests on their way out of a guest, and reports for those that cannot report any more."""

from collections.abc import Mapping
from typing import Any, Literal

import pytest


def from_message(config: pytest.Config, message: Mapping[str, Any]) -> pytest.TestReport:
    """Return the report that a guest has sent as JSON."""
    data = dict(message)
    # JSON knows no tuples, and pytest insists on these.
    data["location"] = tuple(data["location"])
    for key in ("sections", "user_properties"):
        data[key] = [tuple(pair) for pair in data[key]]
    if isinstance(data["longrepr"], list):
        data["longrepr"] = tuple(data["longrepr"])
    report = config.hook.pytest_report_from_serializable(config=config, data=data)
    assert isinstance(report, pytest.TestReport)
    return report


def failed(item: pytest.Item, reason: str) -> list[pytest.TestReport]:
    """Return the reports of a test that was cut off: a failed call, and a tear-down to close it."""
    present: Literal[1] = 1
    keywords = dict.fromkeys(item.keywords, present)
    return [
        pytest.TestReport(item.nodeid, item.location, keywords, "failed", reason, "call"),
        pytest.TestReport(item.nodeid, item.location, keywords, "passed", None, "teardown"),
    ]
