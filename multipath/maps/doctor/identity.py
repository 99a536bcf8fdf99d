"""Whether paths still lead to the unit that they led to when the kernel scanned them."""

import shlex
from collections.abc import Iterator
from typing import Final

from ...config.finding import Severity
from ...paths.path import Path
from ...wire.vpd import logical_unit, wwid_of_page
from .check import Check, Sign
from .facts import Facts

_AGAIN: Final = "echo 1 > /sys/block/{object}/device/delete; then scan again"
_DELETE: Final = "mpath explain {object}; if the LUN was taken away: echo 1 > /sys/block/{object}/device/delete"


def _remapped(facts: Facts) -> Iterator[Sign]:
    for path, page in _pages(facts):
        now, before = _unit(page), _unit(path.vpd_83)
        if path.vpd_83 and now != before:
            told = f"it was {' '.join(before) or 'nothing'}, and is {' '.join(now) or 'nothing'} now"
            yield Sign(path.name, told, _fail_first(facts, path, _AGAIN))


def _strangers(facts: Facts) -> Iterator[Sign]:
    """Find paths of maps whose identity is another than the map's, though nothing changed since they were scanned."""
    planned = {verdict.path.devt: verdict.wwid for verdict in facts.plan.paths}
    for each, path in facts.members():
        told = facts.told.get(path.devt)
        page = told.page if told and told.page else path.vpd_83
        found = wwid_of_page(page) if page else None
        known = {found, (path.udev or {}).get("ID_SERIAL"), planned.get(path.devt)}
        same = not path.vpd_83 or _unit(page) == _unit(path.vpd_83)
        if each.wwid and found and same and each.wwid not in known and _is_number(each.wwid):
            both = f"map {each.name} is of {each.wwid}, and the path leads to {found}"
            yield Sign(path.name, both, _fail_first(facts, path, f"mpath explain {path.name}"))


def _fail_first(facts: Facts, path: Path, then: str) -> str:
    owner = facts.map_of.get(path.devt)
    return f"mpath fail {shlex.quote(owner.name)} {path.name}; {then}" if owner else then


def _is_number(wwid: str) -> bool:
    """Whether a WWID is one that a page gives: any other was chosen by somebody, and says nothing."""
    return wwid[:1] in ("2", "3") and all(each in "0123456789abcdef" for each in wwid[1:]) and len(wwid) > 16


def _pages(facts: Facts) -> Iterator[tuple[Path, bytes]]:
    for verdict in facts.plan.paths:
        told = facts.told.get(verdict.path.devt)
        if told is not None and told.page:
            yield verdict.path, told.page


def _unit(page: bytes) -> tuple[str, ...]:
    try:
        return tuple(sorted(map(str, logical_unit(page)))) if page else ()
    except ValueError:
        return ()


def _gone(facts: Facts) -> Iterator[Sign]:
    for verdict in facts.plan.paths:
        told = facts.told.get(verdict.path.devt)
        if told is not None and told.gone:
            yield Sign(verdict.path.name, f"the target answers that there is no unit ({told.why or 'not connected'})")


CHECKS: Final = (
    Check(
        "remapped", Severity.ERROR, "a path leads to another unit than when it was scanned",
        "the LUN was given to another unit: I/O through this path reads and destroys other data",
        _AGAIN,
        _remapped,
    ),
    Check(
        "wrong-unit", Severity.ERROR, "a map has a path to another unit",
        "I/O through this path reads and destroys other data",
        "mpath explain {object}", _strangers,
    ),
    Check(
        "unit-gone", Severity.ERROR, "a disk whose unit is gone",
        "the LUN was unmapped on the array and its disk left behind: it fails for ever, and comes back as another unit",
        _DELETE, _gone,
    ),
)  # fmt: skip
