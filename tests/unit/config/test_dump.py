"""The whole configuration as one file."""

from collections.abc import Mapping
from itertools import product
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.config.blacklist import Blacklist, Candidate
from multipath.config.configuration import Configuration
from multipath.config.dump import dump
from multipath.config.entry import MultipathEntry, Subject
from multipath.config.hwtable import built_in
from multipath.config.schema import OPTIONS, PROTOCOLS, Scope
from multipath.config.setting import Layer, Origin
from multipath.errors import ConfigError

from .texts import MAIN, read, section

SUBJECTS: Final = [
    Subject(vendor, name, "1.0", protocol, wwid)
    for vendor, name in [("ACME", "Disk"), ("PURE", "FlashArray"), ("Qsan", "XS"), ("NVME", "HPE Alletra"), ("", "")]
    for protocol, wwid in [("scsi:fcp", "3600a"), ("nvme:tcp", None)]
]
CANDIDATES: Final = [
    Candidate(name, properties, vendor, "Disk", "scsi:fcp", "3600a", "ID_SERIAL")
    for name, properties, vendor in product(
        ["sda", "ram0"], [None, {"ID_SERIAL": "", "ID_WWN": ""}, {"ID_SERIAL": ""}], ["ACME", "Qsan"]
    )
]
WORDS: Final = """
    0 1 3 7 4000 -3 yes no off on fail queue immediate followover infinity max always never strict file 0x12:aptpl 0644
    root multibus priorities once grow_only hp3par sd:ID_X alua NONE
"""
POOL: Final = [*WORDS.split(), "", "1 x", "service-time 0", 'a "b" # c']
# For each section, the lines that may stand in it: each option with values that it takes.
LINES: Final = {
    scope: [
        f"{name} {quoted}"
        for name, option in OPTIONS.items()
        if scope in option.scopes
        for text in POOL
        if option.kind.meaning(text).value is not None
        for quoted in ['"' + text.replace('"', '""') + '"']
    ]
    for scope in Scope
}
PLACES: Final[Mapping[Scope, list[tuple[str, ...]]]] = {
    Scope.DEFAULTS: [()],
    Scope.OVERRIDES: [()],
    Scope.PROTOCOL: [(f"type {name}",) for name in sorted(PROTOCOLS)],
    Scope.MULTIPATH: [("wwid 3600a",), ("wwid 3600b",)],
    Scope.DEVICE: [
        (f'vendor "{vendor}"', f'product "{name}"', *more)
        for vendor, name in [("PURE", "FlashArray"), ("^Qsan", ".*"), ("^NVME", ".*"), (".*", ".*"), ("ACME", "Di")]
        for more in [(), ("revision 1",), ('revision ""',), ("product_blacklist Disk",)]
    ],
}
RULES: Final = st.sampled_from(
    ["devnode sda", 'devnode "!^sd"', "property ID_SERIAL", "wwid 3600a", "protocol fcp", "device {\nvendor ACME\n}"]
)


def sections(scope: Scope) -> st.SearchStrategy[str]:
    """Return any section of a kind."""
    lines = st.lists(st.sampled_from(LINES[scope]), max_size=6)
    return st.builds(lambda place, body: section(str(scope), *place, *body), st.sampled_from(PLACES[scope]), lines)


LISTS: Final = st.builds(section, st.sampled_from(["blacklist", "blacklist_exceptions"]), RULES)
TEXTS: Final = st.lists(st.sampled_from(sorted(Scope)).flatmap(sections) | LISTS, max_size=8).map("".join)


def means(configuration: Configuration) -> list[object]:
    """Return all that a configuration says of some devices."""
    values: list[object] = [configuration.effective(name, one).value for one in SUBJECTS for name in OPTIONS]
    rules = Blacklist(configuration)
    return values + [rules.verdict(candidate).allowed for candidate in CANDIDATES]


class TestADump:
    @pytest.mark.slow
    @settings(max_examples=30)
    @given(TEXTS)
    def test_means_the_same_when_it_is_read(self, text: str) -> None:
        """For every option of every device, and for the blacklist; and there is nothing to say against it."""
        configuration = read(text)

        again = read(dump(configuration))

        assert means(again) == means(configuration)
        assert again.findings == ()

    @pytest.mark.slow
    @settings(max_examples=30)
    @given(TEXTS)
    def test_is_the_same_again(self, text: str) -> None:
        """A dump of a dump adds nothing, with the places or without."""
        once = dump(read(text))

        assert dump(read(once)) == once
        assert dump(read(dump(read(text), origins=True))) == once

    def test_has_every_option_that_has_a_value(self) -> None:
        """Those that nobody sets too, with what holds then."""
        printed = read(dump(Configuration())).defaults

        assert set(printed) == {
            name
            for name, option in OPTIONS.items()
            if Scope.DEFAULTS in option.scopes and (option.built_in is not None or name == "max_polling_interval")
        }

    def test_has_every_array(self) -> None:
        """In the order that decides."""
        printed = read(dump(Configuration())).devices

        assert [(str(each.vendor), str(each.product)) for each in printed] == [
            (str(each.vendor), str(each.product)) for each in built_in()
        ]

    def test_has_the_arrays_that_are_asked_for(self) -> None:
        """And the maps."""
        files = read(section("multipaths/multipath", "wwid 1", "alias a") + section("multipaths/multipath", "wwid 2"))

        printed = read(dump(files, subjects=[Subject("PURE", "FlashArray", wwid="1")]))

        assert [each.vendor.text for each in printed.devices] == ["PURE"]
        assert list(printed.multipaths) == ["1"]

    def test_keeps_the_place_of_an_entry_among_the_others(self) -> None:
        """A reader makes one of two entries for the same devices: here one would be weaker than it was."""
        generic = section("devices/device", 'vendor "^NVME"', 'product ".*"', "failback 7")

        printed = dump(read(generic))

        assert 'product ".*"\n\t\trevision ""\n\t\tfailback 7\n' in printed
        assert read(printed).effective("no_path_retry", Subject("NVME", "VASTData")).value == "queue"

    def test_prints_owners_so_that_they_stay(self) -> None:
        """A mode is octal, an owner is not."""
        printed = dump(read(section("defaults", "mode 0644", "uid 1000", "gid disk")))

        assert '\tmode 0644\n\tuid 1000\n\tgid "disk"\n' in printed

    def test_says_where_each_value_stands_if_asked(self) -> None:
        """In comments."""
        files = read(section("overrides", "no_path_retry queue"))

        printed = dump(files, origins=True)

        assert f'\tno_path_retry "queue" # {MAIN}:2 (overrides)\n' in printed
        assert "\tdevice { # built-in device (PURE FlashArray)\n" in printed
        assert "#" not in dump(files)

    def test_follows_the_nvme_driver(self) -> None:
        """The names that are disks depend on it."""
        assert 'devnode "!^(sd[a-z]|dasd[a-z])"\n' in dump(Configuration(), native_nvme=True)


class TestAValueThatHardlyFits:
    @pytest.mark.parametrize("length", range(1000, 1019))
    def test_is_printed_so_that_it_is_read_in_one_piece(self, length: int) -> None:
        """What a file had in one line of 1023 bytes has room in one."""
        configuration = read(f'multipaths {{\nmultipath {{\nwwid"{"x" * length}\n}}\n}}\n')

        for origins in (False, True):
            assert list(read(dump(configuration, origins=origins)).multipaths) == ["x" * length]

    @pytest.mark.parametrize("wwid", ["a\nb", "a\rb", "a\0b"])
    def test_or_not_at_all_is_refused(self, wwid: str) -> None:
        """It would be read as something else."""
        entry = MultipathEntry(wwid, {}, Origin(Layer.MULTIPATHS))

        with pytest.raises(ConfigError, match=r"wwid: .* cannot stand in a file"):
            dump(Configuration(multipaths={wwid: entry}))
