"""What the reference implementation gets wrong in these files, and we do not: docs/configuration.md lists it."""

import pytest

from .texts import codes, read, section


class TestAPollingIntervalThatIsNone:
    @pytest.mark.parametrize("value", ["0", "00", '" 0 "', "-1", "soon"])
    def test_is_not_taken(self, value: str) -> None:
        """multipathd divides by zero, and for a word it never ends; here the line is lost, and said so."""
        found = read(section("defaults", "polling_interval 7", f"polling_interval {value}"))

        assert found.defaults["polling_interval"].value == 7
        assert codes(found) == ["duplicate-option", "bad-value"]


class TestASectionThatIsNotKnown:
    @pytest.mark.parametrize("head", ["foo {", "foo bar {", "foo\n{", '"foo" {', "multipath {", "blacklist {"])
    def test_ends_with_its_own_brace(self, head: str) -> None:
        """multipathd takes its brace for that of the section around it, and loses what follows there."""
        text = section("defaults", f"{head}\n verbosity 4\n nested {{\n }}\n}}", "max_polling_interval 21")

        assert {name: setting.value for name, setting in read(text).defaults.items()} == {"max_polling_interval": 21}

    def test_may_stand_in_an_entry(self) -> None:
        """The entry goes on behind it."""
        text = section("devices/device", "vendor A", "foo {", "product C", "}", "product B", "failback 3")

        assert [(entry.product.text, entry.settings["failback"].value) for entry in read(text).devices] == [("B", 3)]


class TestTheNameOfAPolicy:
    @pytest.mark.parametrize("name", ["multibusXYZ", "group_by_prio2", "multi", "Failover"])
    def test_is_all_of_the_word(self, name: str) -> None:
        """multipathd compares as many letters as it knows."""
        found = read(section("defaults", f"path_grouping_policy {name}"))

        assert "path_grouping_policy" not in found.defaults
        assert codes(found) == ["bad-value"]


class TestAValueOfZero:
    @pytest.mark.parametrize("option", ["failback", "fast_io_fail_tmo", "dev_loss_tmo", "eh_deadline"])
    def test_is_a_value(self, option: str) -> None:
        """multipathd takes 0 for unset, and lets the layer below decide."""
        found = read(section("overrides", f"{option} 0"))

        assert found.overrides[option].value == 0

    def test_survives_that_two_entries_become_one(self) -> None:
        """multipathd drops the empty text of the earlier one."""
        entry = section("devices/device", "vendor A", "product B", "%s")

        found = read(entry % 'uid_attribute ""' + entry % "failback 3")

        assert found.devices[0].settings["uid_attribute"].value == ""


class TestAPartitionDelimiter:
    @pytest.mark.parametrize(("value", "code"), [("a/b", "bad-value"), ("/UNSET/", "stands-for-unset")])
    def test_may_be_wrong_or_none(self, value: str, code: str) -> None:
        """multipathd looks at what it set before, and there is none."""
        found = read(section("defaults", f"partition_delimiter {value}"))

        assert "partition_delimiter" not in found.defaults
        assert codes(found) == [code]


class TestAnOwner:
    def test_keeps_a_name_for_whoever_knows_names(self) -> None:
        """multipathd looks up the name of a group among the users."""
        found = read(section("defaults", "uid 0", "gid disk"))

        assert (found.defaults["uid"].value, found.defaults["gid"].value) == (0, "disk")
