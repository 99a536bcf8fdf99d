"""The plugin with real guests: what comes out of them is what pytest would have said here."""

from importlib.metadata import entry_points

import pytest

from multipath.lab import cache

pytestmark = pytest.mark.slow
# As it is before pytester gives each test a home of its own.
CACHE = str(cache.folder())
# An installed package brings the plugin by itself.
PLUGIN = () if entry_points(group="pytest11", name="multipath_lab") else ("-p", "multipath.lab.pytest_plugin")

OUTCOMES = """
import pytest
pytestmark = pytest.mark.kernel(paths=0, udev=False)

def test_passes(tmp_path): ...
def test_fails():
    print("what it printed")
    answer = 41
    assert answer == 42
def test_skips(): pytest.skip("a reason")
@pytest.mark.xfail(reason="known")
def test_xfails(): assert False
@pytest.fixture
def broken():
    yield
    raise OSError("left behind")
def test_tears_down(broken): ...
"""
DEATHS = """
import os, threading, pytest
pytestmark = pytest.mark.kernel(paths=0, udev=False)

def test_before(): ...
def test_panics():
    with open("/proc/sysrq-trigger", "w") as trigger: trigger.write("c")
    threading.Event().wait()
def test_between(): ...
@pytest.mark.kernel(paths=0, udev=False, timeout=2)
def test_hangs(): threading.Event().wait()
def test_after(): ...
"""


@pytest.fixture(autouse=True)
def shared_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the guests use what this machine has fetched already."""
    monkeypatch.setenv("MULTIPATH_LAB_CACHE", CACHE)


def run(pytester: pytest.Pytester, text: str, *words: str) -> pytest.RunResult:
    """Run tests in a guest, in their own order."""
    pytester.makepyfile(text)
    order = ("-p", "no:randomly") if entry_points(group="pytest11", name="randomly") else ()
    return pytester.runpytest_subprocess(*PLUGIN, *order, "--lab-kernels=6.12", "-ra", *words)


class TestReportsFromAGuest:
    def test_are_those_of_tests_that_ran_here(self, pytester: pytest.Pytester) -> None:
        """Outcomes, tracebacks, captured output and reasons arrive."""
        result = run(pytester, OUTCOMES)

        result.assert_outcomes(passed=2, failed=1, skipped=1, xfailed=1, errors=1)
        result.stdout.fnmatch_lines_random(
            [
                "E       assert 41 == 42",
                "what it printed",
                "SKIPPED * a reason",
                "XFAIL *test_xfails?6.12? - known",
                "E       OSError: left behind",
            ]
        )

    def test_end_the_session_where_the_session_says_so(self, pytester: pytest.Pytester) -> None:
        """With -x nothing is reported after the first failure."""
        result = run(pytester, OUTCOMES, "-x")

        result.assert_outcomes(passed=1, failed=1)

    def test_are_only_those_of_chosen_tests(self, pytester: pytest.Pytester) -> None:
        """-k chooses on the machine, by names that hold the kernel."""
        result = run(pytester, OUTCOMES, "-k", "passes and 6.12")

        result.assert_outcomes(passed=1, deselected=4)


class TestAGuestThatDies:
    def test_fails_the_test_that_ran_and_no_other(self, pytester: pytest.Pytester) -> None:
        """The others run in a new guest; the failed ones show why it died."""
        result = run(pytester, DEATHS)

        result.assert_outcomes(passed=3, failed=2)
        result.stdout.fnmatch_lines_random(
            ["*Kernel panic - not syncing*", "the guest was killed: its limit of 2 s passed*", "*in test_hangs"]
        )
