"""The kernel's log as a file of records, and what containers put in its place."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.dm.kernel_log import KernelLog
from multipath.units import devt

MAP = devt(253, 0)
RECORD = "4,1160,5140900,-;device-mapper: table: 253:0: multipath: error getting device (-ENXIO)\n SUBSYSTEM=block\n"


class Records:
    """A log whose reads are one record each, as those of ``/dev/kmsg``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, records: list[str | OSError]) -> None:
        self.records: Iterator[str | OSError] = iter(records)
        monkeypatch.setattr("multipath.dm.kernel_log.os.read", self.read)

    def read(self, fd: int, most: int) -> bytes:
        """Return the next record, or raise what stands in its place."""
        record = next(self.records, BlockingIOError(errno.EAGAIN, "no more"))
        if isinstance(record, OSError):
            raise record
        return record.encode()[:most]


class TestALogWithAReason:
    def test_gives_what_was_said_of_this_device(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The text after the device's number; the record's head and its tags are left out."""
        Records(monkeypatch, ["6,1,2,-;sd 0:0:0:0: ready\n", RECORD, RECORD.replace("253:0", "253:1")])

        with KernelLog("/dev/null") as log:
            assert log.reason(MAP) == "multipath: error getting device (-ENXIO)"

    def test_gives_every_reason(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was said twice is told twice, in order."""
        Records(monkeypatch, [RECORD, RECORD.replace("error getting device", "unknown path selector type")])

        with KernelLog("/dev/null") as log:
            assert (log.reason(MAP) or "").count("; ") == 1

    def test_goes_on_behind_records_that_were_overwritten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A log that ran over loses records, not the reason behind them."""
        Records(monkeypatch, [BrokenPipeError(errno.EPIPE, "overwritten"), RECORD])

        with KernelLog("/dev/null") as log:
            assert log.reason(MAP) is not None

    def test_takes_no_device_for_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """``253:0`` is not the beginning of ``253:01``, nor anything in the middle of a line."""
        Records(monkeypatch, [RECORD.replace("253:0", "253:01"), RECORD.replace(";device", ";x device")])

        with KernelLog("/dev/null") as log:
            assert log.reason(MAP) is None

    def test_keeps_bytes_that_are_no_text_readable(self, tmp_path: Path) -> None:
        """A record that is not UTF-8 is no reason to fail."""
        file = tmp_path / "kmsg"
        file.touch()

        with KernelLog(str(file)) as log:
            file.write_bytes(RECORD.encode().replace(b"getting", b"gett\xffing"))
            assert "gett\ufffding" in (log.reason(MAP) or "")


class TestALogThatIsNone:
    @pytest.mark.parametrize("path", ["/dev/null", "/nowhere/kmsg", "/dev"])
    def test_has_no_reason(self, path: str) -> None:
        """A log that is absent, empty for ever or a folder ends the search at once."""
        with KernelLog(path) as log:
            assert log.reason(MAP) is None

    def test_may_be_a_pipe(self, tmp_path: Path) -> None:
        """A pipe that nobody writes to is neither waited for nor read for ever."""
        os.mkfifo(tmp_path / "kmsg")

        with KernelLog(str(tmp_path / "kmsg")) as log:
            assert log.reason(MAP) is None

    def test_shows_only_what_came_since(self, tmp_path: Path) -> None:
        """What was logged before it was opened belongs to somebody else."""
        file = tmp_path / "kmsg"
        file.write_text(RECORD)

        with KernelLog(str(file)) as log:
            assert log.reason(MAP) is None

    def test_is_closed_twice_without_harm(self) -> None:
        """Closing again does nothing, and a closed log has no reason."""
        log = KernelLog("/dev/null")

        log.close()
        log.close()

        assert log.reason(MAP) is None
