"""The message that sets a parameter of an iSCSI connection, against one that a kernel 6.1 took."""

import asyncio
import errno

import pytest

from multipath.paths.iscsi import PARAMETERS, message, outcome, set_parameter

HANDLE = 0x9AB7A4A0
# Session 1, connection 0, recv_tmo 1: what the kernel answered after it had set it.
REPLY = bytes.fromhex(
    "48000000100000000000000000000000"
    "1000000000000000a0a4b79a0000000001000000000000001f00000002000000"
    "000000000000000000000000000000000000000000000000"
)


class TestTheMessage:
    def test_has_the_event_that_the_kernel_sends_back(self) -> None:
        """Type, transport, session, connection, parameter and length; the text follows."""
        sent = message(HANDLE, 1, 0, PARAMETERS["recv_tmo"], "1")

        assert sent[16:72] == REPLY[16:72]
        assert sent[72:74] == b"1\0"
        assert int.from_bytes(sent[:4], "little") == 74
        assert len(sent) % 4 == 0


class TestTheReply:
    def test_tells_that_it_was_set(self) -> None:
        """No error."""
        assert outcome(REPLY) == 0

    def test_tells_why_not(self) -> None:
        """The kernel's errors are negative."""
        refused = bytearray(REPLY)
        refused[20:24] = (-errno.EINVAL).to_bytes(4, "little", signed=True)

        assert outcome(bytes(refused)) == errno.EINVAL

    @pytest.mark.parametrize("size", [0, 15, 16, 40])
    def test_that_is_none_is_an_error(self, size: int) -> None:
        """Whatever came."""
        assert outcome(REPLY[:size]) == errno.EPROTO


class TestASessionOfAnotherDriver:
    def test_is_left_to_it(self) -> None:
        """Its parameters are its own matter."""
        file = "/sys/devices/platform/host4096/session1/connection1:0/iscsi_connection/connection1:0/ping_tmo"

        assert asyncio.run(set_parameter(file, "2")) == errno.EOPNOTSUPP
