"""The formats: headers, padding, raw rows, and wildcards that nobody knows."""

import pytest

from multipath import errors
from multipath.multipathd.column import Column
from multipath.multipathd.daemon_state import read_wildcards
from multipath.multipathd.map import MAP_COLUMNS, DaemonMap
from multipath.multipathd.path import PATH_COLUMNS, DaemonPath
from multipath.multipathd.wildcards import format_maps, format_paths

from .stand_in import said

PATHS = [
    DaemonPath("sda", "8:0", "active", "running", "ready", "tur", 50, wwid="36001", map="mpatha"),
    DaemonPath("sdaa", "65:160", wwid="360014", priority=None),
]


class TestAFormat:
    def test_stands_above_its_columns_once(self) -> None:
        """Columns are as wide as their widest value, also the last."""
        assert format_paths(PATHS, "%d %D|%p %m") == [
            "dev  dev_t |pri multipath",
            "sda  8:0   |50  mpatha   ",
            "sdaa 65:160|-1  [orphan] ",
        ]

    def test_that_is_raw_has_neither_headers_nor_padding(self) -> None:
        """For programs."""
        assert format_paths(PATHS, "%d:%w", raw=True) == ["sda:36001", "sdaa:360014"]

    def test_of_nothing_prints_nothing(self) -> None:
        """No header without a row."""
        assert format_paths([], "%d") == format_maps([], "%n") == []

    def test_may_have_no_wildcard_at_all(self) -> None:
        """It is printed for each row."""
        assert format_paths(PATHS, "x", raw=True) == ["x", "x"]

    def test_has_a_percent_sign_written_twice(self) -> None:
        """Which the daemon leaves out."""
        assert format_paths(PATHS[:1], "100%% of %d, %%d", raw=True) == ["100% of sda, %d"]

    @pytest.mark.parametrize("style", ["%Z", "%d %", "%", "% d"])
    def test_with_a_wildcard_that_nobody_knows_is_refused(self, style: str) -> None:
        """A misspelt one is no empty column."""
        with pytest.raises(errors.FormatRefused, match="no wildcard behind a %; one of wi"):
            format_paths(PATHS, style)

    def test_of_maps_has_wildcards_of_its_own(self) -> None:
        """The same letter means something else."""
        found = [DaemonMap("mpatha", "36001", "dm-0", paths_active=4, read_only=True)]

        assert format_maps(found, "%n %d %N %r", raw=True) == ["mpatha dm-0 4 ro"]


class TestTheWildcards:
    @pytest.mark.parametrize("text", ["[undef]", "[unknown]"])
    def test_have_two_placeholders_for_what_a_device_does_not_tell(self, text: str) -> None:
        """Both say that nothing is known."""
        assert [PATH_COLUMNS[wildcard].read(text) for wildcard in "NnRra"] == [None] * 5

    def test_are_those_of_a_release(self, release: str) -> None:
        """With its headers; an older one has fewer."""
        maps, paths = read_wildcards(said(release, "wildcards.txt"))

        ours = {wildcard: column.header for wildcard, column in MAP_COLUMNS.items()}
        assert {letter: header for letter, header in maps.items() if ours.get(letter) != header} in (
            {},
            {"s": "vend/prod/rev"},
        )
        assert paths.items() <= {wildcard: column.header for wildcard, column in PATH_COLUMNS.items()}.items()

    def test_are_all_known_to_the_newest_release(self) -> None:
        """None is invented."""
        maps, paths = read_wildcards(said("0.15.1", "wildcards.txt"))

        assert (list(maps), list(paths)) == (list(MAP_COLUMNS), list(PATH_COLUMNS))

    @pytest.mark.parametrize(
        "column", [*MAP_COLUMNS.values(), *PATH_COLUMNS.values()], ids=lambda column: column.header
    )
    def test_write_what_they_read(self, column: Column) -> None:
        """A placeholder is nothing known, and the other way round."""
        for text in (column.absent, *filter(None, column.words)):
            assert column.write(column.read(text)) == text
