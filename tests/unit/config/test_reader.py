import pytest

from multipath.config.entry import RuleKind
from multipath.config.finding import Severity
from multipath.config.setting import Value
from multipath.errors import ConfigError

from .texts import DROPIN, MAIN, codes, read, section

DEVICE = ("vendor IBM", "product 2107")


class TestAFileWithAllSections:
    TEXT = "".join(
        [
            section("defaults", "polling_interval 10", "user_friendly_names yes"),
            section("blacklist", 'devnode "!^sd"', "wwid 3600"),
            section("blacklist_exceptions", "protocol scsi:fcp"),
            section("devices/device", *DEVICE, "no_path_retry queue"),
            section("overrides", "no_path_retry fail", "protocol {", "type scsi:fcp", "fast_io_fail_tmo off", "}"),
            section("multipaths/multipath", "wwid 3601", "alias data"),
        ]
    )

    def test_fills_every_layer(self) -> None:
        """Each section has its options, with the values that they mean."""
        found = read(self.TEXT)

        assert {name: setting.value for name, setting in found.defaults.items()} == {
            "polling_interval": 10,
            "user_friendly_names": True,
        }
        assert found.overrides["no_path_retry"].value == "fail"
        assert [(entry.type, entry.settings["fast_io_fail_tmo"].value) for entry in found.protocols] == [
            ("scsi:fcp", "off")
        ]
        assert [entry.settings["no_path_retry"].value for entry in found.devices] == ["queue"]
        assert found.multipaths["3601"].settings["alias"].value == "data"
        assert [(rule.kind, str(rule.pattern)) for rule in found.blacklist] == [
            (RuleKind.DEVNODE, "Pattern('!^sd')"),
            (RuleKind.WWID, "Pattern('3600')"),
        ]
        assert [rule.kind for rule in found.exceptions] == [RuleKind.PROTOCOL]

    def test_says_where_each_value_stands(self) -> None:
        """The origin of a setting is its section, its file and its line."""
        setting = read(self.TEXT).defaults["user_friendly_names"]

        assert str(setting.origin) == f"{MAIN}:3 (defaults)"

    def test_has_no_findings(self) -> None:
        """There is nothing to say of a good file, and the strict reading takes it."""
        assert codes(read(self.TEXT, reading="strict")) == []


class TestALaterFile:
    def test_wins_option_by_option(self) -> None:
        """Of two files, the later one's value counts; what only the earlier one sets stays."""
        found = read(
            section("defaults", "polling_interval 10", "verbosity 3"), section("defaults", "polling_interval 20")
        )

        assert (found.defaults["polling_interval"].value, found.defaults["verbosity"].value) == (20, 3)
        assert found.defaults["polling_interval"].origin.file == DROPIN
        assert codes(found) == []


class TestTheStrictReading:
    def test_refuses_with_all_findings(self) -> None:
        """It raises once, with everything that there is to say."""
        with pytest.raises(ConfigError, match=r"multipath\.conf:2:1: .*and 1 more") as caught:
            read(section("defaults", "foo 1", "verbosity 9"), reading="strict")

        assert [(found.code, found.severity) for found in caught.value.findings] == [
            ("unknown-option", Severity.ERROR),
            ("clamped", Severity.ERROR),
        ]


class TestTwoEntriesForOneDevice:
    def test_become_one_at_the_later_place(self) -> None:
        """Of equal vendor, product and revision the later options win, and so does the place in the order."""
        found = read(
            section("devices/device", *DEVICE, "no_path_retry 7", "failback 3")
            + section("devices/device", "vendor I", "product 2107", "no_path_retry 8")
            + section("devices/device", *DEVICE, "failback 4"),
            reading="compatible",
        )

        assert [(entry.vendor.text, entry.origin.line) for entry in found.devices] == [("I", 10), ("IBM", 17)]
        merged = found.devices[1].settings
        assert (merged["no_path_retry"].value, merged["failback"].value) == (7, 4)
        assert "duplicate-device" in codes(found)


class TestARule:
    @pytest.mark.parametrize(("kind", "count"), [("wwid", 1), ("devnode", 1), ("property", 1), ("protocol", 2)])
    def test_counts_once_but_for_protocols(self, kind: str, count: int) -> None:
        """Of equal rules in two files, at one place each, multipathd keeps one; protocols it does not compare."""
        text = section("blacklist", f"{kind} scsi:fcp")

        assert len(read(text, text).blacklist) == count

    def test_of_a_list_is_none_of_the_other(self) -> None:
        """The exceptions have their own."""
        found = read(section("blacklist", "wwid 1") + section("blacklist_exceptions", "wwid 1"))

        assert (len(found.blacklist), len(found.exceptions)) == (1, 1)


VALUES: list[tuple[str, Value]] = [
    ("no_path_retry fail", "fail"),
    ("no_path_retry 0", "fail"),
    ("no_path_retry 5", 5),
    ("find_multipaths yes", "on"),
    ("find_multipaths no", "off"),
    ("marginal_pathgroups yes", "on"),
    ("flush_on_last_del yes", "always"),
    ("flush_on_last_del no", "unused"),
    ("delay_watch_checks no", "no"),
    ("delay_watch_checks 0", "no"),
    ("failback 0", 0),
    ("failback immediate", "immediate"),
    ("user_friendly_names 1", True),
    ("skip_kpartx no", False),
    ("dev_loss_tmo infinity", "infinity"),
    ("dev_loss_tmo 4294967295", "infinity"),
    ("dev_loss_tmo 0", 0),
    ("fast_io_fail_tmo 0", 0),
    ("fast_io_fail_tmo off", "off"),
    ("eh_deadline 0", 0),
    ("max_retries off", "off"),
    ("mode 0660", 0o660),
    ("uid 8", 8),
    ("gid disk", "disk"),
    ("reservation_key 0X00ab:aptpl", "0xab:aptpl"),
    ("reservation_key file", "file"),
    ("max_fds max", "max"),
    ('features "1 queue_if_no_path"', "1 queue_if_no_path"),
    ('path_selector "queue-length 0"', "queue-length 0"),
    ('prio_args ""', ""),
    ("checker tur", "tur"),
]


class TestAValue:
    @pytest.mark.parametrize(("line", "value"), VALUES)
    def test_means_what_multipathd_takes_it_for(self, line: str, value: Value) -> None:
        """Words are spelled in one way, numbers are numbers."""
        scope = "overrides" if line.split("_")[0] in ("fast", "dev", "eh") else "defaults"

        found = read(section(scope, line))

        (setting,) = (found.defaults or found.overrides).values()
        assert setting.value == value
        assert type(setting.value) is type(value)
