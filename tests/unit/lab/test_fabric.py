"""What a fabric says, byte for byte, and that it is said in a guest only."""

from collections.abc import Callable

import pytest

from multipath.errors import LabError
from multipath.lab import fabric

PORT = 0x20000A0000000002


class TestANotice:
    def test_says_that_a_link_fails(self) -> None:
        """The length, the tag, who saw it, whose link, what, how long, how often, and the ports behind it."""
        assert fabric.frame(PORT) == bytes.fromhex(
            "16000000 00000030 00020001 00000028 20006c6162000001 20000a0000000002"
            "0001 0000 00002710 00000007 00000001 20000a0000000002"
        )

    def test_says_that_a_port_gives_no_credit(self) -> None:
        """The same, but for the number of times."""
        assert fabric.frame(PORT, "peer_congestion") == bytes.fromhex(
            "16000000 0000002c 00020003 00000024 20006c6162000001 20000a0000000002"
            "0003 0000 00002710 00000001 20000a0000000002"
        )

    @pytest.mark.parametrize("tell", [fabric.notice, fabric.registered_state_change, fabric.link_up])
    def test_is_refused_outside_of_a_guest(self, tell: Callable[[str], None]) -> None:
        """No host of a machine of flesh and blood is told anything."""
        with pytest.raises(LabError, match="in a guest of the lab only"):
            tell("sda")
