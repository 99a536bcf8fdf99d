import errno
import subprocess
import sys
from pathlib import Path

import pytest

from multipath import errors
from multipath.dm import resident

LOCK = """
from pathlib import Path
from multipath.dm.resident import lock_memory, unlock_memory
def locked():
    return int(next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmLck" in line))
lock_memory()
bound = locked()
unlock_memory()
print(bound > 1000, locked())
"""


class TestAProcess:
    @pytest.mark.slow
    def test_can_be_kept_in_memory(self) -> None:
        """All of it, until it is let go; in a process of its own, for this one shall not be."""
        done = subprocess.run([sys.executable, "-c", LOCK], capture_output=True, text=True, check=True)

        assert done.stdout == "True 0\n"

    def test_is_told_what_it_lacks(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """With the errno and what to do."""
        monkeypatch.setattr(resident, "_ADJUSTMENT", tmp_path / "none" / "oom_score_adj")

        with pytest.raises(errors.NotPermitted, match="run as root") as refused:
            resident.spare_from_killer()

        assert refused.value.errno == errno.ENOENT
