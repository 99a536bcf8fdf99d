"""Page 0x83 from bytes, of devices that keep to the standard and of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.wire.vpd import (
    Association,
    Designator,
    choose_wwid,
    logical_unit,
    parse_designators,
    port_group_of_page,
    relative_port_of_page,
    serial_of_page,
    wwid_of_page,
)

from .vpd_model import wwid_of

DESIGNATORS = st.builds(Designator, st.sampled_from(Association), st.integers(0, 15), st.binary(max_size=60))


def page(*designators: Designator) -> bytes:
    """Return the page of a device that has these."""
    body = b"".join(bytes((1, d.association << 4 | d.kind, 0, len(d.value))) + d.value for d in designators)
    return bytes((0, 0x83)) + len(body).to_bytes(2, "big") + body


class TestAPage:
    @given(st.lists(DESIGNATORS, max_size=8), st.binary(max_size=8))
    def test_gives_every_descriptor(self, designators: list[Designator], behind: bytes) -> None:
        """In order, and nothing of what stands behind the page."""
        assert parse_designators(page(*designators) + behind) == tuple(designators)

    @given(st.lists(DESIGNATORS, max_size=8))
    def test_names_its_unit_by_those_of_the_unit(self, designators: list[Designator]) -> None:
        """Ports and targets are left out."""
        units = {each for each in designators if each.association is Association.LOGICAL_UNIT}

        assert logical_unit(page(*designators)) == units

    def test_has_the_form_of_the_standard(self) -> None:
        """Code set and type, association, length: byte for byte."""
        naa = bytes.fromhex("6001405000000001")

        assert parse_designators(bytes.fromhex("0083000c 01030008") + naa) == (
            Designator(Association.LOGICAL_UNIT, 3, naa),
        )


class TestAPageThatIsWrong:
    @given(st.binary(max_size=300))
    def test_is_refused_and_nothing_else(self, data: bytes) -> None:
        """Whatever a device sends, it is read or it is a `ValueError`."""
        try:
            parse_designators(b"\0\x83" + data)
        except ValueError:
            return

    @given(st.lists(DESIGNATORS, min_size=1, max_size=4), st.data())
    def test_is_refused_wherever_it_is_cut(self, designators: list[Designator], data: st.DataObject) -> None:
        """A page that lost its end is never half of an identity."""
        whole = page(*designators)
        end = data.draw(st.integers(0, len(whole) - 1))

        with pytest.raises(ValueError, match="page"):
            parse_designators(whole[:end])

    @pytest.mark.parametrize(
        ("data", "fault"),
        [
            (b"", "nothing"),
            (b"\0\x83\0", "00 83 00"),
            (b"\0\x80\0\0", "not a device identification page"),
            (b"\0\x83\0\4\1\3\0\1", "runs beyond the page"),
            (b"\0\x83\0\3\1\3\0", "runs beyond the page"),
            (b"\0\x83\xff\xff", "cut at 4"),
        ],
    )
    def test_says_what_is_wrong(self, data: bytes, fault: str) -> None:
        """With the bytes, or the place."""
        with pytest.raises(ValueError, match=fault):
            parse_designators(data)


class TestADesignator:
    @pytest.mark.parametrize(
        ("kind", "value", "text"),
        [
            (3, bytes.fromhex("6001405000000001"), "naa.6001405000000001"),
            (2, bytes.fromhex("0011223344556677"), "eui.0011223344556677"),
            (1, b"ACME    disk 7", "t10.ACME    disk 7"),
            (8, b"iqn.2003-01.org:x\0\0\0", "name.iqn.2003-01.org:x"),
            (10, bytes((0x10, 0xFF)), "type 10.0x10ff"),
            (1, b"\x1b[2J", "t10.0x1b5b324a"),
            (1, b"0x41", "t10.0x30783431"),
            (1, b"caf\xe9", "t10.0x636166e9"),
            (1, b"", "t10."),
        ],
    )
    def test_is_shown_as_text_where_it_is_text(self, kind: int, value: bytes, text: str) -> None:
        """Else in hexadecimal digits that no text can look like."""
        assert str(Designator(Association.LOGICAL_UNIT, kind, value)) == text

    @given(DESIGNATORS)
    def test_is_safe_to_print(self, designator: Designator) -> None:
        """Nothing that a device says moves a terminal's cursor."""
        assert str(designator).isascii()
        assert str(designator).isprintable()

    @given(DESIGNATORS, DESIGNATORS)
    def test_is_shown_like_no_other(self, one: Designator, other: Designator) -> None:
        """What reads the same is the same kind and value, but for padding."""
        if str(one) == str(other):
            assert (one.kind, one.value.strip(b"\0 ")) == (other.kind, other.value.strip(b"\0 "))


NAA_6 = (3, bytes.fromhex("600140500000000000000000000000a1"))
NAA_5 = (3, bytes.fromhex("5000c50012345678"))
NAA_2 = (3, bytes.fromhex("2000c50012345678"))
NAA_3 = (3, bytes.fromhex("3000c50012345678"))
EUI_64 = (2, bytes.fromhex("0002C90300A1B2C3"))
NAME = (8, b"naa.5000C50012345678\0\0\0\0")
T10 = (1, b"ACME    disk  7 ")


def unit_page(*designators: tuple[int, bytes]) -> bytes:
    """Return the page of a unit with these designators, each a kind and a value."""
    return page(*(Designator(Association.LOGICAL_UNIT, kind, value) for kind, value in designators))


class TestTheWwidOfAPage:
    @pytest.mark.parametrize(
        ("designator", "wwid"),
        [
            (NAA_6, "3600140500000000000000000000000a1"),
            (NAA_5, "35000c50012345678"),
            (NAA_2, "32000c50012345678"),
            (NAA_3, "33000c50012345678"),
            (EUI_64, "20002c90300a1b2c3"),
            ((2, bytes(12)), "2" + "0" * 24),
            ((2, bytes(16)), "2" + "0" * 32),
            (NAME, "35000c50012345678"),
            ((8, b"eui.0002C90300A1B2C3"), "20002c90300a1b2c3"),
            ((8, b"iqn.2003-01.org.Example:Disk\0\0"), "82003-01.org.Example:Disk"),
            (T10, "1ACME_disk_7"),
            ((1, b"  ACME  disk"), "1_ACME_disk"),
            ((1, b"ACME    disk\0\0\0\0"), "1ACME_disk"),
            ((1, b"ACME    caf\xe9"), "1ACME_caf\udce9"),
            ((1, b"ACME    \x1b[2J"), "1ACME_\x1b[2J"),
        ],
    )
    def test_is_made_of_its_designator(self, designator: tuple[int, bytes], wwid: str) -> None:
        """A digit for the kind, then the value: byte for byte as multipath-tools makes it."""
        assert wwid_of_page(unit_page(designator)) == wwid

    def test_is_made_of_the_best(self) -> None:
        """Whatever the order: each beats all that follow."""
        ranked = [NAA_6, NAA_5, NAA_2, EUI_64, NAME, T10, NAA_3]

        for place in range(len(ranked)):
            page = unit_page(*reversed(ranked[place:]))

            assert wwid_of_page(page) == wwid_of_page(unit_page(ranked[place]))

    def test_is_made_of_the_first_of_equals(self) -> None:
        """An array that changes the order changes the identity."""
        other = (3, bytes.fromhex("600140500000000000000000000000b2"))

        assert wwid_of_page(unit_page(NAA_6, other)) == "3600140500000000000000000000000a1"

    @pytest.mark.parametrize(
        "designator",
        [
            (3, b""),
            (3, bytes.fromhex("6001405000000001")),
            (3, bytes.fromhex("5000c500123456")),
            (3, bytes.fromhex("1000c50012345678")),
            (2, bytes(9)),
            (2, b""),
            (8, b"eui"),
            (8, b"uui.0002C90300A1B2C3"),
            (8, b"iqn.\0\0\0\0"),
            (1, b"ACME"),
            (1, b" " * 16),
            (1, bytes(16)),
            (0, b"vendor specific"),
            (4, bytes(4)),
            (6, bytes(4)),
            (7, bytes(16)),
            (10, bytes(18)),
        ],
    )
    def test_is_not_made_of(self, designator: tuple[int, bytes]) -> None:
        """What is no plausible identity, or one that all such units would have; others beside it count."""
        assert wwid_of_page(unit_page(designator)) is None
        assert wwid_of_page(unit_page(designator, NAA_3)) == "33000c50012345678"

    def test_is_not_made_of_a_port(self) -> None:
        """Only what names the unit."""
        assert wwid_of_page(page(*(Designator(each, *NAA_6) for each in Association if each))) is None

    def test_is_made_of_what_stands_before_a_fault(self) -> None:
        """A descriptor that runs beyond the page ends it."""
        good = unit_page(NAA_5)
        body = good[4:] + bytes((1, 3, 0, 16)) + NAA_6[1][:8]

        assert wwid_of_page(b"\0\x83" + len(body).to_bytes(2, "big") + body) == "35000c50012345678"

    def test_is_never_made_of_half_a_designator(self) -> None:
        """Wherever the page is cut."""
        whole = unit_page(T10, NAA_6)

        for end in range(len(whole)):
            assert wwid_of_page(whole[:end]) in (None, "1ACME_disk_7")

    def test_is_cut_at_so_many_bytes(self) -> None:
        """Not characters: a vendor's letters beyond ASCII take two bytes each in the map's uuid."""
        wwid = wwid_of_page(unit_page((1, b"x" + "Â".encode() * 80)))

        assert wwid is not None
        assert len(wwid.encode("utf-8", "surrogateescape")) == 127

    def test_is_doubtful_where_the_page_was_cut(self) -> None:
        """Unless nothing could have been better."""
        cut, whole = choose_wwid(unit_page(T10, NAA_6)[:-1]), choose_wwid(unit_page(NAA_6, T10)[:-1])

        assert cut is not None
        assert whole is not None
        assert (bool(cut.doubt), bool(whole.doubt)) == (True, False)

    @pytest.mark.parametrize(
        ("designator", "length"), [((8, b"iqn." + b"x" * 251), 125), ((1, b"ACME    " + b"y" * 247), 126)]
    )
    def test_is_cut_and_doubtful_where_it_is_too_long(self, designator: tuple[int, bytes], length: int) -> None:
        """Of the designator no more than 128 bytes count."""
        choice = choose_wwid(unit_page(designator))

        assert choice is not None
        assert (len(choice.wwid), bool(choice.doubt)) == (length, True)

    @given(st.lists(DESIGNATORS, max_size=6), st.integers(-3, 3), st.binary(max_size=6))
    def test_is_that_of_the_model(self, designators: list[Designator], lie: int, behind: bytes) -> None:
        """Of a page whose length is wrong, too."""
        whole = bytearray(page(*designators) + behind)
        whole[2:4] = max(0, int.from_bytes(whole[2:4], "big") + lie).to_bytes(2, "big")

        assert wwid_of_page(bytes(whole)) == wwid_of(bytes(whole))

    @given(st.binary(max_size=300))
    def test_is_there_or_not_and_nothing_else(self, data: bytes) -> None:
        """Whatever a device sends."""
        for page in (data, b"\0\x83" + data, b"\0\x80" + data):
            assert wwid_of_page(page) is None or wwid_of_page(page) == wwid_of(page)
            assert (serial_of_page(page) or "").isprintable()
            assert port_group_of_page(page) in (None, *range(1 << 16))
            assert relative_port_of_page(page) in (None, *range(1 << 16))


class TestTheSerialOfAPage:
    @pytest.mark.parametrize(
        ("data", "serial"),
        [
            (b"\0\x80\0\x08  7F00  ", "7F00"),
            (b"\0\x80\0\x047F00behind", "7F00"),
            (b"\0\x80\0\x047F\0000", "7F"),
            (b"\0\x80\0\x037\x1b\xff", "7\\x1b\\xff"),
            (b"\0\x80\0\xc8" + b"9" * 200, "9" * 127),
            (b"\0\x80\0\x08  7F", None),
            (b"\0\x80\0\x04    ", None),
            (b"\0\x80\0\0", None),
            (b"\0\x83\0\x047F00", None),
            (b"\0\x80\0", None),
            (b"", None),
        ],
    )
    def test_is_the_text_without_blanks_around(self, data: bytes, serial: str | None) -> None:
        """Of a page that was cut there is none: half a serial number is another's."""
        assert serial_of_page(data) == serial


class TestThePortOfAPage:
    def test_is_that_of_the_first_descriptor(self) -> None:
        """Group and relative port, each in the last two bytes of four."""
        port = Association.TARGET_PORT
        data = page(
            Designator(port, 5, b"\0\0\1\1"),
            Designator(port, 4, b"\0\0\0\3"),
            Designator(port, 5, b"\0\0\0\2"),
        )

        assert (port_group_of_page(data), relative_port_of_page(data)) == (257, 3)

    def test_is_unknown_where_none_is_named(self) -> None:
        """Or where what names it has another length."""
        assert port_group_of_page(page(Designator(Association.TARGET_PORT, 5, b"\0\1"))) is None
        assert relative_port_of_page(b"") is None
