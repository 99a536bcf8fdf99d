"""Whether every path of a map is registered with the map's reservation key."""

from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from ..reservation_key import configured_key
from .check import Check, Sign
from .facts import ExaminedMap, Facts


def key_of(facts: Facts, each: ExaminedMap) -> int | None:
    """Return the key that stands in multipath.conf, or that was read from the prkeys file."""
    key = configured_key(facts.inputs.configuration.resolver, each.wwid, None)
    return facts.prkeys.get(each.wwid) if key is None else key.key


def _partly(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        key, found = key_of(facts, each), facts.keys.get(each.wwid)
        if key is None or found is None:
            continue
        have, ways = found.keys.count(key), {(path.host, path.target_port) for path in each.paths}
        # Some arrays count one registration for each adapter, whatever the number of its ports.
        if have and have < len(ways) and have != len({path.host for path in each.paths}):
            yield Sign(each.name, f"{have} of {len(ways)} paths are registered with {key:#x}")


def _not_at_all(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        key, found = key_of(facts, each), facts.keys.get(each.wwid)
        if key is not None and found is not None and found.keys and key not in found.keys:
            others = ", ".join(f"{other:#x}" for other in sorted(set(found.keys)))
            yield Sign(each.name, f"{key:#x} is not registered, and others are: {others}")


CHECKS: Final = (
    Check(
        "reservation-partial", Severity.ERROR, "some paths are not registered with the reservation key",
        "under a reservation of registrants I/O on these paths ends in a conflict, and the map loses them",
        "mpath pr register {object}; mpath pr status {object}", _partly,
    ),
    Check(
        "reservation-lost", Severity.WARNING, "this host's registration is gone",
        "another host preempted or cleared it: this one is fenced from the unit",
        "mpath pr status {object}; ask the cluster before registering again", _not_at_all,
    ),
)  # fmt: skip
