"""The selectors under AddressSanitizer and UndefinedBehaviorSanitizer: no step reads or writes beyond what it has."""

from pathlib import Path

import pytest

from ..conftest import python

_HERE = "tests/unit/native/selectors"


@pytest.mark.slow
class TestASelectorBuiltWithSanitizers:
    @pytest.mark.parametrize("file", ["test_family.py", "test_algorithms.py", "test_golden.py"])
    def test_does_what_it_does(self, sanitized: Path, sanitizer_environment: dict[str, str], file: str) -> None:
        """The specification, refusals included."""
        self.passes(sanitized, sanitizer_environment, file)

    def test_plays_long_traces(self, sanitized: Path, sanitizer_environment: dict[str, str]) -> None:
        """The list wanders through its memory, counters wrap, paths fail and come back."""
        self.passes(sanitized, sanitizer_environment, "test_models.py::TestALongTrace")

    @staticmethod
    def passes(tree: Path, environment: dict[str, str], tests: str) -> None:
        """Run tests on the modules of ``tree``."""
        plain = ("-p", "no:cacheprovider", "-p", "no:randomly", "--rootdir=.", "-c", "/dev/null", "-q")
        done = python("-m", "pytest", *plain, f"{_HERE}/{tests}", environment=environment, tree=tree)

        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
