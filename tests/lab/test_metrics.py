"""A real Prometheus server that asks `mpath metrics` about a real kernel."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from multipath import Host, Map
from multipath.frontends.cli.main import main
from multipath.lab import guest
from multipath.units import format_devt
from tests.unit.frontends.metrics.promtool import promtool
from tests.unit.frontends.metrics.server import DEADLINE, prometheus
from tests.unit.frontends.metrics.test_files import queries

from .managing import managed, until

pytestmark = [pytest.mark.slow, pytest.mark.kernel(packages=("prometheus",), memory=1024, timeout=180)]
_SERVER = "127.0.0.1:9090"
_MPATH = (sys.executable, "-m", "multipath.frontends.cli.main", "metrics")


@contextmanager
def exporter(*options: str) -> Iterator[str]:
    """Let ``mpath metrics --listen`` run; yield its address."""
    with subprocess.Popen([*_MPATH, "--listen", "0", *options], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            yield process.stderr.readline().partition("http://")[2].partition("/")[0]
        finally:
            process.terminate()
            assert process.wait(DEADLINE) == 0


def asked(query: str) -> list[dict[str, Any]]:
    """Return what Prometheus answers."""
    with urlopen(f"http://{_SERVER}/api/v1/query?query={quote(query)}", timeout=DEADLINE) as answer:
        found = json.load(answer)
    assert found["status"] == "success"
    result: list[dict[str, Any]] = found["data"]["result"]
    return result


def values(name: str) -> dict[str, int]:
    """Return what Prometheus has of a metric, by paths."""
    return {each["metric"]["path"]: int(each["value"][1]) for each in asked(name)}


class TestPrometheus:
    def test_knows_what_the_kernel_knows(self, host: Host, mpath: Map, tmp_path: Path) -> None:
        """A path that fails is an alert with its name, and its values are the kernel's."""
        mpath.fail_path("sdb")
        with exporter("--folder", str(tmp_path)) as address, prometheus(tmp_path, [address], _SERVER) as alerts:
            alert = alerts.wait("MultipathPathFailed")
            states, failures = values("multipath_path_active"), values("multipath_path_failures_total")

        names = {format_devt(path.devt): path.name for path in host.paths()}
        paths = mpath.status().paths
        assert (alert["map"], alert["group"], alert["path"]) == ("mpatha", "1", "sdb")
        assert states == {names[path.device]: path.active for path in paths}
        assert failures == {names[path.device]: path.fail_count for path in paths}

    def test_knows_what_the_manager_knows(self, host: Host, tmp_path: Path) -> None:
        """And answers every query of the dashboard, where there is a group that has what it asks for."""
        with (
            managed(tmp_path, "--max-stall", "5") as manager,
            exporter("--folder", str(tmp_path)) as address,
            prometheus(tmp_path, [address], _SERVER) as alerts,
        ):
            guest.set_state("sda", "offline")
            alerts.wait("MultipathPathFailed", path="sda")
            answers = {each: asked(each.replace("$instance", ".*").replace("$map", ".*")) for each in queries()}
            states = {each["metric"]["path"]: each["metric"]["state"] for each in asked("multipath_path_checker_state")}
            budgets = [each["value"][1] for each in asked("multipath_map_stall_budget_seconds")]
            guest.set_state("sda", "running")
            until(lambda: all(path["active"] for path in manager.ask("paths")), "the path is used again")

        assert states.pop("sda") == "down"
        assert [*states.values()] == ["up", "up", "up"]
        assert budgets == ["5"]
        # A rate needs a second look, and in these groups no I/O is counted.
        assert [each for each, answer in answers.items() if not answer and "rate(" not in each] == [
            'multipath_path_in_flight_ios{instance=~"$instance", map=~"$map"}'
        ]

    def test_takes_the_text_of_a_real_kernel_for_good_style(
        self, mpath: Map, capsysbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        """Once printed, as node_exporter would read it."""
        assert main(["metrics", "-o", "prometheus"]) == 0
        text = capsysbinary.readouterr().out.decode()

        assert promtool("check", "metrics", given=text) == ""
        assert 'multipath_map_paths_active{map="mpatha"} 4\n' in text
