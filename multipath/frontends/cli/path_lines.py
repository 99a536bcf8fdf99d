"""Everything that decides whether and how a path is used, for people; pure."""

from collections.abc import Iterator
from typing import Final

from ...config.blacklist import Outcome
from ...maps.screening import PathVerdict
from ...paths.path import ONLINE, Path
from ...paths.state import PathState
from ...policy.find_multipaths import Decision
from ...units import format_devt, to_bytes
from .explained_path import ExplainedPath, MembershipRecord, membership
from .setting_lines import setting_rows
from .size import human_size
from .terminal import Line, Span

_FAINT: Final = "dim"
_BAD: Final = "bold red"
_GOOD: Final = "green"
_WORKS: Final = (PathState.UP, PathState.GHOST)
_OUTCOMES: Final = {Outcome.BLACKLISTED: _BAD, Outcome.MISSING: _BAD, Outcome.EXCEPTED: _GOOD}


def path_lines(explained: ExplainedPath) -> Iterator[Line]:
    """Yield a path for people."""
    verdict, path = explained.verdict, explained.verdict.path
    yield (Span(path.name, "bold"), Span(f" ({format_devt(path.devt)}), {human_size(to_bytes(path.size))}"))
    yield from ((Span(f"  {line}"),) for line in _identity(path) if line)
    yield from _wwid(verdict)
    yield from _decisions(explained)
    if explained.checked is not None:
        verdict_of, style = explained.checked.verdict, _GOOD if explained.checked.verdict.state in _WORKS else _BAD
        yield (Span("  check: "), Span(verdict_of.state, style), Span(f", {verdict_of.message}"),
               Span(f" [{explained.checked.checker}]", _FAINT))  # fmt: skip
    if explained.planned is not None:
        yield _map_line(membership(path, explained.planned))
    yield (Span("  settings"),)
    yield from ((Span("    "), *row) for row in setting_rows(explained.settings))


def _decisions(explained: ExplainedPath) -> Iterator[Line]:
    """Yield every test of the blacklist, what follows for the path, and whether its disk is claimed."""
    verdict = explained.verdict
    if verdict.ruling is not None:
        yield (Span("  blacklist"),)
        yield from ((Span(f"    {step}", _OUTCOMES.get(step.outcome, _FAINT)),) for step in verdict.ruling.trail)
    if explained.build is not None:
        yield _decision("find_multipaths", explained.build)
    if verdict.allowed:  # where it leads stands above
        yield (Span("  may be used", _GOOD), Span(f" [{verdict.code}]", _FAINT))
    else:
        yield (Span("  is not used: ", _BAD), Span(verdict.text), Span(f" [{verdict.code}]", _FAINT))
    if explained.claim is not None:
        yield _decision("claim by udev's rule", explained.claim)


def _decision(what: str, found: Decision) -> Line:
    style = "" if found.is_path else _BAD
    return (Span(f"  {what}: "), Span(f"{found.claim}, {found.reason}", style), Span(f" [{found.code}]", _FAINT))


def _identity(path: Path) -> Iterator[str]:
    """Yield what the device is, where it is, and in which state; each in a line."""
    unit = " ".join(filter(None, (path.vendor, path.model, path.revision)))
    yield ", ".join(filter(None, (unit, path.serial and f"serial {path.serial}")))
    yield ", ".join(_place(path))
    yield ", ".join(_condition(path))


def _place(path: Path) -> Iterator[str]:
    yield " ".join(filter(None, (path.protocol, path.hctl)))
    named = {"target": path.target_node, "port": path.target_port, "port group": path.port_group}
    named |= {"relative port": path.relative_port, "adapter": path.adapter}
    yield from (f"{name} {value}" for name, value in named.items() if value is not None)


def _condition(path: Path) -> Iterator[str]:
    yield from filter(None, (path.state, path.access_state, path.ana_state))
    if path.port_state not in (None, ONLINE):
        yield f"port {path.port_state}"
    yield f"handler {path.handler}" if path.handler else "no handler"
    if path.preferred:
        yield "preferred"
    if path.read_only:
        yield "read-only"
    if path.udev is None:
        yield "not in udev's database"


def _wwid(verdict: PathVerdict) -> Iterator[Line]:
    if verdict.wwid is None:
        yield (Span("  no WWID", _BAD),)
        return
    yield (Span("  WWID "), Span(verdict.wwid, "bold"), Span(f", by {verdict.source}"))
    if verdict.problem:
        yield (Span(f"    {verdict.problem}", _BAD),)


def _map_line(found: MembershipRecord) -> Line:
    where = "does not join" if found["group"] is None else f"group {found['group']}"
    if found["group"] is not None and found["state"] not in (None, "up"):
        where += f", {found['state']}"
    if found["group"] is not None and found["priority"] is not None:
        where += f", priority {found['priority']}"
    why = f" ({found['why']})" if found["why"] else ""
    return (Span("  map "), Span(found["name"], "bold"), Span(f" ({found['action']}): {where}{why}"))
