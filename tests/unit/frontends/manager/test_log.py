import io
import os
import re
from pathlib import Path

from multipath.frontends.manager.log import Level, Log


class TestALog:
    def test_is_one_line_for_each_event(self) -> None:
        """What a device says cannot begin another, nor reach the terminal."""
        stream = io.StringIO()

        Log(stream=stream, environment={})(Level.NOTICE, "sda\x1b[2J\n<0>fake")

        assert re.fullmatch(r"\S+ notice: sda\\x1b\[2J\\n<0>fake\n", stream.getvalue())

    def test_has_levels_where_it_is_the_journal(self, tmp_path: Path) -> None:
        """As sd-daemon(3) has them."""
        with (tmp_path / "journal").open("w+") as stream:
            status = os.fstat(stream.fileno())
            Log(stream=stream, environment={"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})(Level.ERROR, "x")
            stream.seek(0)

            assert stream.read() == "<3>x\n"

    def test_leaves_out_what_is_too_much(self) -> None:
        """By its level."""
        stream = io.StringIO()

        Log(Level.NOTICE, stream, {})(Level.INFO, "detail")

        assert stream.getvalue() == ""

    def test_ends_nothing_where_it_cannot_be_written(self) -> None:
        """A service goes on without its log."""
        stream = io.StringIO()
        stream.close()

        Log(stream=stream, environment={})(Level.ERROR, "lost")
