"""Snapshots, and what they have in common."""

from multipath.maps.event import changes
from tests.unit.frontends.cli.snapshots import ONE_GROUP, TWO_GROUPS, snapshot


class TestASnapshotThatFollowsAnother:
    def test_is_not_parsed_again_where_nothing_changed(self) -> None:
        """Its table and status are the ones that are known."""
        before, now = snapshot(), snapshot()
        known = before.table, before.status

        now.share(before)

        assert now.table is known[0]
        assert now.status is known[1]

    def test_parses_the_status_that_changed(self) -> None:
        """Of the same table."""
        before, now = snapshot(), snapshot((ONE_GROUP[0], ONE_GROUP[1].replace("8:16 F 3", "8:16 F 4")))
        known = before.table, before.status

        now.share(before)

        assert now.table is known[0]
        assert now.status != known[1]
        assert now.status.paths[1].fail_count == 4

    def test_parses_both_where_the_table_changed(self) -> None:
        """What selectors say can only be read by their table, so no status outlives it."""
        before, now = snapshot(), snapshot(TWO_GROUPS)
        known = before.table, before.status

        now.share(before)

        assert now.table != known[0]
        assert now.status.groups[0].selector.name == "queue-length"

    def test_is_told_of_it_by_who_compares_the_two(self) -> None:
        """So that a host that is quiet is not parsed again and again."""
        before, now = snapshot(), snapshot()
        known = before.status

        assert list(changes(before, now)) == []
        assert now.status is known

    def test_keeps_what_it_has(self) -> None:
        """Who has asked once gets the same again."""
        before, now = snapshot(), snapshot()
        own, _ = now.table, before.table

        now.share(before)

        assert now.table is own
