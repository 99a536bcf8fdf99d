"""No reply makes the codec read beyond it."""

import os
from pathlib import Path

import pytest

from .conftest import python

CASES = int(os.environ.get("MULTIPATH_FUZZ_CASES", "200000"))
SEED = int(os.environ.get("MULTIPATH_FUZZ_SEED", "20"))


@pytest.mark.slow
class TestAReplyThatNoKernelSends:
    """Valid replies with wounds, read by a codec that was built with sanitizers."""

    def test_is_read_within_its_bounds(self, sanitized: Path, sanitizer_environment: dict[str, str]) -> None:
        """Every decoder either reads it or raises `ValueError`; ``MULTIPATH_FUZZ_CASES`` says how many there are."""
        fuzz = ("-m", "tests.unit.native.fuzz", str(sanitized), str(SEED), str(CASES))
        done = python(*fuzz, environment=sanitizer_environment)
        print(done.stdout)

        assert done.returncode == 0, done.stderr
        assert int(done.stdout.split()[-2]) > CASES, "the decoders were hardly reached"

    def test_would_be_noticed_if_it_were_not(self, sanitized: Path, sanitizer_environment: dict[str, str]) -> None:
        """The sanitizer is at work in this process: a read beyond an allocation ends it."""
        code = "import ctypes; ctypes.string_at(ctypes.create_string_buffer(64), 4096)"
        done = python("-c", code, environment=sanitizer_environment)

        assert sanitized.is_dir()
        assert "heap-buffer-overflow" in done.stderr
