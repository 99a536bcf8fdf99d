"""Tests that one guest can run: the guest that runs them, what it has reported, and what becomes of it when it dies."""

import json
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from ..errors import LabError
from .boot import Guest
from .machine import Machine
from .pytest_reports import failed, from_message
from .pytest_words import environment, words
from .sinks import Sinks, to_stdout

_BOOTS = 3
# For booting, starting Python and collecting, and for what happens between two tests.
_PATIENCE = 120.0
_PATIENCE_WITH_QEMU = 360.0
_TAIL = 200  # lines: the stack of a test that hangs has some forty, its first ones tell most


class Group:
    """
    The tests of one machine, and the thread that runs them.

    Attributes:
        items: The tests, in the order that they run in.
        notes: What went wrong without being the fault of one test.

    Synchronization: `reports` and `close` from pytest's thread; all else is the group's own.
    """

    def __init__(self, machine: Machine, config: pytest.Config) -> None:
        self.items: list[pytest.Item] = []
        self.notes: list[str] = []
        self._machine, self._config = machine, config
        self._patience = _PATIENCE_WITH_QEMU if machine.stock else _PATIENCE
        self._limits: dict[str, float] = {}
        self._reports: dict[str, list[pytest.TestReport]] = {}
        self._finished: set[str] = set()
        self._running: str | None = None
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._guest: Guest | None = None
        self._stopped = False
        self._partial = b""
        self._tail: deque[bytes] = deque(maxlen=_TAIL * 4)

    def add(self, item: pytest.Item, limit: float) -> None:
        """Add a test, with its time limit in seconds."""
        self.items.append(item)
        self._limits[item.nodeid] = limit
        self._reports[item.nodeid] = []

    def start(self, slots: threading.Semaphore) -> None:
        """Run the tests once there is a slot; does nothing the second time."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(slots,), daemon=True)
            self._thread.start()

    def reports(self, item: pytest.Item) -> list[pytest.TestReport]:
        """Wait until a test has run; return its reports."""
        with self._changed:
            self._changed.wait_for(lambda: item.nodeid in self._finished)
        return self._reports[item.nodeid]

    def close(self) -> None:
        """Kill the guest if it still runs."""
        self._stopped = True
        if self._guest is not None:
            self._guest.kill()
        if self._thread is not None:
            self._thread.join()

    def _run(self, slots: threading.Semaphore) -> None:
        reason = "the guest died too often"
        try:
            with slots:
                self._run_all()
        except Exception:  # noqa: BLE001 - whatever it is, it belongs to the tests that now cannot run
            reason = traceback.format_exc()
        for nodeid in self._pending():
            self._fail(nodeid, f"not run: {reason}")

    def _run_all(self) -> None:
        for _ in range(_BOOTS):
            pending = self._pending()
            if self._stopped or not pending:
                return
            death = self._boot(pending)
            if self._running is not None:
                self._fail(self._running, death)
            elif len(self._pending()) == len(pending):
                self._give_up(death)
            elif death and not self._pending() and not self._stopped:
                self.notes.append(f"kernel {self._machine.kernel_title}, after its last test: {death}")

    def _pending(self) -> list[str]:
        return [item.nodeid for item in self.items if item.nodeid not in self._finished]

    def _give_up(self, death: str) -> None:
        for nodeid in self._pending():
            self._fail(nodeid, death)

    def _boot(self, pending: Sequence[str]) -> str:
        """Run tests in a new guest; return why it left some of them undone, or nothing."""
        with tempfile.TemporaryDirectory(prefix="multipath-lab-tests-", ignore_cleanup_errors=True) as scratch:
            selection = Path(scratch) / "selection.json"
            selection.write_text(json.dumps({nodeid: self._limits[nodeid] for nodeid in pending}))
            machine = replace(
                self._machine, timeout=self._patience, scratch=Path(scratch), environment=environment(selection)
            )
            self._partial = b""
            self._tail.clear()
            try:
                self._run_guest(machine)
            except LabError as error:
                return f"{error}\n{self._printed()}"
        return f"pytest ended in the guest before this test did\n{self._printed()}" if self._pending() else ""

    def _run_guest(self, machine: Machine) -> None:
        aloud = self._config.getoption("capture") == "no"
        sinks = Sinks(to_stdout if aloud else self._tail.append, self._tail.append, self._receive)
        command = words(self._config, sorted({str(item.path) for item in self.items}))
        with Guest(command, machine, sinks) as self._guest:
            self._guest.wait()
        self._guest = None

    def _printed(self) -> str:
        lines = b"".join(self._tail).decode(errors="replace").splitlines()[-_TAIL:]
        return "\n".join(["the guest's pytest printed:", *lines]) if lines else ""

    def _receive(self, data: bytes) -> None:
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "started" in message:
                self._started(message["started"])
            else:
                self._reported(from_message(self._config, message["report"]))

    def _started(self, nodeid: str) -> None:
        self._running = nodeid
        self._allow(self._limits[nodeid])

    def _reported(self, report: pytest.TestReport) -> None:
        self._reports[report.nodeid].append(report)
        if report.when == "teardown":
            self._finish(report.nodeid)

    def _finish(self, nodeid: str) -> None:
        self._running = None
        self._allow(self._patience)
        with self._changed:
            self._finished.add(nodeid)
            self._changed.notify_all()

    def _allow(self, seconds: float) -> None:
        if self._guest is not None:
            self._guest.allow(seconds)

    def _fail(self, nodeid: str, reason: str) -> None:
        item = next(item for item in self.items if item.nodeid == nodeid)
        self._reports[nodeid] += failed(item, reason)
        self._finish(nodeid)
