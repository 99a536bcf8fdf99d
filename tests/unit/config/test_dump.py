"""The whole configuration as one file."""

import pytest
from hypothesis import given, settings

from multipath.config.blacklist import Blacklist
from multipath.config.configuration import Configuration
from multipath.config.dump import dump
from multipath.config.entry import MultipathEntry, Subject
from multipath.config.hwtable import built_in
from multipath.config.schema import OPTIONS, Scope
from multipath.config.setting import Layer, Origin
from multipath.errors import ConfigError

from .configurations import CANDIDATES, SUBJECTS, TEXTS
from .texts import MAIN, read, section


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

    def test_has_one_entry_for_what_became_one(self) -> None:
        """A built-in entry and the file's for the same devices, there where the file's stands."""
        files = read(section("devices/device", 'vendor "^NVME"', 'product ".*"', "failback 7"))

        printed = read(dump(files)).devices

        assert len(printed) == len(built_in())
        assert {name: setting.value for name, setting in printed[-1].settings.items()} == {
            "uid_attribute": "ID_WWN",
            "path_checker": "none",
            "path_grouping_policy": "group_by_prio",
            "failback": 7,
        }

    def test_keeps_arguments_from_another_prioritizer(self) -> None:
        """The built-in arguments for Qsan are not for one that a file names: two entries stay two."""
        printed = dump(read(section("devices/device", "vendor ^Qsan", "product .*", "prio weightedpath")))

        assert 'vendor "^Qsan"\n\t\tproduct ".*"\n\t\trevision ""\n\t\tprio "weightedpath"\n' in printed
        assert read(printed).effective("prio_args", Subject("Qsan", "XS")).value == ""

    def test_prints_owners_so_that_they_stay(self) -> None:
        """A mode is octal, an owner is not."""
        printed = dump(read(section("defaults", "mode 0644", "uid 1000", "gid disk")))

        assert '\tmode 0644\n\tuid 1000\n\tgid "disk"\n' in printed

    def test_says_where_each_value_stands_if_asked(self) -> None:
        """In comments."""
        own = section("devices/device", 'vendor "^IFT"', 'product ".*"', "failback 7")
        files = read(section("overrides", "no_path_retry queue") + own)

        printed = dump(files, origins=True)

        assert f'\tno_path_retry "queue" # {MAIN}:2 (overrides)\n' in printed
        assert "\tdevice { # built-in device (PURE FlashArray)\n" in printed
        assert f'prio "alua" # built-in device (^IFT .*)\n\t\tfailback 7 # {MAIN}:8 (devices)\n' in printed
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
