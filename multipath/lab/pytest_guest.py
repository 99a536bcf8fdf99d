"""
The plugin in a guest that the plugin on the machine has booted: picks the group's tests and streams their reports.

One line of JSON for each message, on the guest's channel: ``{"started": nodeid}`` and ``{"report": …}``.
"""

import faulthandler
import json
import os
from pathlib import Path
from typing import Any

import pytest

# A hanging test tells where it hangs before the machine kills the guest.
_BEFORE_THE_LIMIT = 0.8


class Reporter:
    """Runs what the machine has chosen, in its order, and reports."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._limits: dict[str, float] = json.loads(Path(os.environ["MULTIPATH_LAB_SELECTION"]).read_text())
        self._channel = os.open(os.environ["MULTIPATH_LAB_CHANNEL"], os.O_WRONLY | os.O_NOCTTY)
        self._stderr = os.dup(2)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep the chosen tests, in the machine's order."""
        found = {item.nodeid: item for item in session.items}
        session.items[:] = [found[nodeid] for nodeid in self._limits if nodeid in found]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say which test begins."""
        self._send({"started": nodeid})
        faulthandler.dump_traceback_later(self._limits[nodeid] * _BEFORE_THE_LIMIT, file=self._stderr)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Send one report: of set-up, call or tear-down."""
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._send({"report": data})

    def pytest_runtest_logfinish(self) -> None:
        """Stand down."""
        faulthandler.cancel_dump_traceback_later()

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message, default=str).encode() + b"\n"
        while data:
            data = data[os.write(self._channel, data) :]
