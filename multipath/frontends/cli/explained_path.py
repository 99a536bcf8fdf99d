"""Everything that decides whether and how a path is used: for people and for programs; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypedDict

from ...config.blacklist import Outcome, Step
from ...config.configuration import Configuration
from ...config.resolve import Effective
from ...maps.planned_map import PlannedMap
from ...maps.screening import PathVerdict
from ...paths.path import Path
from ...policy.desired import DesiredMap
from ...policy.find_multipaths import Decision
from ...policy.member import Member
from ...units import format_devt, to_bytes
from .path_settings import PER_PATH, of_path
from .setting_lines import OriginRecord, SettingRecord, origin_record, setting_record, setting_rows
from .size import human_size
from .terminal import Line, Span

_FAINT: Final = "dim"
_BAD: Final = "bold red"
_GOOD: Final = "green"
_OUTCOMES: Final = {Outcome.BLACKLISTED: _BAD, Outcome.MISSING: _BAD, Outcome.EXCEPTED: _GOOD}


class MembershipRecord(TypedDict):
    """
    The map that a path is in, or will be.

    Attributes:
        name: The map's name.
        wwid: Its WWID.
        action: What ``mpath plan`` says about it.
        group: The number of the path's group in the table that it should have; ``null`` where the path does not join.
        state: What the path is taken to be: ``"up"``, ``"down"``, …; ``null`` where that was not asked.
        priority: Its priority; ``null`` where it is not known yet.
        why: What the priority rests on, or why the path does not join.
    """

    name: str
    wwid: str
    action: str
    group: int | None
    state: str | None
    priority: int | None
    why: str


class StepRecord(TypedDict):
    """
    What one test of the blacklist says.

    Attributes:
        test: What it looks at: ``"hidden"``, ``"devnode"``, ``"usb"``, ``"property"``, ``"device"``, ``"protocol"`` or
            ``"wwid"``.
        outcome: ``"passed"``, ``"excepted"``, ``"blacklisted"``, ``"missing"`` or ``"skipped"``.
        values: What it looked at.
        rule: The rule that fits; ``null`` where none does.
        origin: Where what decides stands; ``null`` where nothing decides.
        text: All of it, a sentence for people.
    """

    test: str
    outcome: str
    values: list[str]
    rule: str | None
    origin: OriginRecord | None
    text: str


class ClaimRecord(TypedDict):
    """
    Whether the disk is claimed for multipath when udev sees it.

    Attributes:
        claim: ``"valid"``, ``"invalid"``, ``"maybe"`` or ``"valid-no-check"``.
        code: The rule that decides.
        reason: The same, a sentence for people.
    """

    claim: str
    code: str
    reason: str


class PathExplanation(TypedDict):
    """
    What is known of a path, and what follows from it.

    Attributes:
        name: The kernel's name.
        device_number: ``"8:16"``.
        size_bytes: Its size.
        vendor: From INQUIRY; this, and all below to ``ana_state``, is ``null`` where it is unknown.
        product: From INQUIRY, or the model of a namespace.
        revision: From INQUIRY, or the firmware's.
        serial: Of the unit.
        protocol: As multipath.conf has it: ``"scsi:fcp"``.
        hctl: ``"0:0:0:0"``.
        target_node: The node name of the target.
        target_port: The port of the target.
        port_group: The target port group.
        relative_port: The relative target port.
        adapter: The PCI address of the host adapter.
        state: The kernel's state of the device.
        access_state: The ALUA state.
        ana_state: The ANA state.
        handler: The hardware handler that is attached; ``null`` for none.
        read_only: Whether it refuses writes.
        in_udev: Whether udev's database has it.
        wwid: The identity of its unit; ``null`` where it has none.
        wwid_source: Where that comes from; empty without one.
        wwid_problem: Why no map can be made of it; empty where one can.
        allowed: Whether it may be used.
        code: Why, as a word for programs.
        text: The same, a sentence for people.
        blacklist: What each test of the blacklist says, in their order; the first that refuses decides.
        claim: Whether the disk is claimed; ``null`` for a world in memory, where nobody claims anything.
        settings: What holds for it.
        map: The map that it is in, or will be; ``null`` for none.
    """

    name: str
    device_number: str
    size_bytes: int
    vendor: str | None
    product: str | None
    revision: str | None
    serial: str | None
    protocol: str
    hctl: str | None
    target_node: str | None
    target_port: str | None
    port_group: int | None
    relative_port: int | None
    adapter: str | None
    state: str | None
    access_state: str | None
    ana_state: str | None
    handler: str | None
    read_only: bool
    in_udev: bool
    wwid: str | None
    wwid_source: str
    wwid_problem: str
    allowed: bool
    code: str
    text: str
    blacklist: list[StepRecord]
    claim: ClaimRecord | None
    settings: list[SettingRecord]
    map: MembershipRecord | None


@dataclass(frozen=True, slots=True)
class ExplainedPath:
    """
    A path, and what follows from it.

    Attributes:
        verdict: Whether it may be used.
        planned: The map that it is in, or will be; ``None`` for none.
        settings: The options that are told.
        claim: Whether the disk is claimed; ``None`` where nobody asked.
    """

    verdict: PathVerdict
    planned: PlannedMap | None
    settings: Sequence[Effective]
    claim: Decision | None = None


def path_settings(verdict: PathVerdict, configuration: Configuration) -> list[Effective]:
    """Return the options of a path."""
    return [of_path(option, verdict.path, verdict.wwid, configuration) for option in PER_PATH]


def path_record(explained: ExplainedPath) -> PathExplanation:
    """Return a path for programs."""
    verdict, planned = explained.verdict, explained.planned
    path = verdict.path
    return {
        "name": path.name,
        "device_number": format_devt(path.devt),
        "size_bytes": to_bytes(path.size),
        "vendor": path.vendor,
        "product": path.model,
        "revision": path.revision,
        "serial": path.serial,
        "protocol": path.protocol,
        "hctl": path.hctl,
        "target_node": path.target_node,
        "target_port": path.target_port,
        "port_group": path.port_group,
        "relative_port": path.relative_port,
        "adapter": path.adapter,
        "state": path.state,
        "access_state": path.access_state,
        "ana_state": path.ana_state,
        "handler": path.handler,
        "read_only": path.read_only,
        "in_udev": path.udev is not None,
        "wwid": verdict.wwid,
        "wwid_source": verdict.source,
        "wwid_problem": verdict.problem,
        "allowed": verdict.allowed,
        "code": verdict.code,
        "text": verdict.text,
        "blacklist": [_step(step) for step in verdict.ruling.trail] if verdict.ruling else [],
        "claim": None if explained.claim is None else _claim(explained.claim),
        "settings": [setting_record(each) for each in explained.settings],
        "map": None if planned is None else _membership(path, planned),
    }


def path_lines(explained: ExplainedPath) -> Iterator[Line]:
    """Yield a path for people."""
    verdict, path = explained.verdict, explained.verdict.path
    yield (Span(path.name, "bold"), Span(f" ({format_devt(path.devt)}), {human_size(to_bytes(path.size))}"))
    yield from ((Span(f"  {line}"),) for line in _identity(path) if line)
    yield from _wwid(verdict)
    yield from _decisions(explained)
    if explained.planned is not None:
        yield _map_line(_membership(path, explained.planned))
    yield (Span("  settings"),)
    yield from ((Span("    "), *row) for row in setting_rows(explained.settings))


def _decisions(explained: ExplainedPath) -> Iterator[Line]:
    """Yield every test of the blacklist, what follows for the path, and whether its disk is claimed."""
    verdict = explained.verdict
    if verdict.ruling is not None:
        yield (Span("  blacklist"),)
        yield from ((Span(f"    {step}", _OUTCOMES.get(step.outcome, _FAINT)),) for step in verdict.ruling.trail)
    used, style = ("  may be used: ", _GOOD) if verdict.allowed else ("  is not used: ", _BAD)
    yield (Span(used, style), Span(verdict.text), Span(f" [{verdict.code}]", _FAINT))
    if explained.claim is not None:
        yield (
            Span(f"  claim {explained.claim.claim}: {explained.claim.reason}"),
            Span(f" [{explained.claim.code}]", _FAINT),
        )


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
    yield f"handler {path.handler}" if path.handler else "no handler"
    if path.preferred:
        yield "preferred"
    if path.read_only:
        yield "read-only"
    if path.udev is None:
        yield "not in udev's database"


def _step(step: Step) -> StepRecord:
    return {
        "test": str(step.test),
        "outcome": str(step.outcome),
        "values": list(step.values),
        "rule": None if step.rule is None else str(step.rule),
        "origin": None if step.origin is None else origin_record(step.origin),
        "text": str(step),
    }


def _claim(decision: Decision) -> ClaimRecord:
    return {"claim": str(decision.claim), "code": decision.code, "reason": decision.reason}


def _wwid(verdict: PathVerdict) -> Iterator[Line]:
    if verdict.wwid is None:
        yield (Span("  no WWID", _BAD),)
        return
    yield (Span("  WWID "), Span(verdict.wwid, "bold"), Span(f", by {verdict.source}"))
    if verdict.problem:
        yield (Span(f"    {verdict.problem}", _BAD),)


def _map_line(found: MembershipRecord) -> Line:
    where = "does not join" if found["group"] is None else f"group {found['group']}"
    if found["group"] is not None and found["priority"] is not None:
        where += f", priority {found['priority']}"
    why = f" ({found['why']})" if found["why"] else ""
    return (Span("  map "), Span(found["name"], "bold"), Span(f" ({found['action']}): {where}{why}"))


def _membership(path: Path, planned: PlannedMap) -> MembershipRecord:
    group, member, why = None, None, ""
    if planned.desired is not None:
        group, member, why = _placed(path, planned.desired)
    return {
        "name": planned.name,
        "wwid": planned.wwid,
        "action": str(planned.action),
        "group": group,
        "state": None if member is None else str(member.state),
        "priority": None if member is None else member.priority,
        "why": why,
    }


def _placed(path: Path, desired: DesiredMap) -> tuple[int | None, Member | None, str]:
    """Return the number of a path's group, what it is there, and what its priority rests on or why it is in none."""
    for number, group in enumerate(desired.groups, start=1):
        for member in group.members:
            if member.path.devt == path.devt:
                by = f"by {member.prioritizer.name}" if member.prioritizer else ""
                return number, member, ": ".join(filter(None, (by, member.why)))
    for left in desired.left_out:
        if left.member.path.devt == path.devt:
            return None, left.member, left.reason
    return None, None, ""
