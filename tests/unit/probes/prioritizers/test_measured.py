"""Prioritizers by address, latency, chance and name, and all of them with whatever comes back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.paths.path import Path
from multipath.paths.request import Answer, Silence
from multipath.probes.prioritizers import PRIORITIZERS, UNDEFINED, Priority, priority, priority_of

from ..asked import SDA, Scripted, waited
from ..checkers.test_hostile import ANSWERS


def asked(name: str, *answers: Answer | Silence, args: str = "", path: Path = SDA) -> tuple[Priority, Scripted]:
    """Return the priority that these answers give, and what was asked."""
    asker = Scripted(*answers)
    return waited(priority_of(name, args, asker, path, 1.0)), asker


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
