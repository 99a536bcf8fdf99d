"""The fixture that other projects test with: as they get it, in a pytest of its own."""

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
# An installed package brings the plugin by itself.
PLUGIN = () if entry_points(group="pytest11", name="multipath_virtual") else ("-p", "multipath.virtual.pytest_plugin")


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    """Run pytest as another project does."""
    return pytester.runpytest_subprocess(*PLUGIN, "-p", "no:cacheprovider", *words)


class TestTheFixture:
    def test_gives_a_machine_that_ends_with_the_test(self, pytester: pytest.Pytester) -> None:
        """Each test has its own, and its folder is gone when the test is over."""
        pytester.makepyfile(
            "seen = []\n"
            "def test_first(virtual_host): seen.append(virtual_host); assert virtual_host.sysfs.root.exists()\n"
            "def test_second(virtual_host):\n"
            "    assert virtual_host not in seen\n"
            "    assert not any(host.sysfs.root.exists() for host in seen)\n"
        )

        run(pytester).assert_outcomes(passed=2)

    def test_plays_the_kernel_that_its_parameter_names(self, pytester: pytest.Pytester) -> None:
        """And refuses one that it does not know."""
        pytester.makepyfile(
            "import pytest\n"
            '@pytest.mark.parametrize("virtual_host", ["6.1", "2.4"], indirect=True)\n'
            'def test_kernel(virtual_host): assert virtual_host.kernel.profile.release == "6.1"\n'
        )

        result = run(pytester)
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines("*no kernel '2.4' can be played*")

    def test_costs_nothing_where_nobody_asks_for_it(self, pytester: pytest.Pytester) -> None:
        """Of the world nothing is imported."""
        pytester.makepyfile(
            "import sys\n"
            "def test_light():\n"
            "    assert 'multipath.virtual.pytest_plugin' in sys.modules\n"
            "    assert not {'multipath.virtual.host', 'multipath._native.codec'} & set(sys.modules)\n"
        )

        run(pytester).assert_outcomes(passed=1)


class TestTheExample:
    def test_passes_its_own_tests(self, pytester: pytest.Pytester) -> None:
        """The storage agent, run as its page says."""
        result = run(pytester, f"--rootdir={ROOT}", "-c", str(ROOT / "pyproject.toml"), str(ROOT / "examples"))

        assert result.ret == pytest.ExitCode.OK
        assert result.parseoutcomes()["passed"] >= 12


class TestThePage:
    def test_has_tests_that_pass(self, pytester: pytest.Pytester) -> None:
        """All blocks of Python together are a module of tests."""
        page = (ROOT / "docs/testing-with-virtual-host.md").read_text("utf-8")
        pytester.makepyfile("\n".join(re.findall(r"```python\n(.*?)```", page, re.DOTALL)))

        run(pytester).assert_outcomes(passed=5)
