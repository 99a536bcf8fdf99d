"""The alerts and the dashboard: Prometheus can read every query, and the metrics are there."""

import json
import re
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from multipath.frontends.exporter import families

from .promtool import promtool

FOLDER = Path(str(files("multipath.frontends.metrics")))
RULES, DASHBOARD = FOLDER / "multipath.rules.yml", FOLDER / "multipath.dashboard.json"
TESTS = Path(__file__).with_name("multipath.test.yml")
# What Grafana puts in the place of its own variables.
VARIABLES = {"$__rate_interval": "1m", "$__range": "1h"}


def queries() -> Iterator[str]:
    """Yield every query of the dashboard, as Grafana sends it."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel["targets"]:
            query: str = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            yield query


def metrics_of(text: str) -> set[str]:
    """Return the metrics that a text names, but for those that it records itself."""
    return set(re.findall(r"(?<![\w:])multipath_\w+(?![\w:])", text))


class TestTheAlerts:
    @pytest.mark.slow
    def test_can_be_read(self) -> None:
        """By promtool."""
        assert "16 rules found" in promtool("check", "rules", RULES)

    @pytest.mark.slow
    def test_are_raised_when_they_should_be(self, tmp_path: Path) -> None:
        """By promtool, which plays what the metrics do over time; with their labels and words."""
        shutil.copy(RULES, tmp_path)
        shutil.copy(TESTS, tmp_path)

        assert "SUCCESS" in promtool("test", "rules", tmp_path / TESTS.name)

    def test_are_all_tried(self) -> None:
        """Each has its story above."""
        alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text()))

        assert alerts
        assert alerts <= set(re.findall(r"alertname: (\w+)\n +exp_alerts", TESTS.read_text()))

    def test_ask_for_what_there_is(self) -> None:
        """A name that nobody exports is an alert that is never raised."""
        exprs = "\n".join(re.findall(r"expr:(.*?)\n +(?:- |for:|labels:)", RULES.read_text(), re.DOTALL))

        assert metrics_of(exprs)
        assert metrics_of(exprs) <= {family.name for family in families()}


class TestTheDashboard:
    @pytest.mark.slow
    def test_asks_what_prometheus_can_read(self, tmp_path: Path) -> None:
        """Each query, as an expression of a rule."""
        rules = [{"record": f"query:n{number}", "expr": query} for number, query in enumerate(queries())]
        file = tmp_path / "queries.yml"
        file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))

        assert f"{len(rules)} rules found" in promtool("check", "rules", file)

    def test_asks_for_what_there_is(self) -> None:
        """Also in the lists to choose from."""
        found = metrics_of("\n".join(queries()))
        found |= {name for each in self.variables("query") for name in metrics_of(each["query"]["query"])}

        assert len(found) > 10
        assert found <= {family.name for family in families()}

    def test_has_panels_that_do_not_overlap(self) -> None:
        """Each with a title, words on what it shows, and a place of its own."""
        places: set[tuple[int, int]] = set()
        for panel in json.loads(DASHBOARD.read_text())["panels"]:
            at = panel["gridPos"]
            own = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            assert panel["title"]
            assert panel["description"]
            assert at["x"] + at["w"] <= 24
            assert not own & places
            places |= own

    def test_names_no_source_of_its_own(self) -> None:
        """Who imports it chooses the Prometheus."""
        (source,) = self.variables("datasource")
        used = set(re.findall(r'"uid": "(.*?)"', DASHBOARD.read_text()))

        assert used == {f"${{{source['name']}}}", "dm-multipath"}

    @staticmethod
    def variables(kind: str) -> list[dict[str, Any]]:
        """Return the variables of a kind."""
        return [each for each in json.loads(DASHBOARD.read_text())["templating"]["list"] if each["type"] == kind]
