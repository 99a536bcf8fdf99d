"""No reply makes the codec read beyond it."""

import json
import os
from pathlib import Path

import pytest

from .conftest import Scenario, python
from .under_shim import SCENARIOS

CASES = int(os.environ.get("MULTIPATH_FUZZ_CASES", "200000"))
SEED = int(os.environ.get("MULTIPATH_FUZZ_SEED", "20"))


@pytest.mark.slow
class TestAReplyThatNoKernelSends:
    """Valid replies with wounds, read by a codec that was built with sanitizers."""

    def test_is_read_within_its_bounds(self, sanitized: Path, sanitizer_environment: dict[str, str]) -> None:
        """Every decoder either reads it or raises `ValueError`; ``MULTIPATH_FUZZ_CASES`` says how many there are."""
        fuzz = ("-m", "tests.unit.native.fuzz", str(SEED), str(CASES))
        done = python(*fuzz, environment=sanitizer_environment, tree=sanitized)
        print(done.stdout)

        assert done.returncode == 0, done.stderr
        assert int(done.stdout.split()[-2]) > 2 * CASES, "the decoders were hardly reached"

    def test_would_be_noticed_if_it_were_not(self, sanitized: Path, sanitizer_environment: dict[str, str]) -> None:
        """The sanitizer is in the modules and at work: a read beyond an allocation ends the process."""
        (module,) = (sanitized / "multipath/_native").glob("codec*.so")
        code = "import ctypes; ctypes.string_at(ctypes.create_string_buffer(64), 4096)"
        done = python("-c", code, environment=sanitizer_environment, tree=sanitized)

        assert b"__asan_report_load" in module.read_bytes()
        assert "heap-buffer-overflow" in done.stderr


@pytest.mark.slow
class TestAKernelThatAnswersInEveryWay:
    """The scenarios of `under_shim`, with a control file and pass-through that were built with sanitizers."""

    @pytest.mark.parametrize("scenario", [one.__name__ for one in SCENARIOS if not one.__name__.startswith("steady")])
    def test_is_heard_within_the_bounds(
        self, sanitized: Path, sanitizer_environment: dict[str, str], shim: Path, run: Scenario, scenario: str
    ) -> None:
        """Buffers that grow, signals, wiped secrets, threads, lying drivers: the same as without sanitizers."""
        environment = sanitizer_environment | {"LD_PRELOAD": f"{sanitizer_environment['LD_PRELOAD']} {shim}"}
        done = python("-m", "tests.unit.native.under_shim", scenario, environment=environment, tree=sanitized)

        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == run(scenario)
