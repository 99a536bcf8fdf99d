"""
The plugin on the machine: makes groups of the marked tests, boots a guest for each, and reports what the guests send.

Strategy: groups run in threads of their own, as many at once as there are CPUs, from the first marked test on. pytest
asks for one test after the other, in the groups' order, and waits until the reports of that one have come. A guest that
dies fails the test that ran, and a new guest gets the rest; a group that kills its guest again and again is given up.
"""

import os
import threading
from collections.abc import Sequence
from typing import Any

import pytest

from ..errors import LabError
from . import kernels
from .boot import runner_of
from .machine import Machine
from .pytest_group import Group

_EMULATED = 3  # times the limit of a test where a whole machine is emulated
_NEEDS = frozenset({"backend", "paths", "luns", "size", "udev", "memory", "cpus", "packages", "stock", "modules"})


class Host:
    """All groups of a session."""

    def __init__(self, config: pytest.Config, items: Sequence[pytest.Item]) -> None:
        self._absent = _absent(config, items)
        groups: dict[Machine, Group] = {}
        for item in items:
            machine = needs(item)
            if machine is not None and machine.kernel_title not in self._absent:
                groups.setdefault(machine, Group(machine, config)).add(item, _limit(item))
        self._groups = list(groups.values())
        self._group_of = {item.nodeid: group for group in self._groups for item in group.items}
        self._slots = threading.Semaphore(max(1, len(os.sched_getaffinity(0))))
        plain = [item for item in items if needs(item) is None]
        self.ordered = plain + [item for group in self._groups for item in group.items]

    def pytest_runtest_protocol(self, item: pytest.Item) -> bool | None:
        """Report one test that a guest has run."""
        group = self._group_of.get(item.nodeid)
        if group is None:
            return None
        self._start()
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for report in group.reports(item):
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True

    def _start(self) -> None:
        for group in self._groups:
            group.start(self._slots)

    def pytest_sessionfinish(self) -> None:
        """Kill the guests that still run: a session that stopped early does not wait for them."""
        for group in self._groups:
            group.close()

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which kernels were left out, and why."""
        left_out = [f"no tests on kernel {name}: {reason}" for name, reason in self._absent.items()]
        for line in left_out + [note for group in self._groups for note in group.notes]:
            terminalreporter.write_line(f"lab: {line}", yellow=True)


def needs(item: pytest.Item) -> Machine | None:
    """
    Return the machine that a test needs, ``None`` for a test without the marker.

    Raises:
        pytest.UsageError: the marker has a word that it does not know, or lacks the kernel.
    """
    marker = item.get_closest_marker("kernel")
    if marker is None:
        return None
    if marker.args or not marker.kwargs.keys() <= _NEEDS | {"timeout", "on"}:
        raise pytest.UsageError(
            f"{item.nodeid}: the marker kernel takes {', '.join(sorted(_NEEDS))}, on and timeout, by name"
        )
    wanted = {key: value for key, value in marker.kwargs.items() if key in _NEEDS}
    return Machine(kernel=_kernel(item, marker), **{**_by_options(item.config), **wanted})


def _by_options(config: pytest.Config) -> dict[str, Any]:
    """Return what the command line says of all machines, for those whose marks do not say it."""
    if not config.getoption("--lab-stock"):
        return {}
    return {"stock": True, "modules": tuple(name for name in config.getoption("--lab-modules").split(",") if name)}


def _kernel(item: pytest.Item, marker: pytest.Mark) -> str:
    """Return the kernel of a marked test: the plugin has made one test for each, unless a parameter's mark names it."""
    chosen = item.callspec.params.get("lab_kernel", marker.kwargs.get("on"))  # type: ignore[attr-defined]
    if chosen is None:
        raise pytest.UsageError(f"{item.nodeid}: the marker kernel on a parameter must name the kernel: on=")
    return str(chosen)


def _limit(item: pytest.Item) -> float:
    marker, machine = item.get_closest_marker("kernel"), needs(item)
    own = marker.kwargs.get("timeout") if marker else None
    slower = _EMULATED if machine is not None and machine.stock else 1
    return float(own or item.config.getoption("--lab-timeout") * slower)


def _absent(config: pytest.Config, items: Sequence[pytest.Item]) -> dict[str, str]:
    """Return the kernels that may be absent and are, with the reasons."""
    if config.getoption("collectonly"):
        return {}
    wanted = {machine.kernel_title: machine for machine in map(needs, items) if machine}
    absent = {}
    for title, machine in wanted.items():
        if machine.kernel in kernels.ALWAYS:
            continue
        try:
            runner_of(machine).kernel(machine.kernel)
        except LabError as error:
            absent[title] = str(error)
    return absent
