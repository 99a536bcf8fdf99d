"""Pages and logs of arrays: golden bytes by their published layouts, and anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.wire import ana, port_groups, unit_report, volume_access
from multipath.wire.port_groups import PortGroup

from ..probes.pages import NAMES, page

GROUPS = (
    PortGroup(1, "active/optimized", True, (1, 2)),
    PortGroup(2, "active/non-optimized", False, (3, 4)),
    PortGroup(3, "standby", False, (5,)),
    PortGroup(4, "unavailable", False),
    PortGroup(5, "lba-dependent", False, (6,)),
    PortGroup(6, "offline", False, (7,)),
    PortGroup(7, "transitioning", False, (8,)),
)
HOSTILE = st.one_of(
    st.binary(max_size=600), st.builds(lambda name, cut: page(name)[:cut], st.sampled_from(NAMES), st.integers(0, 300))
)


class TestTargetPortGroups:
    @pytest.mark.parametrize("name", ["port-groups", "port-groups-extended"])
    def test_are_read_with_either_header(self, name: str) -> None:
        """Whichever the device chose."""
        assert port_groups.parse_port_groups(page(name)) == GROUPS

    def test_say_how_long_a_transition_lasts(self) -> None:
        """With the extended header alone."""
        assert port_groups.transition_limit(page("port-groups-extended")) == 60
        assert port_groups.transition_limit(page("port-groups")) is None

    def test_count_as_far_as_they_came(self) -> None:
        """A group without all its ports is none; what is behind the stated length neither."""
        data = page("port-groups")

        assert port_groups.parse_port_groups(data[:-1]) == GROUPS[:-1]
        assert port_groups.parse_port_groups(data + bytes(8)) == GROUPS
        assert port_groups.length_of_answer(data[:4]) == len(data)

    def test_have_reserved_states(self) -> None:
        """They are told by their number."""
        (found,) = port_groups.parse_port_groups(bytes.fromhex("00000008 0500000100000000"))

        assert found.state == "reserved (0x5)"

    def test_are_asked_for_with_a_length(self) -> None:
        """The service action, and the room."""
        assert port_groups.report_target_port_groups(0x1234).hex() == "a30a00000000000012340000"


class TestAnaCommands:
    def test_are_submission_entries(self) -> None:
        """64 bytes: operation code, namespace, and from byte 40 on the dwords of the command."""
        entry = ana.ana_log(0x50000, groups_only=True)

        assert (len(entry), entry[0], entry[4:8]) == (64, 0x02, b"\xff" * 4)
        assert int.from_bytes(entry[40:44], "little") == 0x3FFF010C
        assert int.from_bytes(entry[44:48], "little") == 1
        assert ana.identify_namespace(7)[:8].hex() == "0600000007000000"
        assert ana.identify_controller()[40] == 1

    @pytest.mark.parametrize(("flbas", "at"), [(0x00, 0), (0x10, 0), (0x0F, 15), (0x20, 16), (0x61, 49)])
    def test_find_the_format_of_a_namespace(self, flbas: int, at: int) -> None:
        """The number of its format is in two parts of one byte; what says nothing of use is no size."""
        data = bytearray(384)
        data[:8], data[26], data[128 + 4 * at + 2] = (8).to_bytes(8, "little"), flbas, 12

        assert ana.size_of_namespace(bytes(data)) == 64
        assert ana.size_of_namespace(bytes(data[:383])) is None
        data[128 + 4 * at + 2] = 8
        assert ana.size_of_namespace(bytes(data)) is None

    def test_bound_the_length_of_a_log(self) -> None:
        """Whatever numbers a controller gives."""
        assert ana.Controller(True, False, 0xFFFFFFFF, 0xFFFFFFFF).log_length == 1 << 18
        assert ana.Controller(True, True, 8, 99).log_length == 16 + 8 * 32
        assert ana.Controller(True, False, 8, 8).log_length == 16 + 8 * 32 + 8 * 4


class TestAnyBytes:
    @given(HOSTILE)
    def test_are_read_without_an_exception(self, data: bytes) -> None:
        """Each reader gets the pages of all."""
        for group in port_groups.parse_port_groups(data):
            assert 0 <= group.number <= 0xFFFF
        port_groups.transition_limit(data)
        volume_access.parse_volume_access(data)
        unit_report.parse_unit_report(data)
        ana.parse_ana_log(data)
        ana.parse_controller(data)
        ana.is_attached(data)
        ana.size_of_namespace(data)
        assert ana.group_of_namespace(data) >= 0
