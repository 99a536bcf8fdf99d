"""Page 0x83 from bytes, of devices that keep to the standard and of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.wire.vpd import Association, Designator, logical_unit, parse_designators

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
