"""Names, labels, and what nobody may put into them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from multipath.frontends.exporter import families
from multipath.frontends.metrics.family import NO_LABELS, Family, Kind, Labels, Series, more, visible


class TestLabels:
    @given(st.dictionaries(st.sampled_from(["map", "path", "state"]), st.text()))
    def test_come_back_as_they_are_shown(self, values: dict[str, str]) -> None:
        """Whatever stands in them: quotes, backslashes, what looks like another label."""
        series = Series()
        series.add(more(NO_LABELS, **values), 1)

        ((labels, _),) = series

        assert labels == {name: visible(value) for name, value in values.items()}

    @example("\x1b", "\\x1b")
    @given(st.text(), st.text())
    def test_are_alike_only_where_the_texts_are(self, one: str, other: str) -> None:
        """Else two maps would be one series, and Prometheus would drop one of them."""
        assert (visible(one) == visible(other)) is (one == other)

    @given(st.text())
    def test_have_nothing_that_a_terminal_or_a_reader_of_lines_obeys(self, text: str) -> None:
        """Nor what is no Unicode."""
        labels = more(NO_LABELS, map=text)

        assert labels.isprintable()
        labels.encode("utf-8")

    def test_follow_those_that_are_there(self) -> None:
        """So that a path begins as its group does."""
        assert more(Labels('map="a"'), group="1", path="sda") == 'map="a",group="1",path="sda"'


class TestAFamily:
    @pytest.mark.parametrize(
        ("name", "kind", "stem", "unit"),
        [
            ("multipath_map_info", Kind.INFO, "multipath_map", ""),
            ("multipath_map_queued_seconds_total", Kind.COUNTER, "multipath_map_queued_seconds", "seconds"),
            ("multipath_map_size_bytes", Kind.GAUGE, "multipath_map_size_bytes", "bytes"),
        ],
    )
    def test_has_a_stem_and_a_unit(self, name: str, kind: Kind, stem: str, unit: str) -> None:
        """As OpenMetrics wants them."""
        family = Family(name, kind, "")

        assert (family.stem, family.unit) == (stem, unit)


class TestAllFamilies:
    def test_have_names_of_their_own(self) -> None:
        """Also without their suffixes, which OpenMetrics takes away."""
        stems = [family.name for family in families()]

        assert len(set(stems)) == len(stems)
        assert all(name.startswith("multipath_") for name in stems)

    def test_say_by_their_names_what_they_are(self) -> None:
        """Counters and infos, and nothing else, have the suffixes of those."""
        for family in families():
            assert family.name.endswith("_total") is (family.kind is Kind.COUNTER)
            assert family.name.endswith("_info") is (family.kind is Kind.INFO)
