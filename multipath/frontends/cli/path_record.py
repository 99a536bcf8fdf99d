"""What ``mpath explain -o json`` prints of a path; the keys are a promise, as those of `record`; pure."""

from typing import TypedDict

from ...config.blacklist import Step
from ...policy.find_multipaths import Decision
from ...units import format_devt, to_bytes
from .checked_path import CheckRecord
from .explained_path import ExplainedPath, MembershipRecord, membership
from .setting_lines import OriginRecord, SettingRecord, origin_record, setting_record


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


class DecisionRecord(TypedDict):
    """
    What find_multipaths says of a disk.

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
        port_state: Of a Fibre Channel port: ``"Online"``, ``"Marginal"``.
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
        find_multipaths: Whether a map is built from it; ``null`` where the blacklist or its WWID forbids that already.
        claim: Whether the disk is claimed for multipath when udev sees it; ``null`` for a world in memory.
        check: What its checker says; ``null`` without ``--check``.
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
    port_state: str | None
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
    find_multipaths: DecisionRecord | None
    claim: DecisionRecord | None
    check: CheckRecord | None
    settings: list[SettingRecord]
    map: MembershipRecord | None


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
        "port_state": path.port_state,
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
        "find_multipaths": _decision(explained.build),
        "claim": _decision(explained.claim),
        "check": explained.checked.as_record() if explained.checked else None,
        "settings": [setting_record(each) for each in explained.settings],
        "map": None if planned is None else membership(path, planned),
    }


def _step(step: Step) -> StepRecord:
    return {
        "test": str(step.test),
        "outcome": str(step.outcome),
        "values": list(step.values),
        "rule": None if step.rule is None else str(step.rule),
        "origin": None if step.origin is None else origin_record(step.origin),
        "text": str(step),
    }


def _decision(found: Decision | None) -> DecisionRecord | None:
    return None if found is None else {"claim": str(found.claim), "code": found.code, "reason": found.reason}
