"""Every fuzz target, for a few seconds."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
RUNS = 3000
MORE = {"fuzz_vpd": 20_000, "fuzz_sysfs": 300}  # of what is quick, and fewer of what writes files
SEED = 4


@pytest.mark.slow
class TestATarget:
    @pytest.mark.parametrize("target", sorted(file.stem for file in HERE.glob("fuzz_*.py")))
    def test_finds_nothing(self, target: str, tmp_path: Path) -> None:
        """From one seed, so that what it finds it finds again; what it found is shown."""
        pytest.importorskip("atheris", reason="there is no atheris for this Python")
        command = [sys.executable, "-m", f"tests.fuzz.{target}", f"-runs={MORE.get(target, RUNS)}", f"-seed={SEED}"]
        bounds = [
            "-max_len=600",
            "-len_control=0",
            "-timeout=10",
            "-max_total_time=60",
            "-rss_limit_mb=0",  # what it takes for its own is the most that the process had which started it
            "-malloc_limit_mb=1024",
            f"-artifact_prefix={tmp_path}/",
            str(tmp_path),
        ]

        done = subprocess.run([*command, *bounds], check=False, cwd=HERE.parents[1], capture_output=True, text=True)

        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
