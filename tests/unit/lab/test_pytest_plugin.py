"""The plugin as the host's pytest sees it, as far as no guest is needed for it."""

import os
from importlib.metadata import entry_points

import pytest

A_MARKED_TEST = """
import pytest

@pytest.mark.kernel
@pytest.mark.parametrize("size", [512, 4096])
def test_marked(size): ...

def test_plain(): ...
"""
A_MARKED_PARAMETER = """
import pytest

@pytest.mark.parametrize("world", ["here", pytest.param("there", marks=pytest.mark.kernel(on="nowhere"))])
def test_parameter(world): ...
"""
# An installed package brings the plugin by itself.
PLUGIN = () if entry_points(group="pytest11", name="multipath_lab") else ("-p", "multipath.lab.pytest_plugin")


class TestAMarkedTest:
    def test_is_one_test_for_each_kernel(self, pytester: pytest.Pytester) -> None:
        """The names of the kernels are in the names of the tests."""
        pytester.makepyfile(A_MARKED_TEST)

        result = pytester.runpytest_subprocess(*PLUGIN, "--collect-only", "-q", "--lab-kernels=6.1,6.12")

        names = [line.partition("::")[2] for line in result.outlines if "::" in line]
        assert sorted(names) == [
            *("test_marked[6.1-4096]", "test_marked[6.1-512]"),
            *("test_marked[6.12-4096]", "test_marked[6.12-512]"),
            "test_plain",
        ]

    def test_with_a_word_that_the_marker_does_not_know_is_refused(self, pytester: pytest.Pytester) -> None:
        """A slip of the pen does not give a test another machine than it asked for."""
        pytester.makepyfile("import pytest\n@pytest.mark.kernel(path=2)\ndef test_marked(): ...")

        result = pytester.runpytest_subprocess(*PLUGIN)

        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines("*the marker kernel takes*paths*")

    def test_may_be_one_value_of_a_parameter(self, pytester: pytest.Pytester) -> None:
        """That value names its kernel, and the other values run here."""
        pytester.makepyfile(A_MARKED_PARAMETER)

        result = pytester.runpytest_subprocess(*PLUGIN, "-v")

        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["*test_parameter?here? PASSED*", "lab: no tests on kernel nowhere:*"])

    def test_by_a_parameter_that_names_no_kernel_is_refused(self, pytester: pytest.Pytester) -> None:
        """There is nothing to boot."""
        pytester.makepyfile(A_MARKED_PARAMETER.replace('(on="nowhere")', ""))

        result = pytester.runpytest_subprocess(*PLUGIN)

        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines("*the marker kernel on a parameter must name the kernel*")

    def test_fails_where_its_kernel_cannot_be_had(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A missing kernel is a failure of each test, with the reason."""
        monkeypatch.setenv("PATH", os.devnull)
        monkeypatch.setenv("MULTIPATH_LAB_CACHE", str(pytester.path / "empty"))
        pytester.makepyfile(A_MARKED_TEST)

        result = pytester.runpytest_subprocess(*PLUGIN, "--lab-kernels=6.1")

        result.assert_outcomes(passed=1, failed=2)

    def test_of_the_newest_kernel_is_left_out_where_that_cannot_be_had(
        self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is not promised is no failure, but the reason is told."""
        monkeypatch.setenv("MULTIPATH_LAB_CACHE", str(pytester.path / "empty"))
        pytester.makeconftest(
            "from multipath.lab import kernels, packages, sources\n"
            "sources.configured.__code__ = (lambda: []).__code__\n"
        )
        pytester.makepyfile(A_MARKED_TEST)

        result = pytester.runpytest_subprocess(*PLUGIN, "--lab-kernels=newest")

        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines("lab: no tests on kernel newest: none of this machine's apt sources*")


class TestAProjectWithoutMarkedTests:
    def test_does_not_notice_the_plugin(self, pytester: pytest.Pytester) -> None:
        """No output, and none of the lab is imported but the plugin itself."""
        pytester.makepyfile(
            "import sys\n"
            "def test_plain(): assert not {'multipath.lab.pytest_host', 'multipath.lab.boot'} & set(sys.modules)\n"
        )

        result = pytester.runpytest_subprocess(*PLUGIN)

        result.assert_outcomes(passed=1)
        result.stdout.no_fnmatch_line("*lab:*")
