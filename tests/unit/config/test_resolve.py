"""Which value of an option wins."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multipath.config.configuration import Configuration
from multipath.config.entry import Subject
from multipath.config.hwtable import with_built_in
from multipath.config.reader import read_configuration
from multipath.config.resolve import Resolver
from multipath.config.schema import OPTIONS
from multipath.config.setting import Layer
from multipath.errors import ConfigError

from .configurations import SUBJECTS, TEXTS

ARRAY: Final = Subject("ACME", "Disk 9000", "2.1", "scsi:fcp", "3600a")
# Every place where an option may stand, strongest first, as text with a hole for the assignment.
PLACES: Final = {
    "multipaths": "multipaths {{\n multipath {{\n  wwid 3600a\n  {}\n }}\n}}\n",
    "overrides": "overrides {{\n {}\n}}\n",
    "second device": "devices {{\n device {{\n  vendor ACME\n  product Disk\n  revision 2\n  {}\n }}\n}}\n",
    "first device": "devices {{\n device {{\n  vendor ACME\n  product .*\n  {}\n }}\n}}\n",
    "defaults": "defaults {{\n {}\n}}\n",
}


def read(text: str) -> Configuration:
    """Read one file."""
    return read_configuration([("multipath.conf", text)])


def configuration(assignments: dict[str, str]) -> Configuration:
    """Return what these assignments, by place, make; weaker places stand first, as devices must."""
    return read("".join(PLACES[place].format(assignments[place]) for place in reversed(PLACES) if place in assignments))


def device(*lines: str, vendor: str = "ACME", product: str = "Disk") -> str:
    """Return a device entry."""
    body = "\n".join([f"vendor {vendor}", f'product "{product}"', *lines])
    return f"devices {{\ndevice {{\n{body}\n}}\n}}\n"


class TestAnOption:
    @given(st.dictionaries(st.sampled_from(sorted(PLACES)), st.integers(1, 99), max_size=5))
    def test_comes_from_the_strongest_place_that_has_it(self, values: dict[str, int]) -> None:
        """All others are among those that lost, strongest first."""
        found = configuration({place: f"rr_min_io {value}" for place, value in values.items()}).effective(
            "rr_min_io", ARRAY
        )

        expected = [values[place] for place in PLACES if place in values] + [1000]
        assert [found.value, *(setting.value for setting in found.losing)] == expected

    def test_tells_where_it_stands(self) -> None:
        """By file and line."""
        found = configuration({"second device": "failback 3"}).effective("failback", ARRAY)

        assert str(found.origin) == "multipath.conf:6 (devices)"

    @pytest.mark.parametrize(
        ("text", "value"), [("failback 0", 0), ("fast_io_fail_tmo 0", 0), ("no_path_retry 0", "fail")]
    )
    def test_that_is_zero_holds_too(self, text: str, value: object) -> None:
        """Where the reference takes it for unset and looks further down."""
        option = text.split()[0]

        found = configuration({"first device": text, "defaults": f"{option} 7"}).effective(option, ARRAY)

        assert found.value == value

    def test_of_a_timeout_may_be_set_for_a_protocol(self) -> None:
        """Stronger than the overrides around it, weaker than nothing else: maps have no such option."""
        files = read("overrides {\n fast_io_fail_tmo 9\n protocol {\n type scsi:fcp\n fast_io_fail_tmo 4\n }\n}\n")

        assert files.effective("fast_io_fail_tmo", ARRAY).value == 4
        assert files.effective("fast_io_fail_tmo", Subject("ACME", protocol="scsi:sas")).value == 9

    def test_that_nobody_sets_has_the_built_in_value(self) -> None:
        """Or none."""
        assert Configuration().effective("failback").value == "manual"
        assert Configuration().effective("failback").origin.layer is Layer.BUILT_IN
        assert Configuration().effective("dev_loss_tmo").value is None

    def test_that_does_not_exist_is_refused(self) -> None:
        """With what may be meant."""
        with pytest.raises(ConfigError, match=r"'no_path_retries' is no option .*; is no_path_retry meant\?"):
            Configuration().effective("no_path_retries")

    def test_that_no_terminal_should_see_is_not_shown(self) -> None:
        """The name of an option may come from anybody."""
        with pytest.raises(ConfigError) as caught:
            Configuration().effective("\x1b[2J" + "x" * 1_000_000)

        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 200

    def test_of_an_entry_of_a_user_beats_what_is_built_in(self) -> None:
        """Option by option; the rest of the built-in entry stays."""
        files = read(device("no_path_retry 3", vendor="PURE", product="FlashArray"))
        pure = Subject("PURE", "FlashArray")

        assert files.effective("no_path_retry", pure).value == 3
        assert files.effective("fast_io_fail_tmo", pure).value == 10
        assert files.effective("max_sectors_kb", pure).value == 4096

    def test_of_a_map_is_for_that_wwid_alone(self) -> None:
        """Letter by letter."""
        files = configuration({"multipaths": "no_path_retry 4"})

        assert files.effective("no_path_retry", ARRAY).value == 4
        assert files.effective("no_path_retry", Subject(wwid="3600A")).value is None

    def test_of_an_entry_needs_all_three_to_match(self) -> None:
        """Vendor, product and, where it is named, revision."""
        files = configuration({"second device": "failback 3"})

        assert files.effective("failback", Subject("ACME", "Disk 9000", "1.0")).value == "manual"
        assert files.effective("failback", Subject("acme", "Disk 9000", "2.0")).value == "manual"


class TestAnEntryWithTheExpressionsOfABuiltInOne:
    TEXT = device("rr_min_io 5", vendor='"^NVME"', product=".*")

    def test_takes_that_one_along_to_its_place(self) -> None:
        """The two are one entry for multipathd, behind all that are built in; so the general one beats special ones."""
        alletra = Subject("NVME", "HPE Alletra")
        text = device("path_checker tur", vendor="NVME", product="HPE") + self.TEXT

        found = read(text).effective("path_checker", alletra)

        assert (found.value, found.origin.layer) == ("none", Layer.HWTABLE)
        assert [setting.value for setting in found.losing] == ["tur", "tur"]

    def test_keeps_what_only_the_built_in_one_says(self) -> None:
        """An option that the file does not set comes from the built-in entry."""
        found = read(self.TEXT).effective("uid_attribute", Subject("NVME", "Model"))

        assert found.value == "ID_WWN"

    def test_replaces_its_blacklisted_products(self) -> None:
        """Of two ``product_blacklist`` the file's counts."""
        text = device('product_blacklist "Mine"', vendor='"^DGC"', product="^(RAID|DISK|VRAID)")

        found = [entry.product_blacklist for entry in with_built_in(read(text).devices) if entry.vendor.text == "^DGC"]

        assert [pattern and pattern.text for pattern in found] == [None, "Mine"]


class TestTheArgumentsOfAPrioritizer:
    def test_are_those_of_the_section_that_names_it(self) -> None:
        """Not those that another section has for another one."""
        files = read("defaults {\n prio_args 99\n}\n" + device('prio weightedpath\n prio_args "hbtl .* 5"'))

        found = files.effective("prio_args", ARRAY)

        assert found.value == "hbtl .* 5"
        assert [setting.value for setting in found.losing] == ["99", ""]

    def test_of_a_section_without_a_name_are_none(self) -> None:
        """As in the reference, but for device entries."""
        files = read(f"defaults {{\n prio_args lost\n}}\n{device('prio const')}")

        assert files.effective("prio_args", ARRAY).value == ""
        assert [setting.value for setting in files.effective("prio_args", ARRAY).losing] == ["lost"]

    def test_may_be_added_to_a_built_in_entry(self) -> None:
        """The user's entry is the stronger one."""
        files = read(device("prio_args exclusive_pref_bit", vendor="PURE", product="FlashArray"))

        assert files.effective("prio_args", Subject("PURE", "FlashArray")).value == "exclusive_pref_bit"

    def test_of_a_weaker_entry_are_not_for_a_stronger_name(self) -> None:
        """Where the reference mixes the two."""
        files = read(device('prio weightedpath\n prio_args "hbtl .* 5"') + device("prio alua", product="Disk 9"))

        assert files.effective("prio", ARRAY).value == "alua"
        assert files.effective("prio_args", ARRAY).value == ""

    def test_of_a_weaker_entry_are_for_the_same_name(self) -> None:
        """Two entries that name the same prioritizer are of one mind."""
        files = read(
            device('prio weightedpath\n prio_args "hbtl .* 5"') + device("prio weightedpath", product="Disk 9")
        )

        assert files.effective("prio_args", ARRAY).value == "hbtl .* 5"

    @pytest.mark.parametrize(("prio", "args"), [("alua", "exclusive_pref_bit"), ("weightedpath", "")])
    def test_that_stand_alone_are_for_what_is_detected(self, prio: str, args: str) -> None:
        """The built-in entry for Qsan has arguments and names no prioritizer."""
        files = read(device(f"prio {prio}", vendor="Qsan", product=".*"))

        assert Configuration().effective("prio_args", Subject("Qsan", "XS")).value == "exclusive_pref_bit"
        assert files.effective("prio_args", Subject("Qsan", "XS")).value == args

    def test_are_for_what_is_detected_where_none_is_named(self) -> None:
        """``const``, wherever it stands, takes none: so they cannot be for it."""
        for section in ("defaults", "overrides"):
            files = read(f"{section} {{\n prio const\n prio_args x\n}}\n")

            assert files.effective("prio_args", Subject("Qsan", "XS")).value == "exclusive_pref_bit"
            assert files.effective("prio_args", ARRAY).value == "x"


class TestTheIntervals:
    @pytest.mark.parametrize(
        ("written", "shortest", "longest"),
        [
            ({}, 5, 20),
            ({"polling_interval": 7}, 7, 28),
            ({"polling_interval": 4294967295}, 4294967295, 4294967295),
            ({"max_polling_interval": 21}, 5, 21),
            ({"max_polling_interval": 3}, 1, 3),
            ({"polling_interval": 7, "max_polling_interval": 9}, 7, 9),
            ({"polling_interval": 9, "max_polling_interval": 7}, 7, 7),
        ],
    )
    def test_are_each_other_s_measure(self, written: dict[str, int], shortest: int, longest: int) -> None:
        """The longest is four times the shortest where only one is set, and never less than the shortest."""
        body = "\n".join(f"{name} {value}" for name, value in written.items())

        files = read(f"defaults {{\n{body}\n}}\n")

        assert files.effective("polling_interval").value == shortest
        assert files.effective("max_polling_interval").value == longest

    def test_say_which_setting_decides(self) -> None:
        """An interval that is lowered stands among what lost."""
        found = read("defaults {\npolling_interval 9\nmax_polling_interval 7\n}\n").effective("polling_interval")

        assert found.origin.line == 3
        assert [setting.value for setting in found.losing] == [9, 5]


def values(option: str, files: Configuration, subject: Subject) -> list[object]:
    """Return what the layers have for an option, strongest first: a slow and plain model."""
    found: list[object] = []
    for entry in files.multipaths.values():
        if entry.wwid == subject.wwid and option in entry.settings:
            found.append(entry.settings[option].value)
    for protocol in files.protocols:
        if protocol.type == subject.protocol and option in protocol.settings:
            found.append(protocol.settings[option].value)
    if option in files.overrides:
        found.append(files.overrides[option].value)
    for device in with_built_in(files.devices)[::-1]:
        if device.matches(subject.vendor, subject.product, subject.revision) and option in device.settings:
            found.append(device.settings[option].value)
    if option in files.defaults:
        found.append(files.defaults[option].value)
    return found if OPTIONS[option].built_in is None else [*found, OPTIONS[option].built_in]


class TestAnyConfiguration:
    @pytest.mark.slow
    @settings(max_examples=40)
    @given(TEXTS)
    def test_gives_what_the_plain_model_does(self, text: str) -> None:
        """For every option whose value depends on no other, in one order for the winner and all that lost."""
        files = read(text)
        resolver = Resolver(files)

        for option in OPTIONS.keys() - {"prio_args", "polling_interval", "max_polling_interval"}:
            for subject in SUBJECTS:
                found = resolver.effective(option, subject)
                expected = values(option, files, subject)
                assert [found.value, *(setting.value for setting in found.losing)] == (expected or [None])


class TestAResolver:
    def test_remembers(self) -> None:
        """The same answer, not an equal one."""
        resolver = Resolver(configuration({"first device": "failback 3"}))

        assert resolver.effective("failback", ARRAY) is resolver.effective("failback", ARRAY)

    def test_tells_maps_apart_only_where_the_files_do(self) -> None:
        """A thousand maps of one array share one answer."""
        resolver = Resolver(Configuration())

        answers = {id(resolver.effective("failback", Subject("A", "B", wwid=str(number)))) for number in range(9)}

        assert len(answers) == 1
