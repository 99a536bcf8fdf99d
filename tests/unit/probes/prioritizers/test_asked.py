"""Prioritizers that ask: what they make of what arrays of each family send."""

from dataclasses import replace

import pytest

from multipath.paths.path import Path
from multipath.paths.request import Answer, Operation, Silence
from multipath.probes.prioritizers import UNDEFINED, Priority, priority_of

from ..asked import SDA, Scripted, failing, fixed, waited
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
