import pickle

import pytest

from multipath.dm import targets
from multipath.dm.targets import (
    STATUSES,
    TARGETS,
    KnownTarget,
    LinearTarget,
    MultipathTarget,
    TargetParams,
    TargetStatus,
    UnknownTarget,
    parse_target,
)
from multipath.errors import TableError
from multipath.units import Sectors
from multipath.wire.table import MultipathTable

from .rows import STATUSES as STATUS_ROWS
from .rows import TABLES


class TestTheRegistry:
    """Every target by its name in the kernel."""

    def test_has_every_target_of_this_room(self) -> None:
        """A class that nobody can reach by name would be dead."""
        assert set(TARGETS) == {
            *("linear", "striped", "mirror", "snapshot", "snapshot-merge", "snapshot-origin"),
            *("error", "zero", "delay", "flakey", "dust", "multipath"),
        }

    def test_has_a_row_for_every_target_and_status(self) -> None:
        """What is in the registry is in the table of rows."""
        assert {type(values) for values, _ in TABLES} == set(TARGETS.values()) - {MultipathTarget}
        assert {type(values) for values, _ in STATUS_ROWS} == set(STATUSES.values())

    def test_has_no_status_without_a_target(self) -> None:
        """A status belongs to a table."""
        assert set(STATUSES) <= set(TARGETS)

    @pytest.mark.parametrize(("values", "text"), TABLES)
    def test_leads_from_the_name_to_the_values(self, values: KnownTarget, text: str) -> None:
        """`parse_target` reads what the class of that name reads."""
        assert parse_target(values.type, text) == values

    def test_leads_to_the_multipath_table(self) -> None:
        """The multipath target stands beside the others, with its text."""
        text = "0 0 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1 "

        parsed = parse_target("multipath", text)

        assert parsed == MultipathTarget(MultipathTable.parse(text))
        assert str(parsed) == text

    def test_keeps_what_it_does_not_know(self) -> None:
        """An unknown target is its name and its text, whatever they are."""
        assert parse_target("crypt", "ä\0 ") == UnknownTarget("crypt", "ä\0 ")
        assert str(parse_target("crypt", " x ")) == " x "

    def test_does_not_hide_a_target_that_cannot_be_read(self) -> None:
        """A known name with other words is an error, not an unknown target."""
        with pytest.raises(TableError):
            parse_target("linear", "8:0")


class TestTheNamesOfTheRoom:
    """The room imports its files when they are needed."""

    @pytest.mark.parametrize("name", targets.__all__)
    def test_are_all_there(self, name: str) -> None:
        """Every public name leads to something, and `dir` shows it."""
        assert getattr(targets, name) is not None
        assert name in dir(targets)

    def test_are_no_others(self) -> None:
        """A name that is not there is the usual error."""
        with pytest.raises(AttributeError, match="Nowhere"):
            targets.Nowhere  # noqa: B018 - the look-up is the test


class TestAnyTypedTarget:
    """What all of them have in common."""

    @pytest.mark.parametrize(("values", "text"), [*TABLES, *STATUS_ROWS])
    def test_survives_pickling_with_its_text(self, values: KnownTarget | TargetStatus, text: str) -> None:
        """Reports cross the guest's border."""
        parsed = type(values).parse(text + " ")

        again = pickle.loads(pickle.dumps(parsed))

        assert again == parsed
        assert str(again) == text + " "

    @pytest.mark.parametrize("values", [values for values, _ in [*TABLES, *STATUS_ROWS]])
    def test_cannot_be_changed(self, values: KnownTarget | TargetStatus) -> None:
        """Values are snapshots, and have no room for more."""
        with pytest.raises((AttributeError, TypeError)):
            values.colour = "red"  # type: ignore[union-attr]
        assert not hasattr(values, "__dict__")

    def test_is_what_a_line_takes(self) -> None:
        """The protocol asks for a name and a text only."""
        typed: TargetParams = LinearTarget("8:0", Sectors(0))

        assert (typed.type, str(typed)) == ("linear", "8:0 0")
