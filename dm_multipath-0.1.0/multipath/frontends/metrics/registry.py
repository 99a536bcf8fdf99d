"""Readings for prometheus-client: its own metrics, for a registry that holds those of other programs as well."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import ExtraMissing
from .family import Family, Series

if TYPE_CHECKING:
    from prometheus_client import Metric


@dataclass(frozen=True, slots=True)
class Collected:
    """
    A collector of what has been collected already.

    Attributes:
        readings: The families with their series.
    """

    readings: Iterable[tuple[Family, Series]]

    def collect(self) -> "Iterator[Metric]":
        """
        Return the metrics.

        Raises:
            ExtraMissing: prometheus-client is not installed.
        """
        try:
            from prometheus_client import Metric
        except ImportError:
            raise ExtraMissing("a registry", "prometheus-client", "metrics") from None
        new = [(Metric(each.stem, each.help, each.kind, each.unit), each, series) for each, series in self.readings]
        return (_filled(*each) for each in new)


def _filled(metric: "Metric", family: Family, series: Series) -> "Metric":
    for labels, value in series:
        metric.add_sample(family.name, labels, float(value))
    return metric
