"""A host in memory, as Prometheus sees it."""

import gc
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from multipath import Exporter, Host, Map, MultipathTable, errors
from multipath.frontends.exporter import COLLECTING, families
from multipath.frontends.manager.status_socket import SOCKET
from multipath.frontends.metrics import manager_families
from multipath.frontends.metrics.event_families import EVENTS
from multipath.frontends.metrics.exposition import Form
from multipath.frontends.metrics.map_families import PATH_ACTIVE
from multipath.frontends.metrics.stall_families import BUDGET
from multipath.virtual import VirtualHost

from .promtool import promtool
from .series import series

NAME = "mpatha"


@pytest.fixture
def host() -> Iterator[Host]:
    """Give a host with two paths."""
    with VirtualHost() as world, Host(**world.seams(), asker=world.asker()) as host:
        world.add_array(paths=2)
        yield host


@pytest.fixture
def mpath(host: Host) -> Map:
    """Give a map of them."""
    return host.create(NAME, MultipathTable.build([[path.name for path in host.paths()]]), uuid="mpath-3600")


@pytest.fixture
def exporter(host: Host, tmp_path: Path) -> Exporter:
    """Give its exporter, where no manager runs."""
    return Exporter(host, folder=tmp_path)


@contextmanager
def manager(folder: Path, line: bytes) -> Iterator[None]:
    """Let something answer one question with this line."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(folder / SOCKET))
        server.listen()

        def serve() -> None:
            way, _ = server.accept()
            with way, way.makefile("rwb") as lines:
                lines.readline()
                lines.write(line)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


class TestAnExporter:
    def test_follows_a_path(self, exporter: Exporter, mpath: Map) -> None:
        """What it sees is counted from its first collection on."""
        exporter.readings()
        mpath.fail_path("sda")
        found = exporter.readings()

        assert series(found, PATH_ACTIVE) == {(NAME, "1", "sda"): 0, (NAME, "1", "sdb"): 1}
        assert series(found, EVENTS)["path_failed",] == 1
        assert series(found, COLLECTING)[()] > 0

    def test_works_where_there_is_no_map(self, exporter: Exporter) -> None:
        """The page is a whole one."""
        assert exporter.text().endswith("# EOF\n")

    def test_prints_the_format_that_is_named(self, exporter: Exporter) -> None:
        """By its word as well."""
        assert exporter.text("openmetrics").endswith("# EOF\n")
        assert not exporter.text("prometheus").endswith("# EOF\n")
        with pytest.raises(ValueError, match="yaml"):
            exporter.text("yaml")

    @pytest.mark.slow
    def test_prints_what_prometheus_takes_for_good_style(self, exporter: Exporter, mpath: Map) -> None:
        """By promtool: every family has help, a unit that is none other, and the suffix of its kind alone."""
        assert promtool("check", "metrics", given=exporter.text(Form.PROMETHEUS)) == ""

    def test_leaves_the_garbage_collector_as_it_was(self, exporter: Exporter, mpath: Map) -> None:
        """Also where device-mapper cannot be asked."""
        exporter.text()
        assert gc.isenabled()
        exporter._host.close()
        with pytest.raises(errors.Closed):
            exporter.text()

        assert gc.isenabled()


class TestTheManager:
    def test_is_asked_where_one_runs(self, exporter: Exporter, mpath: Map, tmp_path: Path) -> None:
        """What it knows comes beside what the kernel says."""
        status = {"acting": True, "maps": [{"name": NAME, "state": "up", "max_stall": 5.0}]}
        with manager(tmp_path, json.dumps({"status": status}).encode() + b"\n"):
            found = exporter.readings()

        assert series(found, manager_families.RUNNING) == {(): 1}
        assert series(found, manager_families.STATE) == {(NAME, "up"): 1}
        assert series(found, BUDGET) == {(NAME,): 5.0}

    @pytest.mark.parametrize(
        "line", [b"", b"what\n", b"[1]\n", b'{"error": "no"}\n', b'{"maps": []}\n', b'{"status": 1}\n']
    )
    def test_that_answers_nonsense_is_none(self, exporter: Exporter, tmp_path: Path, line: bytes) -> None:
        """And costs nothing else."""
        with manager(tmp_path, line):
            found = exporter.readings()

        assert series(found, manager_families.RUNNING) == {(): 0}


class TestARegistryOfPrometheusClient:
    def test_prints_the_same(self, exporter: Exporter, mpath: Map) -> None:
        """Beside the metrics of the program that it belongs to; all but the time that it took."""
        exporter.readings()  # from the second one on there are counts of events
        registry = CollectorRegistry(auto_describe=True)
        registry.register(exporter)

        theirs = text_string_to_metric_families(generate_latest(registry).decode())
        ours = text_string_to_metric_families(exporter.text())

        assert [each for each in theirs if each.name != COLLECTING.name] == [
            each for each in ours if each.name != COLLECTING.name
        ]

    def test_knows_the_names_before_anything_is_collected(self, exporter: Exporter) -> None:
        """So a name that is taken is refused at once, and to register asks nobody."""
        exporter._host.close()

        assert [each.name for each in exporter.describe()] == [family.stem for family in families()]

    def test_is_an_extra(self, exporter: Exporter, monkeypatch: pytest.MonkeyPatch) -> None:
        """Which is named; the texts need none."""
        monkeypatch.setitem(sys.modules, "prometheus_client", None)

        assert exporter.text()
        with pytest.raises(errors.ExtraMissing, match="dm-multipath\\[metrics\\]"):
            exporter.collect()
