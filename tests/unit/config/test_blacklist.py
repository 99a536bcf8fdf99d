"""Which devices may be paths, and which rule says so."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.config.blacklist import Blacklist, Candidate, Outcome, blacklist_rules
from multipath.config.configuration import Configuration
from multipath.config.entry import Rule, RuleKind
from multipath.config.hwtable import built_in
from multipath.config.pattern import Pattern
from multipath.config.setting import Layer, Origin

from .texts import MAIN, read, section

PATH: Final = Candidate(
    "sda",
    {"ID_SERIAL": "3600a", "ID_WWN": "0x600a", "SCSI_IDENT_SERIAL": "a"},
    "ACME",
    "Disk",
    "scsi:fcp",
    "3600a",
    "ID_SERIAL",
)
# One rule of each kind that is for PATH.
FITTING: Final = {
    "devnode": "^sd",
    "property": "ID_SERIAL",
    "protocol": "fcp",
    "wwid": "3600",
}
DEVICE: Final = ("device {", "vendor ACME", "product Disk", "}")


def allowed(configuration: Configuration, candidate: Candidate = PATH) -> bool:
    """Tell whether a device may be a path."""
    return Blacklist(configuration).verdict(candidate).allowed


def blacklist(*lines: str) -> str:
    """Return a blacklist."""
    return section("blacklist", *lines)


def exceptions(*lines: str) -> str:
    """Return its exceptions."""
    return section("blacklist_exceptions", *lines)


class TestADeviceWithoutRulesOfAUser:
    @pytest.mark.parametrize(
        "name", ["ram0", "loop0", "sr0", "dm-1", "md0", "vda", "cciss!c0d0", "hda", "fd0", "mmcblk0", "asda", "sd0"]
    )
    def test_that_is_no_disk_by_its_name_is_no_path(self, name: str) -> None:
        """Paths are SCSI disks, DASDs and namespaces."""
        verdict = Blacklist(Configuration()).verdict(replace(PATH, name=name))

        assert not verdict.allowed
        assert str(verdict.rule) == "devnode '!^(sd[a-z]|dasd[a-z]|nvme[0-9])'"
        assert verdict.rule
        assert verdict.rule.origin.layer is Layer.BUILT_IN

    @pytest.mark.parametrize("name", ["sda", "sdaa", "dasda", "nvme0n1"])
    def test_that_is_one_by_its_name_may_be_a_path(self, name: str) -> None:
        """Partitions of theirs are never asked about."""
        assert allowed(Configuration(), replace(PATH, name=name))

    def test_that_the_nvme_driver_multipaths_is_no_path(self) -> None:
        """By its name, and where the kernel hides it, by that."""
        native = Blacklist(Configuration(), native_nvme=True)

        assert native.verdict(replace(PATH, name="nvme0n1")).reason == "blacklisted"
        assert native.verdict(replace(PATH, name="nvme0c0n1", hidden=True)).reason == "hidden"
        assert native.verdict(PATH).allowed

    @pytest.mark.parametrize(
        ("vendor", "product"),
        [("SGI", "Universal Xport"), ("DGC", "LUNZ"), ("IBM", "S/390 DASD ECKD"), ("Promise", "VTrak V-LUN")],
    )
    def test_that_is_a_product_without_data_is_no_path(self, vendor: str, product: str) -> None:
        """The table of arrays names them."""
        verdict = Blacklist(Configuration()).verdict(replace(PATH, vendor=vendor, product=product))

        assert (verdict.allowed, verdict.reason) == (False, "blacklisted")
        assert verdict.rule
        assert verdict.rule.origin.layer is Layer.HWTABLE

    def test_of_the_table_has_a_rule_for_each_blacklisted_product(self) -> None:
        """But not two that say the same."""
        rules = {(str(rule.pattern), str(rule.product)) for rule in blacklist_rules(Configuration()) if rule.product}
        entries = [entry for entry in built_in() if entry.product_blacklist]

        assert len(entries) == 33
        assert rules == {(str(entry.vendor), str(entry.product_blacklist)) for entry in entries}

    def test_on_usb_is_no_path_unless_that_is_allowed(self) -> None:
        """By the option of that name."""
        usb = replace(PATH, protocol="scsi:usb")

        assert Blacklist(Configuration()).verdict(usb).reason == "usb"
        assert allowed(read(section("defaults", "allow_usb_devices yes")), usb)


class TestAPropertyOfUdev:
    def test_must_say_what_the_disk_is(self) -> None:
        """If udev knows the WWID, a disk without ``ID_WWN`` and ``SCSI_IDENT_…`` is a local one."""
        local = replace(PATH, properties={"ID_SERIAL": "QEMU_HARDDISK"})

        verdict = Blacklist(Configuration()).verdict(local)

        assert (verdict.allowed, verdict.reason, verdict.rule) == (False, "property-missing", None)

    @pytest.mark.parametrize(
        "candidate",
        [
            replace(PATH, properties=None),
            replace(PATH, properties={}),
            replace(PATH, properties={"DEVNAME": "/dev/sda"}),
            replace(PATH, properties={"ID_SERIAL": "x"}, uid_attribute=""),
            replace(PATH, properties={"ID_SERIAL": "x"}, uid_attribute=None),
            replace(PATH, properties={"ID_SERIAL": "x"}, uid_attribute="ID_UID"),
        ],
    )
    def test_is_not_missed_where_udev_does_not_tell_the_wwid(self, candidate: Candidate) -> None:
        """Then udev knows nothing, or is not asked."""
        assert allowed(Configuration(), candidate)

    def test_is_asked_for_in_the_order_of_names(self) -> None:
        """The first one that a rule is for decides, an exception or not."""
        files = read(blacklist("property ID_ATA", "property ZFS"))

        assert not allowed(files, replace(PATH, properties={"ID_WWN": "1", "ID_ATA": "1"}))
        assert allowed(files, replace(PATH, properties={"ZFS": "1", "ID_WWN": "1"}))

    def test_is_blacklisted_by_its_name_alone(self) -> None:
        """Never by its value."""
        assert allowed(read(blacklist("property 0x600a")))

    def test_is_not_tested_without_a_database(self) -> None:
        """The trail says so."""
        files = read(blacklist("property ID_SERIAL"))

        verdict = Blacklist(files).verdict(replace(PATH, properties=None))

        assert "property: not tested, for udev has no properties of it" in map(str, verdict.trail)


class TestARuleOfAUser:
    @pytest.mark.parametrize("kind", FITTING)
    def test_refuses_what_it_fits(self, kind: str) -> None:
        """Each kind looks at its own value."""
        verdict = Blacklist(read(blacklist(f'{kind} "{FITTING[kind]}"'))).verdict(PATH)

        assert not verdict.allowed
        assert verdict.rule
        assert verdict.rule.kind == kind

    @pytest.mark.parametrize("kind", FITTING)
    def test_has_no_say_against_an_exception_of_its_kind(self, kind: str) -> None:
        """Whatever the order in the file."""
        rule = f'{kind} "{FITTING[kind]}"'

        assert allowed(read(blacklist(rule) + exceptions(rule)))
        assert allowed(read(exceptions(rule) + blacklist(rule)))

    def test_counts_against_an_exception_of_another_kind(self) -> None:
        """An exception lets a device pass its own test, not the others."""
        assert not allowed(read(blacklist('devnode "^sd"') + exceptions("wwid 3600a")))

    def test_that_begins_with_a_mark_is_for_all_else(self) -> None:
        """``!`` inverts; a backslash before it makes it a character."""
        assert allowed(read(blacklist('devnode "!^sd"')))
        assert not allowed(read(blacklist('wwid "!^3601"')))
        assert not allowed(read(blacklist('wwid "\\!x"')), replace(PATH, wwid="!x"))

    @pytest.mark.parametrize(
        ("lines", "refused"),
        [
            (("vendor ACME", "product Disk"), True),
            (("vendor ACME",), True),
            (("product Disk",), True),
            (("vendor ACME", "product Tape"), False),
            (("vendor OTHER", "product Disk"), False),
            (('vendor "!OTHER"', "product Disk"), True),
            (("vendor acme",), False),
        ],
    )
    def test_for_a_device_needs_all_that_it_names(self, lines: tuple[str, ...], refused: bool) -> None:
        """What it does not name fits all."""
        assert allowed(read(blacklist("device {", *lines, "}"))) is not refused

    def test_may_stand_in_an_entry_of_devices(self) -> None:
        """As ``product_blacklist``, which the built-in entries have too."""
        files = read(section("devices/device", "vendor ACME", "product .*", "product_blacklist Disk"))

        verdict = Blacklist(files).verdict(PATH)

        assert str(verdict).endswith(f"it fits vendor 'ACME', product 'Disk', {MAIN}:2 (devices)")
        assert allowed(read(section("devices/device", "vendor ACME", "product .*", "product_blacklist Tape")))
        assert not allowed(read(section("devices/device", "vendor ACME", "product .*", 'product_blacklist "!Tape"')))

    def test_lets_dasds_in_as_an_exception(self) -> None:
        """They are blacklisted by what is built in."""
        dasd = replace(PATH, name="dasda", vendor="IBM", product="S/390 DASD ECKD", protocol="ccw")

        assert not allowed(Configuration(), dasd)
        assert allowed(read(exceptions("device {", "vendor IBM", 'product "S/390 DASD"', "}")), dasd)


class TestAVerdict:
    def test_names_the_rule_with_its_place(self) -> None:
        """File and line of the rule that decides."""
        verdict = Blacklist(read(blacklist('devnode "^sd[ab]"'))).verdict(PATH)

        assert str(verdict) == (
            f"'sda' is no path: devnode 'sda' is blacklisted: it fits devnode '^sd[ab]', {MAIN}:2 (blacklist)"
        )

    def test_names_the_exceptions_that_let_it_pass(self) -> None:
        """Of each test."""
        verdict = Blacklist(read(exceptions("protocol fcp"))).verdict(PATH)

        assert str(verdict) == (
            "'sda' may be a path: property 'ID_WWN' is excepted: it fits property '(SCSI_IDENT_|ID_WWN)', "
            "built-in (blacklist_exceptions); protocol 'scsi:fcp' is excepted: it fits protocol 'fcp', "
            f"{MAIN}:2 (blacklist_exceptions)"
        )

    def test_has_every_test_in_order(self) -> None:
        """The first that refuses decides; the trail has the others too."""
        verdict = Blacklist(read(blacklist("wwid 3600", "protocol fcp"))).verdict(PATH)

        assert [(step.test, step.outcome) for step in verdict.trail] == [
            ("hidden", Outcome.PASSED),
            (RuleKind.DEVNODE, Outcome.PASSED),
            ("usb", Outcome.PASSED),
            (RuleKind.PROPERTY, Outcome.EXCEPTED),
            (RuleKind.DEVICE, Outcome.PASSED),
            (RuleKind.PROTOCOL, Outcome.BLACKLISTED),
            (RuleKind.WWID, Outcome.BLACKLISTED),
        ]
        assert verdict.rule
        assert verdict.rule.kind is RuleKind.PROTOCOL

    def test_does_not_ask_for_a_wwid_that_is_unknown(self) -> None:
        """An inverted rule would refuse it otherwise."""
        assert allowed(read(blacklist('wwid "!^36"')), replace(PATH, wwid=None))

    def test_prints_nothing_that_a_device_says_as_it_is(self) -> None:
        """Escapes of a terminal least of all."""
        hostile = replace(PATH, vendor="\x1b[2J", wwid="\x9bm")
        files = read(blacklist("wwid m", "device {", "product Disk", "}"))

        verdict = Blacklist(files).verdict(hostile)

        assert str(verdict).isprintable()
        assert all(str(step).isprintable() for step in verdict.trail)


ANY_TEXT: Final = st.text(st.characters(codec=None), max_size=20)


class TestAnyDevice:
    @given(st.builds(Candidate, ANY_TEXT, st.none() | st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3), *[ANY_TEXT] * 5))
    def test_gets_a_verdict_that_can_be_printed(self, candidate: Candidate) -> None:
        """Whatever it says of itself."""
        verdict = Blacklist(read(blacklist("wwid x", "device {", 'vendor "!a"', "product .", "}"))).verdict(candidate)

        assert all(text.isprintable() for text in (str(verdict), *map(str, verdict.trail)))


PLAIN: Final = st.sampled_from(["a", "b", "!a", "!b", "ab", "^b"])
HERE: Final = Origin(Layer.BLACKLIST, MAIN, 1)


def rule(kind: RuleKind, text: str | None, product: str | None = None) -> Rule:
    """Return a rule."""
    texts = [None if one is None else Pattern(one, invertible=True) for one in (text, product)]
    return Rule(kind, texts[0], texts[1], HERE)


RULES: Final = st.lists(
    st.builds(rule, st.sampled_from(sorted({*RuleKind} - {RuleKind.DEVICE})), PLAIN)
    | st.builds(rule, st.just(RuleKind.DEVICE), st.none() | PLAIN, st.none() | PLAIN),
    max_size=4,
)
WORDS: Final = st.sampled_from(["a", "b", "ab", "c"])


def fits(rule: Rule, *values: str) -> bool:
    """Tell whether a rule is for these values, in the plainest way."""
    pairs = [(pattern, value) for pattern, value in zip((rule.pattern, rule.product), values, strict=False) if pattern]
    return bool(pairs) and all(pattern.search(value) for pattern, value in pairs)


def refused(configuration: Configuration, candidate: Candidate) -> bool:
    """Tell whether a device is no path: a slow and plain model of the rules."""

    def by(kind: RuleKind, *values: str) -> bool | None:
        for verdict, rules in ((False, configuration.exceptions), (True, configuration.blacklist)):
            if any(fits(rule, *values) for rule in rules if rule.kind is kind):
                return verdict
        return None

    def by_property() -> bool:
        for name in sorted(candidate.properties or ()):
            if "ID_WWN" in name or "SCSI_IDENT_" in name:
                return False
            if (verdict := by(RuleKind.PROPERTY, name)) is not None:
                return verdict
        return bool(candidate.uid_attribute) and candidate.uid_attribute in (candidate.properties or ())

    return any(
        (
            by(RuleKind.DEVNODE, candidate.name),
            by_property(),
            by(RuleKind.DEVICE, candidate.vendor, candidate.product),
            by(RuleKind.PROTOCOL, candidate.protocol),
            candidate.wwid is not None and by(RuleKind.WWID, candidate.wwid),
        )
    )


class TestAnyRules:
    @given(
        st.builds(lambda black, white: Configuration(blacklist=tuple(black), exceptions=tuple(white)), RULES, RULES),
        st.builds(
            Candidate,
            WORDS.map("sda{}".format),
            st.none() | st.dictionaries(WORDS | st.just("ID_WWN"), st.just("")),
            WORDS,
            WORDS,
            WORDS,
            st.none() | WORDS,
            st.none() | WORDS,
        ),
    )
    def test_do_what_the_plain_model_says(self, configuration: Configuration, candidate: Candidate) -> None:
        """Whatever stands in both lists."""
        assert allowed(configuration, candidate) is not refused(configuration, candidate)
