"""A call that is made by another process: its answer, its end, and that it may have none."""

import errno
import os
import time
from pathlib import Path

import pytest

from multipath.dm.child import call_apart


class TestACall:
    def test_is_made_with_its_words(self, tmp_path: Path) -> None:
        """As they are, whatever is in them."""
        file = tmp_path / "a file'\n"

        call_apart("    os.close(os.open(argv[0], os.O_CREAT))", [str(file)], 30)

        assert file.exists()

    def test_that_fails_raises_its_errno(self) -> None:
        """As it would have here."""
        with pytest.raises(FileNotFoundError):
            call_apart("    os.open(argv[0], os.O_RDONLY)", ["/nowhere"], 30)

    def test_that_is_killed_has_failed(self) -> None:
        """Nobody knows what was done."""
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            call_apart("    os.kill(os.getpid(), 9)", [], 30)

    def test_that_does_not_return_is_left_behind(self) -> None:
        """Only its deadline passes."""
        before = time.monotonic()

        with pytest.raises(TimeoutError) as late:
            call_apart("    while True: os.sched_yield()", [], 0.1)

        assert late.value.errno == errno.ETIMEDOUT
        assert time.monotonic() - before < 25
