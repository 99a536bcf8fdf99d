"""Series of a collection, as tests look at them."""

from multipath.frontends.metrics.family import Family, Readings


def series(readings: Readings, family: Family) -> dict[tuple[str, ...], float]:
    """Return the values of a family, by those of its labels, which are the ones that it promises."""
    found = {}
    for labels, value in readings[family]:
        assert (*labels,) == family.labels
        found[*labels.values()] = value
    assert len(found) == len(readings[family])
    return found
