"""The texts, held against prometheus-client: its readers, its writers."""

import math
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import generate_latest as prometheus_text
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics_text
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_prometheus

from multipath.frontends.metrics.exposition import Form, exposition, records
from multipath.frontends.metrics.family import NO_LABELS, Family, Kind, Readings, more
from multipath.frontends.metrics.registry import Collected

GAUGE = Family("multipath_map_size_bytes", Kind.GAUGE, "Size.", ("map",))
COUNTER = Family("multipath_path_failures_total", Kind.COUNTER, "Failures.", ("map", "path"))
INFO = Family("multipath_map_info", Kind.INFO, "Identity.", ("map", "uuid"))
BARE = Family("multipath_manager_running", Kind.GAUGE, "Whether it runs.")
READ = {
    Form.OPENMETRICS: (read_openmetrics, openmetrics_text),
    Form.PROMETHEUS: (read_prometheus, prometheus_text),
}


def filled(names: Iterable[str], value: float = 1) -> Readings:
    """Return readings of every kind, about these maps."""
    readings = Readings([GAUGE, COUNTER, INFO, BARE])
    for name in names:
        readings[GAUGE].add(more(NO_LABELS, map=name), value)
        readings[COUNTER].add(more(NO_LABELS, map=name, path="sda"), 7)
        readings[INFO].add(more(NO_LABELS, map=name, uuid=f"mpath-{name}"), 1)
    readings[BARE].add(NO_LABELS, True)
    return readings


@pytest.mark.parametrize("form", Form)
class TestAText:
    @given(names=st.sets(st.text(), max_size=4), value=st.floats(allow_nan=False) | st.integers(0, 2**53))
    def test_says_what_prometheus_client_says(self, form: Form, names: set[str], value: float) -> None:
        """Both texts are read alike, and the text in OpenMetrics by a reader that is strict."""
        readings = filled(names, value)
        read, write = READ[form]
        registry = CollectorRegistry()
        registry.register(Collected(readings))

        ours, theirs = list(read(exposition(readings, form))), list(read(write(registry).decode()))

        assert [self.told(each) for each in ours] == [self.told(each) for each in theirs]

    def test_keeps_large_numbers_exact(self, form: Form) -> None:
        """A size in bytes is more than a float tells apart."""
        assert f'{{map="a"}} {2**60 + 1}\n' in exposition(filled(["a"], 2**60 + 1), form)

    def test_leaves_out_families_without_series(self, form: Form) -> None:
        """A head alone would say nothing."""
        assert "multipath_map_info" not in exposition(filled([]), form)

    @staticmethod
    def told(metric: Any) -> tuple[object, ...]:
        """Return what a metric says; the help of a counter has another name in prometheus-client's older text."""
        return metric.name, metric.type, metric.documentation, metric.unit, metric.samples


class TestTheTwoTexts:
    def test_end_and_begin_as_their_readers_expect(self) -> None:
        """In OpenMetrics the end is told, so that half a page is not taken for a whole one."""
        assert exposition(filled(["a"]), Form.OPENMETRICS).endswith("\n# EOF\n")
        assert exposition(filled(["a"]), Form.PROMETHEUS).endswith("multipath_manager_running 1\n")
        assert "version=1.0.0" in Form.OPENMETRICS.content_type
        assert "version=0.0.4" in Form.PROMETHEUS.content_type

    @pytest.mark.parametrize(
        ("value", "text"), [(math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN"), (0.25, "0.25"), (False, "0")]
    )
    def test_have_numbers_for_what_has_none(self, value: float, text: str) -> None:
        """No limit is infinite."""
        assert f'multipath_map_size_bytes{{map="a"}} {text}\n' in exposition(filled(["a"], value))


class TestRecords:
    def test_have_the_same_for_json(self) -> None:
        """Where there is no infinity."""
        size, *_ = records(filled(["a"], math.inf))

        assert size == {
            "name": "multipath_map_size_bytes",
            "type": "gauge",
            "help": "Size.",
            "series": [{"labels": {"map": "a"}, "value": None}],
        }
