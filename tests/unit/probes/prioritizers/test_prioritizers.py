from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.paths.path import Path
from multipath.probes.prioritizers import NEEDS_IO, PRIORITIZERS, UNDEFINED, priority, problems
from multipath.units import Sectors, parse_devt

SDA = Path(
    "sda", parse_devt("8:0"), Sectors(2048), None, "LIO-ORG", "disk", "2:0:0:1", "running", bus="scsi", serial="X7"
)
ALL_0 = "every path gets 0"
BIT = "exclusive_pref_bit"
# Access state, whether the path is preferred, arguments, priority.
STATES = [
    ("active/optimized", False, "", 50),
    ("active/optimized", True, "", 50),
    ("active/optimized", True, BIT, 130),
    ("active/optimized", True, f"x {BIT}", 130),
    ("active/optimized", True, f"{BIT}s", 50),
    ("active/optimized", False, BIT, 50),
    ("active/non-optimized", False, "", 10),
    ("active/non-optimized", True, "", 90),
    ("lba-dependent", False, "", 5),
    ("lba-dependent", True, "", 85),
    ("standby", False, "", 1),
    ("standby", True, "", 81),
    ("unavailable", False, "", 0),
    ("unavailable", True, "", 80),
    ("offline", False, "", 0),
    ("transitioning", False, "", 0),
    ("vendor-specific", False, "", 0),
    ("", False, "", 0),
]
ANA = [("optimized", 50), ("non-optimized", 10), ("inaccessible", 1), ("change", 1), ("persistent-loss", 0)]
# Arguments of weightedpath and the priority of sda at 2:0:0:1 with the serial X7.
WEIGHTS = [
    ("hbtl ^2: 20 ^3: 10", 20),
    ("hbtl ^3: 10 .:.:.:1 7", 7),
    ("hbtl 2:0:0:1$ 5", 5),
    ("devname sdb 5 sda 6", 6),
    ("devname sd[ab] 5 sda 6", 5),
    ("devname d 4", 4),
    ("devname SDA 4", 0),
    ("serial ^X 3", 3),
    ("devname (sda 9 sda 8", 8),
    ("devname sda", 0),
    ("devname sda 12x", 12),
    ("devname sda x", 0),
    ("devname sda +3", 3),
    ("devname sda -3", UNDEFINED),
    ("devname\tsda\t3", 3),
    ("devnam sda 3", 0),
    ("", 0),
]


class TestTheStateThatTheKernelShows:
    @pytest.mark.parametrize(("state", "preferred", "args", "value"), STATES)
    @pytest.mark.parametrize("name", ["sysfs", "alua"])
    def test_has_a_priority(self, name: str, state: str, preferred: bool, args: str, value: int) -> None:
        """Preferred paths are worth more, optimized ones among them only where that is asked for."""
        path = replace(SDA, access_state=state, preferred=preferred)

        assert priority(name, args, path).value == value

    def test_that_is_missing_is_undefined_for_sysfs_and_unknown_for_alua(self) -> None:
        """The kernel has nothing to show; the array could still be asked."""
        assert priority("sysfs", "", SDA).value == UNDEFINED
        assert (priority("alua", "", SDA).value, priority("alua", "", SDA).why) == (None, NEEDS_IO)

    @pytest.mark.parametrize(("state", "value"), ANA)
    def test_of_a_namespace_has_one_too(self, state: str, value: int) -> None:
        """By its ANA group."""
        assert priority("ana", "", replace(SDA, ana_state=state)).value == value

    def test_of_a_namespace_may_be_missing_or_new(self) -> None:
        """Then the controller could be asked, or nobody knows what it is worth."""
        assert priority("ana", "", SDA).value is None
        assert priority("ana", "", replace(SDA, ana_state="better")).value == UNDEFINED


class TestWeightedpath:
    @pytest.mark.parametrize(("args", "value"), WEIGHTS)
    def test_gives_the_number_of_the_first_expression_that_is_found(self, args: str, value: int) -> None:
        """POSIX extended expressions, anywhere in the text; what is no expression is passed over."""
        assert priority("weightedpath", args, SDA).value == value

    def test_does_not_know_the_ports_of_the_host(self) -> None:
        """So it does not pretend to."""
        assert priority("weightedpath", "wwn . 5", SDA).value is None

    def test_finds_nothing_in_what_a_path_does_not_have(self) -> None:
        """No serial, no address."""
        bare = replace(SDA, serial=None, hctl=None)

        assert [priority("weightedpath", args, bare).value for args in ("serial X 3", "hbtl 2 3")] == [0, 0]

    @given(st.text(max_size=60))
    @settings(max_examples=60, deadline=None)
    def test_never_stumbles(self, args: str) -> None:
        """Whatever stands there."""
        assert priority("weightedpath", args, SDA).value is not None or args.split()[0] == "wwn"
        assert all(problems("weightedpath", args))


class TestThePrioritizers:
    def test_are_those_of_multipath_tools(self) -> None:
        """All fourteen."""
        assert sorted(PRIORITIZERS) == [
            *("alua", "ana", "const", "datacore", "emc", "hds", "hp_sw", "iet", "ontap"),
            *("path_latency", "random", "rdac", "sysfs", "weightedpath"),
        ]

    def test_that_ask_the_device_say_so(self) -> None:
        """Their priority is unknown, which is not the same as undefined."""
        unknown = [name for name in PRIORITIZERS if priority(name, "", SDA).value is None]

        assert {priority(name, "", SDA).why for name in unknown} == {NEEDS_IO}
        assert set(unknown) == PRIORITIZERS.keys() - {"const", "iet", "sysfs", "weightedpath"}

    def test_that_do_not_exist_define_nothing(self) -> None:
        """And say it."""
        found = priority("alau", "", SDA)

        assert (found.value, found.why) == (UNDEFINED, "there is no prioritizer 'alau'")
        assert problems("alau", "") == ("there is no prioritizer 'alau'",)

    def test_make_all_paths_alike_by_default(self) -> None:
        """``const``."""
        assert priority("const", "", SDA).value == 1


class TestArguments:
    @pytest.mark.parametrize(
        ("name", "args", "sentences"),
        [
            ("const", "", []),
            ("const", "7", ["const takes no arguments, and ignores '7'"]),
            ("ana", "x", ["ana takes no arguments, and ignores 'x'"]),
            ("sysfs", BIT, []),
            ("alua", f"{BIT} x", [f"'x' is ignored; there is only {BIT}"]),
            ("weightedpath", "hbtl ^2: 20", []),
            ("weightedpath", "", ["'' stands first, not one of hbtl, devname, serial, wwn; every path gets 0"]),
            ("weightedpath", "devname * 5", ["'*' is no regular expression, and is passed over"]),
            ("weightedpath", "devname a 5x", ["'5x' is no whole number, and counts as 5"]),
            ("weightedpath", "devname a -5", ["-5 is below 0, and counts as undefined"]),
            ("weightedpath", "devname a 5 b", ["'b' has no priority behind it, and is passed over"]),
            ("emc", "what", ["emc takes no arguments, and ignores 'what'"]),
            ("iet", "preferredip=10.0.0.1", []),
            ("iet", "preferredip=fe80::1 x", ["'x' is ignored"]),
            ("iet", "preferredip=10.0.0", [f"'preferredip=ADDRESS' is needed, not 'preferredip=10.0.0'; {ALL_0}"]),
            ("datacore", "preferredsds=A1", []),
            ("datacore", "timeout=600 preferredsds=A1", []),
            ("datacore", "preferredsds=A1 timeout=600", []),
            ("datacore", "preferredsds=A", [f"the name 'A' is shorter than 2 characters; {ALL_0}"]),
            ("datacore", "preferredsds=A1 timeout=9", [f"the timeout of 9 ms is not within 500 and 20000; {ALL_0}"]),
            ("path_latency", "", []),
            ("path_latency", "io_num=20 base_num=1.5", []),
        ],
    )
    def test_that_are_wrong_are_named(self, name: str, args: str, sentences: list[str]) -> None:
        """The priority is what multipath-tools would make of them all the same."""
        assert list(problems(name, args)) == sentences
