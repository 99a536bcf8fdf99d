"""Type checkers see what is there: in the examples, and in the stubs of the compiled core."""

import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import multipath._native

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
IGNORED = re.compile(r" *# type: ignore\[([a-z-]+)\]")
FOUND = re.compile(r"refused\.py:(\d+): error: .*\[([a-z-]+)\]$", re.MULTILINE)
# cffi makes this one; its functions have no signatures to compare.
WITHOUT_SIGNATURES = {"libc"}


def check(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a module of mypy on the project, with the project's own settings."""
    command = [sys.executable, "-m", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


class TestTheExamples:
    def test_that_are_right_are_accepted(self) -> None:
        """Every public name has the type that its documentation says."""
        done = check("mypy", HERE / "accepted.py")

        assert done.returncode == 0, done.stdout

    def test_that_are_wrong_are_refused(self, tmp_path: Path) -> None:
        """Each line by the rule that stands behind it, and no other line."""
        source = (HERE / "refused.py").read_text()
        (tmp_path / "refused.py").write_text(IGNORED.sub("", source))
        lines = enumerate(source.splitlines(), start=1)
        expected = {(number, match[1]) for number, line in lines if (match := IGNORED.search(line))}

        done = check("mypy", "--config-file", ROOT / "pyproject.toml", tmp_path / "refused.py")

        assert {(int(number), rule) for number, rule in FOUND.findall(done.stdout)} == expected, done.stdout


class TestTheStubs:
    def test_are_those_of_the_compiled_modules(self) -> None:
        """Names, parameters and defaults, by ``mypy.stubtest``."""
        modules = {module.name for module in pkgutil.iter_modules(multipath._native.__path__)} - WITHOUT_SIGNATURES
        names = [f"multipath._native.{name}" for name in sorted(modules)]

        config = f"--mypy-config-file={ROOT / 'pyproject.toml'}"
        done = check("mypy.stubtest", *names, config, "--ignore-disjoint-bases")

        assert done.returncode == 0, done.stdout
