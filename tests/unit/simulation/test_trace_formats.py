"""Recorded loads of other tools, as they write them."""

import pytest

from multipath.errors import TraceError
from multipath.simulation import parse_trace

US = 1_000
MS = 1_000_000
IOLOG_3 = """\
fio version 3 iolog
0 /dev/dm-0 add
6 /dev/dm-0 open
18 /dev/dm-0 read 4096 4096
20 /dev/dm-0 write 0 65536
19 /dev/dm-0 datasync 0 0
30 /dev/dm-0 trim 0 4096
41 /dev/dm-0 close
"""
IOLOG_2 = """\
fio version 2 iolog
/dev/sda add
/dev/sda open
/dev/sda read 0 512
/dev/sda wait 150 0
/dev/sda write 512 1024
/dev/sda close
"""
LATENCY_LOG = """\
12, 2000000, 0, 4096, 0, 0
11, 5000000, 1, 8192, 0, 0
13, 1000000, 2, 4096, 0, 0
"""
BLKPARSE = """\
  8,0    3        1     0.000000000   697  G   W 223490 + 8 [kjournald]
  8,0    3        2     1.000000500   697  Q   W 223490 + 8 [kjournald]
  8,0    1        3     1.000001500   698  Q  RA 100 + 256 [fio]
  8,0    1        4     1.000002000   698  D   R 100 + 256 [fio]
  8,0    0        5     1.500000000     0  C   R 100 + 256 [0]
  8,0    2        6     1.600000000   699  Q FWS [fsync]
  8,0    2        7     1.700000000   699  Q   D 8 + 8 [discard]
CPU0 (8,0):
 Reads Queued:           1,      128KiB\t Writes Queued:           1,        4KiB
"""


class TestATrace:
    @pytest.mark.parametrize(
        ("text", "times", "sizes", "cpus"),
        [
            pytest.param(IOLOG_3, [0, 2 * US], [4096, 65536], [0, 0], id="fio's iolog 3"),
            pytest.param(IOLOG_2, [0, 150 * US], [512, 1024], [0, 0], id="fio's iolog 2"),
            pytest.param(LATENCY_LOG, [0, 4 * MS], [8192, 4096], [0, 0], id="fio's latency log"),
            pytest.param(BLKPARSE, [0, 1000], [4096, 131072], [3, 1], id="blkparse"),
        ],
    )
    def test_of_another_tool_is_read(self, text: str, times: list[int], sizes: list[int], cpus: list[int]) -> None:
        """When each I/O that moves data came, from the first one on, how large it was, and where."""
        trace = parse_trace(text)

        assert (list(trace.times), list(trace.nbytes), list(trace.on_cpus)) == (times, sizes, cpus)

    def test_may_be_cut(self) -> None:
        """By I/Os, or by time."""
        assert parse_trace(IOLOG_3, ios=1).most_ios == 1
        assert parse_trace(IOLOG_3, duration=5).longest == 5

    @pytest.mark.parametrize(
        ("text", "line", "complaint"),
        [
            ("", 1, "no trace of fio or blkparse begins with ''"),
            ("hello\n", 1, "begins with 'hello'"),
            ("fio version 4 iolog\n", 1, "begins with 'fio version 4"),
            ("fio version 3 iolog\n0 /dev/sda add\n", 0, "no I/O that reads or writes data"),
            ("fio version 3 iolog\n0 /dev/sda read 0\n", 2, "no line of fio's iolog version 3"),
            ("fio version 3 iolog\n-5 /dev/sda read 0 512\n", 2, "not a number: '-5'"),
            ("fio version 3 iolog\n99999999999999999999 a read 0 512\n", 2, "not a number"),
            ("fio version 2 iolog\n/dev/sda jump 0 512\n", 2, "no line of fio's iolog version 2"),
            ("1, 2, 0, 4096\n1, 2\n", 2, "no line of fio's latency log"),
            ("1, 2, 0, 4096\n1, x, 0, 4096\n", 2, "not a number: 'x'"),
        ],
    )
    def test_that_is_none_says_at_which_line(self, text: str, line: int, complaint: str) -> None:
        """A typed error, with the line."""
        with pytest.raises(TraceError, match=complaint) as refused:
            parse_trace(text)

        assert refused.value.line == line

    def test_with_sizes_that_no_io_has_is_refused(self) -> None:
        """4 GiB is one byte too many."""
        with pytest.raises(ValueError, match="no size that the kernel counts"):
            parse_trace("fio version 3 iolog\n0 a read 0 4294967296\n")
