"""Whether the queues of a map's paths take the same requests, and those that the map sends."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from ...config.finding import Severity
from ...paths.path import Path
from .check import Check, Sign
from .facts import ExaminedMap, Facts

_LIMITS: Final = (
    "max_sectors_kb", "max_segments", "max_segment_size", "discard_max_bytes", "write_cache", "rotational", "zoned",
)  # fmt: skip
_BLOCKS: Final = ("logical_block_size", "physical_block_size")
READ: Final = (*_LIMITS, *_BLOCKS, "scheduler", "nr_requests")
_LARGEST: Final = "max_sectors_kb"


def _differing(names: tuple[str, ...]) -> Callable[[Facts], Iterator[Sign]]:
    def rule(facts: Facts) -> Iterator[Sign]:
        for each in facts.maps:
            for name in names:
                values = _values(facts, each, name)
                if len(values) > 1:
                    told = "; ".join(f"{value} on {' '.join(paths)}" for value, paths in sorted(values.items()))
                    yield Sign(each.name, f"{name}: {told}")

    return rule


def _values(facts: Facts, each: ExaminedMap, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for path in each.paths:
        value = _value(facts, path, name)
        if value is not None:
            found[value].append(path.name)
    return found


def _value(facts: Facts, path: Path, name: str) -> str | None:
    text = facts.queues.get(path.devt, {}).get(name)
    if name == "scheduler" and text and "[" in text:
        return text.partition("[")[2].partition("]")[0]
    return text


def _too_large(facts: Facts) -> Iterator[Sign]:
    for each in facts.maps:
        own = _number(facts.queues.get(each.snapshot.devt, {}).get(_LARGEST))
        for path in each.paths:
            limit = _number(facts.queues.get(path.devt, {}).get(_LARGEST))
            if own is not None and limit is not None and limit < own:
                yield Sign(each.name, f"it takes requests of {own} KiB, and {path.name} of {limit} KiB")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


CHECKS: Final = (
    Check(
        "max-sectors", Severity.ERROR, "a map sends requests that a path does not take",
        "max_sectors_kb of the path was lowered under the map: large I/O fails with 'over max size limit'",
        "give all paths one max_sectors_kb (multipath.conf has an option), then mpath load the map again", _too_large,
    ),
    Check(
        "block-sizes-differ", Severity.ERROR, "the paths of a map have different block sizes",
        "they lead to different units, or the array changed under them", "mpath explain {object}; scan the paths again",
        _differing(_BLOCKS),
    ),
    Check(
        "queue-limits-differ", Severity.WARNING, "the queues of a map's paths have different limits",
        "the map takes the least of them when it is loaded; a path that came later may refuse its I/O",
        "set them alike by a rule of udev for all paths of the array", _differing(_LIMITS),
    ),
    Check(
        "schedulers-differ", Severity.WARNING, "the paths of a map have different schedulers or depths",
        "the path selector sees one path as slower than it is", "set queue/scheduler and queue/nr_requests alike",
        _differing(("scheduler", "nr_requests")),
    ),
)  # fmt: skip
