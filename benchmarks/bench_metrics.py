"""
How long does it take to list, compare and print a very large host for Prometheus?

10,000 maps of 8 paths that no kernel has: a device-mapper in memory answers with the texts that a kernel would print,
so what is measured is ours alone, from the list of devices to the last line. Between two collections the first path of
each map fails or comes back. The peer prints the same families with prometheus-client, which is what an exporter in
Python does otherwise; it is given them, and neither lists nor compares.
"""

from pathlib import Path
from time import process_time
from typing import Final

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from pytest_benchmark.fixture import BenchmarkFixture

from multipath import Exporter
from multipath.frontends.metrics.exposition import exposition
from multipath.frontends.metrics.family import Readings
from multipath.frontends.metrics.registry import Collected
from multipath.lab.guest import inside

from .contest import Contest
from .synthetic import synthetic_host

pytestmark = pytest.mark.skipif(inside(), reason="asks no kernel, and the peer needs more memory than a guest has")
_MAPS: Final = 10_000
_FEW: Final = 20
_ROUNDS: Final = 3


@pytest.mark.benchmark(timer=process_time)
def test_a_collection_of_10_000_maps(tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    """From the list of devices to the text."""
    _same_as_the_peer(tmp_path)
    control, host = synthetic_host(_MAPS, tmp_path)
    exporter = Exporter(host, folder=tmp_path)
    readings = exporter.readings()

    def collect() -> str:
        control.faults += 1
        return exporter.text()

    assert f'multipath_events_total{{event="path_failed"}} {_MAPS}\n' in collect()
    contest = Contest(
        f"{_MAPS:,} maps of 8 paths listed, compared with before, and printed, in CPU time",
        "prometheus-client, printing alone",
        rounds=_ROUNDS, limit=2.0, warm_up=1,
    )  # fmt: skip
    contest.hold(benchmark, collect, lambda: _by_prometheus_client(readings))


@pytest.mark.benchmark(timer=process_time)
def test_printing_alone(tmp_path: Path, benchmark: BenchmarkFixture) -> None:
    """The same families, by both."""
    _, host = synthetic_host(_MAPS, tmp_path)
    readings = Exporter(host, folder=tmp_path).readings()
    contest = Contest("the same, printing alone", "prometheus-client", rounds=_ROUNDS, figure=5, warm_up=1)
    contest.hold(benchmark, lambda: exposition(readings), lambda: _by_prometheus_client(readings))


def _by_prometheus_client(readings: Readings) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collected(readings))
    return bytes(generate_latest(registry))


def _same_as_the_peer(folder: Path) -> None:
    _, host = synthetic_host(_FEW, folder)
    readings = Exporter(host, folder=folder).readings()
    ours, theirs = exposition(readings), _by_prometheus_client(readings).decode()
    assert list(text_string_to_metric_families(ours)) == list(text_string_to_metric_families(theirs))
