"""
A plugin of pytest that writes down which tests of the lab passed, on which kernel and which array.

``pytest -p publish.lab_results tests/lab`` adds to what stands in ``docs/support.json``: a test that ran replaces what
was known of it there, and what failed is known no more. `support` makes the page of it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from multipath.lab import kernels, stock_kernels

FILE: Final = Path(__file__).parents[1] / "docs/support.json"
_DEFAULT_BACKEND: Final = "scsi_debug"
_STOCK: Final = " stock"


@dataclass(frozen=True, slots=True, order=True)
class Passed:
    """
    A test that passed.

    Attributes:
        test: Its name, without the kernel.
        kernel: ``"6.1"``, or ``"6.1 stock"``.
        backend: The array.
    """

    test: str
    kernel: str
    backend: str


def read() -> tuple[dict[str, str], set[Passed]]:
    """Return the releases of the kernels, and what passed."""
    if not FILE.exists():
        return {}, set()
    found = json.loads(FILE.read_text("utf-8"))
    return found["kernels"], {
        Passed(test, *place.split("/")) for test, places in found["passed"].items() for place in places
    }


def _write(releases: dict[str, str], passed: set[Passed]) -> None:
    tests: dict[str, list[str]] = {}
    for each in sorted(passed):
        tests.setdefault(each.test, []).append(f"{each.kernel}/{each.backend}")
    lines = ",\n".join(f"  {json.dumps(test)}: {json.dumps(places)}" for test, places in tests.items())
    heads = json.dumps(dict(sorted(releases.items())))
    FILE.write_text(f'{{\n "kernels": {heads},\n "passed": {{\n{lines}\n }}\n}}\n', "utf-8")


class Recorder:
    """Listens to one run."""

    def __init__(self) -> None:
        self._known: dict[str, Passed] = {}
        self._ran: set[Passed] = set()
        self._good: set[Passed] = set()

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Note what each test of the lab is."""
        for item in items:
            marker = item.get_closest_marker("kernel")
            if marker is not None:
                self._known[item.nodeid] = _told(item, marker.kwargs)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how it ended; a failure of its setup or its end is one of the test."""
        known = self._known.get(report.nodeid)
        if known is None or report.skipped:
            return
        self._ran.add(known)
        if report.failed:
            self._good.discard(known)
        elif report.when == "call":
            self._good.add(known)

    def pytest_sessionfinish(self) -> None:
        """Write it down."""
        releases, passed = read()
        for name in {each.kernel for each in self._good}:
            catalogue = stock_kernels if name.endswith(_STOCK) else kernels
            releases[name] = catalogue.state(name.removesuffix(_STOCK)).release
        if self._ran:
            _write(releases, (passed - self._ran) | self._good)


def _told(item: pytest.Item, words: Mapping[str, Any]) -> Passed:
    params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    kernel = str(words.get("on") or params.get("lab_kernel", ""))
    stock = words.get("stock") or item.config.getoption("--lab-stock")
    return Passed(
        _without(kernel, item.nodeid),
        f"{kernel}{_STOCK if stock else ''}",
        str(words.get("backend", _DEFAULT_BACKEND)),
    )


def _without(kernel: str, name: str) -> str:
    """
    Return the name of a test without its kernel, which stands among its parameters.

    >>> _without("6.1", "a.py::test_b[bio-6.1-fails]"), _without("6.1", "a.py::test_b[6.1]")
    ('a.py::test_b[bio-fails]', 'a.py::test_b')
    """
    name, bracket, words = name.partition("[")
    others = "-".join(each for each in words.removesuffix("]").split("-") if each != kernel)
    return f"{name}{bracket}{others}]" if others else name


def pytest_configure(config: pytest.Config) -> None:
    """Listen."""
    config.pluginmanager.register(Recorder(), "multipath_lab_results")
