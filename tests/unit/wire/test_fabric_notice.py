"""What a fabric tells: messages that a kernel has sent, and all that is not one."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.wire.fabric_notice import FabricNotice, NoticeKind, read_notices

# As the kernel of Linux 6.1 sent them to a socket, for host 1: header of netlink, of the transport, of the event.
_HEAD = "{}0000001100000000000000000000000101b2a10001{}00ea8d086b00000000000000000000000001 00{}00"
LINK_INTEGRITY = bytes.fromhex(
    _HEAD.format("70", "60", "38")
    + "0500000001050000 1600000000000030 0002000100000028 20006c6162000001 20000a0000000002 00010000 00002710 00000007"
    "00000001 20000a0000000002 00000000"
)
CONGESTION = bytes.fromhex(
    _HEAD.format("68", "58", "34")
    + "0600000001050000 160000000000002c 0002000300000024 20006c6162000001 20000a0000000002 00030000 00002710 00000001"
    "20000a0000000002"
)
STATE_CHANGE = bytes.fromhex(_HEAD.format("38", "28", "04") + "0700000005000000 00000000 00000000")
LINK_UP = bytes.fromhex(_HEAD.format("38", "28", "04") + "0800000002000000 00000000 00000000")
_EVENT = 52  # where the data of an event begins


def descriptor(*ports: int, cause: int = 3, count: int | None = None) -> bytes:
    """Return a descriptor about link integrity."""
    names = b"".join(port.to_bytes(8, "big") for port in ports)
    value = struct.pack(">QQHHIII", 1, 2, cause, 0, 10, 7, len(ports) if count is None else count) + names
    return struct.pack(">II", 0x20001, len(value)) + value


def message(*descriptors: bytes) -> bytes:
    """Return a message of the kernel with these descriptors."""
    service = struct.pack(">B3xI", 0x16, sum(map(len, descriptors))) + b"".join(descriptors)
    size = _EVENT + len(service)
    head = struct.pack("=I", size) + LINK_INTEGRITY[4 : _EVENT - 10] + struct.pack("=H", len(service))
    return head + LINK_INTEGRITY[_EVENT - 8 : _EVENT] + service


class TestAMessage:
    @pytest.mark.parametrize(
        ("told", "notice"),
        [
            (
                LINK_INTEGRITY,
                FabricNotice(1, NoticeKind.LINK_INTEGRITY, frozenset({0x20000A0000000002}), "link failure"),
            ),
            (STATE_CHANGE, FabricNotice(1, NoticeKind.STATE_CHANGE)),
            (LINK_UP, FabricNotice(1, NoticeKind.LINK_UP)),
        ],
    )
    def test_of_the_kernel_is_read(self, told: bytes, notice: FabricNotice) -> None:
        """Whom it was sent to, what it is, and which ports it is about."""
        assert read_notices(told) == [notice]

    def test_about_congestion_is_none(self) -> None:
        """A port that is busy is no bad link: multipath-tools passes it over, too."""
        assert read_notices(CONGESTION) == []

    def test_may_have_several_descriptors(self) -> None:
        """Those that nobody knows are passed over, wherever they stand."""
        unknown = struct.pack(">II", 0x20004, 3) + b"abc"
        found = read_notices(message(unknown, descriptor(1, 2), unknown, descriptor(3, cause=9)))

        assert [(sorted(each.ports), each.cause) for each in found] == [([1, 2], "loss of signal"), ([3], "")]

    def test_that_promises_more_ports_than_it_has_names_those(self) -> None:
        """What a device says of a length is not believed."""
        (found,) = read_notices(message(descriptor(1, 2, count=2**32 - 1)))

        assert found.ports == {1, 2}

    @pytest.mark.parametrize("place", [16, 17, 18, 20], ids=["version", "transport", "magic", "kind"])
    def test_of_another_kind_is_none(self, place: int) -> None:
        """Of another transport, of a vendor, of a version that nobody knows."""
        told = bytearray(LINK_INTEGRITY)
        told[place] ^= 0x40

        assert read_notices(bytes(told)) == []

    @given(st.integers(0, len(LINK_INTEGRITY) - 5))
    def test_that_is_cut_short_names_no_port(self, length: int) -> None:
        """Nothing is read beyond its end, whatever it says of its length."""
        told = struct.pack("=I", length) + LINK_INTEGRITY[4:length]

        assert not any(notice.ports for notice in read_notices(told))

    @given(st.binary(max_size=200), st.integers(0, 2**16 - 1), st.sampled_from([0x501, 0x5, 0x2, 0x502, 0xFFFF]))
    def test_of_any_bytes_is_read_or_passed_over(self, data: bytes, size: int, code: int) -> None:
        """Nothing that a switch sends breaks the reader."""
        head = LINK_INTEGRITY[4 : _EVENT - 10] + struct.pack("=HII", size, 0, code)

        assert isinstance(read_notices(struct.pack("=I", 4 + len(head) + len(data)) + head + data), list)
