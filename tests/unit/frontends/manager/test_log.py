import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from multipath.frontends.manager.log import Level, Log


def read_pipe() -> tuple[int, int]:
    """Return a pipe, to read and to write."""
    return os.pipe()


def read_socket() -> tuple[int, int]:
    """Return a stream socket, which is what the journal gives, to read and to write."""
    ours, theirs = socket.socketpair()
    return ours.detach(), theirs.detach()


class TestALog:
    def test_is_one_line_for_each_event(self) -> None:
        """What a device says cannot begin another, nor reach the terminal."""
        reads, writes = os.pipe()

        Log(fd=writes, environment={})(Level.NOTICE, "sda\x1b[2J\n<0>fake")

        assert re.fullmatch(rb"\S+ notice: sda\\x1b\[2J\\n<0>fake\n", os.read(reads, 4096))
        os.close(reads)
        os.close(writes)

    def test_has_levels_where_it_is_the_journal(self, tmp_path: Path) -> None:
        """As sd-daemon(3) has them."""
        with (tmp_path / "journal").open("w+") as stream:
            status = os.fstat(stream.fileno())
            environment = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
            Log(fd=stream.fileno(), environment=environment)(Level.ERROR, "x")

        assert (tmp_path / "journal").read_text() == "<3>x\n"

    def test_leaves_out_what_is_too_much(self, tmp_path: Path) -> None:
        """By its level."""
        with (tmp_path / "log").open("w+") as stream:
            Log(Level.NOTICE, stream.fileno(), {})(Level.INFO, "detail")

        assert (tmp_path / "log").read_text() == ""

    @pytest.mark.parametrize("open_both", [read_pipe, read_socket])
    def test_ends_nothing_where_nobody_reads_any_more(self, open_both: Callable[[], tuple[int, int]]) -> None:
        """A service goes on without its log."""
        reads, writes = open_both()
        os.close(reads)

        Log(fd=writes, environment={})(Level.ERROR, "lost")

        os.close(writes)

    def test_ends_nothing_where_it_is_closed(self) -> None:
        """Standard error may be."""
        reads, writes = os.pipe()
        os.close(reads)
        os.close(writes)

        Log(fd=writes, environment={})(Level.ERROR, "lost")


@pytest.mark.parametrize("open_both", [read_pipe, read_socket])
class TestALogThatNobodyReads:
    def test_does_not_wait(self, open_both: Callable[[], tuple[int, int]]) -> None:
        """The journal may wait for a disk that only we can bring back; the next line that fits has the count."""
        reads, writes = open_both()
        log = Log(fd=writes, environment={})

        for _ in range(2000):
            log(Level.NOTICE, "x" * 1000)
        read = b""
        while not read.endswith(b"the end\n"):
            read += os.read(reads, 1 << 20)
            log(Level.NOTICE, "the end")

        lines = read.splitlines()
        (lost,) = (int(found[1]) for line in lines if (found := re.search(rb"(\d+) lines of this log were lost", line)))
        whole = [line for line in lines if line.endswith(b"x" * 1000)]
        assert len(whole) + lost >= 2000
        assert len(whole) < 2000
        os.close(reads)
        os.close(writes)
