"""Prioritizers that ask: what they make of what arrays of each family send."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.paths.path import Path
from multipath.paths.request import Answer, Operation, Silence
from multipath.probes.prioritizers import PRIORITIZERS, UNDEFINED, Priority, priority, priority_of

from ..asked import SDA, Scripted, failing, fixed, waited
from ..checkers.test_hostile import ANSWERS
from ..pages import page, sent

BIT = "exclusive_pref_bit"
REFUSED = failing(fixed(5, 0x24, 0))
LOST = failing(status=0, host=1)
PAGE_83 = Answer(data=bytes.fromhex("00830008 01950004 00000003"))  # target port group 3
NUMBER, CONTROLLER = Answer(data=b"3\n"), sent("nvme-controller-ana")


def asked(name: str, *answers: Answer | Silence, args: str = "", path: Path = SDA) -> tuple[Priority, Scripted]:
    """Return the priority that these answers give, and what was asked."""
    asker = Scripted(*answers)
    return waited(priority_of(name, args, asker, path, 1.0)), asker


class TestAnAluaArray:
    @pytest.mark.parametrize(
        ("group", "args", "value"),
        [(1, "", 50), (1, BIT, 130), (2, "", 10), (3, "", 1), (4, "", 0), (5, "", 5), (6, "", 0), (7, "", 0)],
    )
    @pytest.mark.parametrize("groups", ["port-groups", "port-groups-extended"])
    def test_reports_the_state_of_each_group(self, group: int, args: str, value: int, groups: str) -> None:
        """The same numbers as those of the kernel's own view, with either header."""
        found, asker = asked("alua", sent(groups), args=args, path=replace(SDA, port_group=group))

        assert found.value == value
        assert [request.payload[:2] for request in asker.asked] == [b"\xa3\x0a"]

    def test_is_asked_for_the_group_where_the_kernel_does_not_know_it(self) -> None:
        """By page 0x83."""
        found, asker = asked("alua", PAGE_83, sent("port-groups"))

        assert (found.value, found.why) == (1, "group 3: standby")
        assert asker.asked[0].payload[:3] == b"\x12\x01\x83"

    def test_is_asked_again_where_its_answer_is_longer(self) -> None:
        """With the room that it needs; one that lies about it gets no more than 64 KiB."""
        long = Answer(data=b"\xff\xff\xff\xff" + page("port-groups")[4:])
        found, asker = asked("alua", long, sent("port-groups"), path=replace(SDA, port_group=2))

        assert found.value == 10
        assert [request.length for request in asker.asked] == [1024, 65536]

    @pytest.mark.parametrize(
        ("answers", "tpgs"),
        [
            ((REFUSED,), 1),
            ((LOST,), 1),
            ((PAGE_83, REFUSED), 1),
            ((PAGE_83, Answer()), 1),
            ((Answer(data=b"\0\x83\0\0"),), 1),
            ((Silence.DEADLINE,), 1),
            ((PAGE_83, sent("port-groups")), 0),
        ],
    )
    def test_that_cannot_tell_leaves_it_undefined(self, answers: tuple[Answer | Silence, ...], tpgs: int) -> None:
        """No group, no answer, no ALUA."""
        assert asked("alua", *answers, path=replace(SDA, tpgs=tpgs))[0].value == UNDEFINED

    def test_is_asked_again_after_a_unit_attention(self) -> None:
        """Some send one in place of the states."""
        assert (
            asked("alua", failing(fixed(6, 0x2A, 6)), sent("port-groups"), path=replace(SDA, port_group=1))[0].value
            == 50
        )


class TestTheKernelsOwnView:
    def test_is_read_anew(self) -> None:
        """What it showed when the path was found is old by now."""
        stale = replace(SDA, access_state="active/optimized", preferred=True)
        found, asker = asked("sysfs", Answer(data=b"standby\n"), Answer(data=b"0\n"), path=stale)

        assert found.value == 1
        assert [request.node for request in asker.asked] == [
            "/sys/class/block/sda/device/access_state",
            "/sys/class/block/sda/device/preferred_path",
        ]
        assert {request.operation for request in asker.asked} == {Operation.FETCH}

    @pytest.mark.parametrize("answer", [Answer(error=2), Answer(), Silence.HELD])
    def test_may_be_missing(self, answer: Answer | Silence) -> None:
        """Then it is undefined."""
        assert asked("sysfs", answer)[0].value == UNDEFINED


class TestAnNvmeController:
    @pytest.mark.parametrize(("namespace", "value"), [(1, 50), (2, 10), (3, 1), (4, 0), (5, 1), (6, UNDEFINED)])
    def test_has_a_log_of_states(self, namespace: int, value: int) -> None:
        """What multipath-tools gives them."""
        number = Answer(data=str(namespace).encode())

        assert asked("ana", CONTROLLER, number, sent("ana-log"))[0].value == value

    def test_may_have_none(self) -> None:
        """Undefined, with the reason."""
        assert asked("ana", sent("nvme-controller-plain"))[0] == Priority(UNDEFINED, "the controller reports no ANA")
        assert asked("ana", Answer(error=25))[0].value == UNDEFINED


class TestTheArraysOfOneFamily:
    @pytest.mark.parametrize(
        ("name", "answers", "value"),
        [
            ("rdac", [sent("rdac-owned")], 6),
            ("rdac", [sent("rdac-other")], 1),
            ("rdac", [sent("rdac-io-shipping")], 12),
            ("rdac", [Answer(data=page("rdac-owned")[:4] + b"xxx" + page("rdac-owned")[7:])], 0),
            ("rdac", [sent("emc-owned")], 0),
            ("rdac", [REFUSED], 0),
            ("emc", [sent("emc-owned")], 4),
            ("emc", [sent("emc-bound")], 1),
            ("emc", [sent("emc-unbound")], 2),
            ("emc", [sent("emc-misconfigured")], 0),
            ("emc", [sent("emc-closed")], 0),
            ("emc", [sent("emc-revision")], 0),
            ("emc", [LOST], 0),
            ("hp_sw", [Answer()], 4),
            ("hp_sw", [failing(fixed(1, 0, 0))], 4),
            ("hp_sw", [failing(fixed(2, 4, 2))], 2),
            ("hp_sw", [failing(fixed(6, 0x29, 0)), failing(fixed(2, 4, 2))], 2),
            ("hp_sw", [failing(fixed(2, 4, 3))], 0),
            ("hp_sw", [failing(fixed(6, 0x29, 0))], 0),
            ("hp_sw", [LOST], 0),
            ("hds", [sent("hds-even-even")], 1),
            ("hds", [sent("hds-odd-even")], 0),
            ("hds", [sent("hds-odd-odd")], 1),
            ("hds", [sent("datacore")], UNDEFINED),
            ("hds", [Answer(data=page("hds-odd-odd")[:49])], UNDEFINED),
            ("hds", [REFUSED], UNDEFINED),
            ("ontap", [sent("ontap-software")], 2),
            ("ontap", [sent("ontap-software-old")], 2),
            ("ontap", [sent("ontap-hardware")], 3),
            ("ontap", [sent("ontap-fc"), sent("ontap-proxy")], 1),
            ("ontap", [sent("ontap-fc"), sent("ontap-direct")], 4),
            ("ontap", [sent("ontap-fc"), REFUSED], 4),
            ("ontap", [Answer(data=page("ontap-fc")[:8]), sent("ontap-direct")], 4),
            ("ontap", [sent("emc-owned")], 0),
            ("ontap", [REFUSED], 0),
        ],
    )
    def test_have_a_priority(self, name: str, answers: list[Answer], value: int) -> None:
        """By the pages that they send."""
        assert asked(name, *answers)[0].value == value

    @pytest.mark.parametrize(
        ("args", "value"),
        [
            ("preferredsds=SDS-A", 1),
            ("preferredsds=DS-", 1),
            ("preferredsds=SDS-B", 0),
            ("timeout=500 preferredsds=SDS-A", 1),
        ],
    )
    def test_may_be_servers_with_names(self, args: str, value: int) -> None:
        """The name that is preferred is found in theirs."""
        assert asked("datacore", sent("datacore"), args=args)[0].value == value

    @pytest.mark.parametrize(
        "args", ["", "SDS-A", "preferredsds=", "preferredsds=SDS-A timeout=1", "preferredsds=SDS-A x"]
    )
    def test_are_not_asked_with_wrong_arguments(self, args: str) -> None:
        """Priority 0."""
        found, asker = asked("datacore", sent("datacore"), args=args)

        assert (found.value, asker.asked) == (0, [])


class TestPortals:
    @pytest.mark.parametrize(
        ("args", "portal", "value"),
        [
            ("preferredip=10.0.0.1", "10.0.0.1:3260,1", 20),
            ("preferredip=10.0.0.12", "10.0.0.1:3260,1", 10),
            ("preferredip=10.0.0.1", "10.0.0.12:3260,1", 10),
            ("preferredip=fe80::1", "[fe80:0::1]:3260,1", 20),
            ("preferredip=fe80::1", "fe80::1:3260,1", 20),
            ("preferredip=10.0.0.1", None, 10),
            ("preferredip=10.0.0", "10.0.0.1:3260,1", 0),
            ("", "10.0.0.1:3260,1", 0),
        ],
    )
    def test_are_compared_as_addresses(self, args: str, portal: str | None, value: int) -> None:
        """One that begins like another is not it; nothing is asked, so a plan knows them too."""
        assert priority("iet", args, replace(SDA, target_port=portal)).value == value

    def test_may_be_known_to_udev_alone(self) -> None:
        """By the name that it makes a link of."""
        path = replace(SDA, udev={"ID_PATH": "pci-0000:00:03.0-ip-10.0.0.1:3260-iscsi-iqn.2003-01.org:x-lun-1"})

        assert asked("iet", Answer(), args="preferredip=10.0.0.1", path=path)[0].value == 20


class TestLatency:
    @pytest.mark.parametrize(
        ("seconds", "args", "value"),
        [
            (1e-7, "io_num=20 base_num=10", 8),
            (1e-6, "io_num=20 base_num=10", 8),
            (2e-3, "io_num=20 base_num=10", 4),
            (99.0, "io_num=20 base_num=10", 0),
            (101.0, "io_num=20 base_num=10", 0),
            (2e-3, "", 18),
            (2e-3, "io_num=19 base_num=10", 18),
            (2e-3, "io_num=20", 18),
            (2e-3, "20|10", 18),
            (2e-3, "io_num=20 base_num=10 x", 18),
        ],
    )
    def test_counts_on_a_logarithmic_scale(self, seconds: float, args: str, value: int) -> None:
        """From 1 us to 100 s; the usual scale where the arguments are not right."""
        found, asker = asked("path_latency", Answer(data=bytes(4096), seconds=seconds), args=args)

        assert found.value == value
        assert len(asker.asked) == (20 if args == "io_num=20 base_num=10" else 100)

    def test_is_undefined_where_a_read_fails(self) -> None:
        """Or is short, or never ends."""
        for answer in (Answer(error=5), Answer(data=b"x"), Silence.DEADLINE):
            assert asked("path_latency", Answer(data=bytes(4096)), answer)[0].value == UNDEFINED


class TestChance:
    def test_gives_every_number(self) -> None:
        """1 to 10; nothing is asked."""
        found = {asked("random", Answer())[0].value for _ in range(400)}

        assert found == set(range(1, 11))


class TestNamesOfPorts:
    def test_are_the_hosts_and_the_targets(self) -> None:
        """Four names, joined as multipath-tools does."""
        path = replace(SDA, host=2, protocol="scsi:fcp", target_node="0x30", target_port="0x40")
        args = r"wwn ^0x10:0x20:0x30:0x40$ 7"
        found, asker = asked("weightedpath", Answer(data=b"0x10\n"), Answer(data=b"0x20\n"), args=args, path=path)

        assert found.value == 7
        assert [request.node for request in asker.asked] == [
            "/sys/class/fc_host/host2/node_name",
            "/sys/class/fc_host/host2/port_name",
        ]

    def test_may_not_be_there(self) -> None:
        """Then they have the name that multipath-tools prints."""
        args = r"wwn ^\[undef\]:\[undef\]:\[undef\]:\[undef\]$ 7"

        assert asked("weightedpath", Answer(error=2), args=args)[0].value == 7


@pytest.mark.parametrize("name", PRIORITIZERS)
class TestAnyPrioritizer:
    @settings(max_examples=100, deadline=None)
    @given(
        answers=st.lists(st.one_of(ANSWERS, st.sampled_from(list(Silence))), min_size=1, max_size=6),
        args=st.one_of(st.text(max_size=30), st.sampled_from(["preferredsds=AB", "io_num=20 base_num=2", "wwn . 3"])),
    )
    def test_has_a_priority_on_any_answers(self, name: str, answers: Sequence[Answer | Silence], args: str) -> None:
        """Cut, overlong, garbage, with any arguments: never an exception."""
        found = asyncio.run(priority_of(name, args, Scripted(*answers), SDA, 1.0))

        assert found.value is not None
        assert found.value >= UNDEFINED
        assert found.why.isascii()
        assert "raised" not in found.why
