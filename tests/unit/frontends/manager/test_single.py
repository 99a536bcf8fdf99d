import os
import subprocess
import sys
from pathlib import Path

import pytest

from multipath import errors
from multipath.frontends.manager.single import LOCK, only_one

HOLD = """
import sys
from pathlib import Path
from multipath.frontends.manager.single import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


class TestOneManager:
    def test_keeps_others_out(self, tmp_path: Path) -> None:
        """They are told which process it is."""
        held, refused = only_one(tmp_path / "mpath"), pytest.raises(errors.FileLocked, match=f"process {os.getpid()}")

        with held, refused, only_one(tmp_path / "mpath"):
            pass

        with only_one(tmp_path / "mpath"):
            assert (tmp_path / "mpath" / LOCK).read_text() == f"{os.getpid()}\n"

    @pytest.mark.slow
    def test_that_was_killed_keeps_nobody_out(self, tmp_path: Path) -> None:
        """The kernel takes its lock back."""
        with subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as other:
            assert other.stdout is not None
            assert other.stdout.readline() == b"held\n"
            with pytest.raises(errors.FileLocked, match=f"process {other.pid}"), only_one(tmp_path):
                pass
            other.kill()
            other.wait()

            with only_one(tmp_path):
                pass

    def test_is_refused_where_its_folder_cannot_be(self, tmp_path: Path) -> None:
        """With the place and the errno."""
        (tmp_path / "file").touch()

        with pytest.raises(errors.FileError, match="cannot be opened"), only_one(tmp_path / "file"):
            pass
