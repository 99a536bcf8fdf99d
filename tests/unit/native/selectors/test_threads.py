"""One selector in several threads, under ThreadSanitizer: batches without the GIL and single calls side by side."""

import os
import subprocess
import sys
from array import array
from pathlib import Path
from threading import Thread

import pytest

from ..conftest import built
from .models import NO_PATH
from .setups import NAMES, plain

_SANITIZE = "-fsanitize=thread"
_MODULES = ("selector", *(name.replace("-", "_") for name in NAMES))
_RACED = 66
_ROUNDS = 200


def stressed(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run the stress test on a core that was built with ThreadSanitizer, to the first race."""
    found = subprocess.run(["gcc", "-print-file-name=libtsan.so"], check=True, capture_output=True, text=True)
    # It has places of its own in memory, which a kernel may give to others when it puts things at random.
    fixed = ["setarch", "--addr-no-randomize", "env", f"LD_PRELOAD={found.stdout.strip()}"]
    command = [*fixed, sys.executable, "-m", "tests.unit.native.selectors.stress", str(_ROUNDS)]
    settings = os.environ | {"TSAN_OPTIONS": f"halt_on_error=1 exitcode={_RACED}"}
    return subprocess.run(command, check=False, cwd=tree, env=settings, capture_output=True, text=True, timeout=600)


@pytest.mark.slow
class TestALongBatch:
    def test_lets_single_calls_in(self) -> None:
        """Whoever waits for the lock comes first between two turns of the batch, and need not wait for its end."""
        count = 1_000_000
        selector = plain("historical-service-time", 64).native()
        zeroes, out = array("Q", bytes(8 * count)), array("i", [NO_PATH]) * count
        batch = Thread(target=selector.select_batch, args=(zeroes, zeroes, out))

        batch.start()
        calls = 0
        while batch.is_alive() and out[-1] == NO_PATH:
            selector.select(0)
            calls += out[0] != NO_PATH and out[-1] == NO_PATH
        batch.join()

        assert calls > 10


@pytest.mark.slow
class TestASelectorInSeveralThreads:
    def test_has_no_data_race_and_loses_no_io(self, tmp_path: Path) -> None:
        """Two threads each in `select_batch`, in `replay` and in single calls; all I/Os end, all paths come back."""
        done = stressed(built(tmp_path, _SANITIZE, _SANITIZE, _MODULES))

        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [f"{name} 0 8" for name in NAMES]

    def test_would_race_without_its_lock(self, tmp_path: Path) -> None:
        """ThreadSanitizer sees the modules, and the threads are at work at one time."""
        unlocked = Path(__file__).with_name("unlocked.h")
        done = stressed(built(tmp_path, f"{_SANITIZE} -include {unlocked}", _SANITIZE, _MODULES))

        assert done.returncode == _RACED
        assert "ThreadSanitizer: data race" in done.stderr
