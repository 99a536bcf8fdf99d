"""
Gathering the facts: everything is read once, nothing is changed, and nothing that hangs holds it up.

Strategy: sysfs and device-mapper are read as for a plan. What only a path can tell is asked by the asker; what only a
driver can tell is read by threads that nobody waits for. A part that cannot be had is a fact of its own.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path as Folder
from typing import Protocol

from ... import errors
from ...config.configuration import Configuration
from ...config.files import load
from ...config.finding import Finding, Severity
from ...config.resolve import Resolver
from ...dm.control import Control
from ...dm.device import DeviceInfo
from ...dm.holders import Holder, users_of_many
from ...paths.path import Path
from ...paths.request import Asker
from ...paths.reservation import read_keys
from ...paths.reservation_reply import Reply
from ...units import DevT, format_devt
from ...wire.reservation import ReservationKeys
from ..asked_priorities import ask_priorities
from ..event_loop import in_a_loop
from ..inputs import Inputs, gather
from ..keeper import jiffies_per_second
from ..planner import plan_maps
from ..reservation_key import keeps_key_in_file
from ..screening import to_be_asked
from ..snapshot import MULTIPATH, MapSnapshot, read_snapshots
from ..state_file import StateFolder
from .attributes import with_attributes
from .facts import ExaminedMap, Facts
from .inquiry import Told, ask_paths
from .machine import ROOT, Machine, read_machine
from .managers import FOLDER, ask_managers
from .reserved import key_of


class Patient(Protocol):
    """Who is examined; `Host` is one."""

    @property
    def control(self) -> Control:
        """Its device-mapper."""

    @property
    def sysfs(self) -> Folder:
        """The root of its sysfs."""

    def paths(self) -> tuple[Path, ...]:
        """Return every path device."""


@dataclass(frozen=True, slots=True)
class Examination:
    """
    What an examination may look at.

    Attributes:
        config: The configuration; multipath.conf and its drop-ins below ``root`` where it is absent; or why it
            cannot be used.
        state: Where aliases and WWIDs are remembered; ``None`` where nothing is.
        root: Where the machine's files are; ``None`` for a world without files.
        manager: The folder of the socket of ``mpath run``.
        asker: Who asks paths; ``None`` asks none.
    """

    config: Configuration | errors.ConfigError | None = None
    state: StateFolder | None = None
    root: str | os.PathLike[str] | None = None
    manager: str | os.PathLike[str] = FOLDER
    asker: Asker | None = field(default=None, repr=False)

    def of_this_machine(self) -> "Examination":
        """Return one that looks at the files of this machine, where it was not told others."""
        state = StateFolder() if self.state is None else self.state
        return replace(self, state=state, root=ROOT if self.root is None else self.root)


def gather_facts(patient: Patient, examination: Examination) -> Facts:
    """
    Return all facts about a host; takes a few seconds where paths hang, and is over at once where none does.

    Raises:
        NotPermitted: this user may not ask device-mapper.
    """
    paths = patient.paths()
    config, refused = _configuration(examination)
    control, no_device_mapper = _control(patient)
    if control is None:
        inputs = Inputs(paths, config, users=users_of_many([path.devt for path in paths], sysfs=patient.sysfs))
        plan = plan_maps(inputs)
        return Facts(inputs, plan, refused=refused, no_device_mapper=no_device_mapper, machine=_machine(examination))
    earlier = read_snapshots(control)
    told = ask_paths(paths, examination.asker) if examination.asker else {}
    inputs, state, no_target = _inputs(patient, control, config, examination.state, paths)
    inputs = replace(inputs, pages=_pages(paths, config, told))
    plan = plan_maps(inputs)
    if examination.asker:
        inputs = replace(inputs, observed=ask_priorities(plan, examination.asker, {}))
        plan = plan_maps(inputs)
    facts = Facts(
        inputs, plan, refused=refused, state=state, told=told, no_target=no_target,
        devices=_devices(control),
        machine=_machine(examination),
        managers=ask_managers(Folder(examination.manager)) if control.shared else None,
        hz=jiffies_per_second(),
    )  # fmt: skip
    facts = _with_maps(facts, earlier)
    facts = with_attributes(replace(facts, above=_above(facts, patient, control)), patient.sysfs)
    return _with_keys(facts, examination)


def _configuration(examination: Examination) -> tuple[Configuration, tuple[Finding, ...]]:
    config, root = examination.config, examination.root
    if config is not None:
        return (Configuration(), config.findings) if isinstance(config, errors.ConfigError) else (config, ())
    if root is None:
        return Configuration(), ()
    try:
        return load(Folder(root, "etc/multipath.conf"), Folder(root, "etc/multipath/conf.d")), ()
    except errors.ConfigError as refusal:
        return Configuration(), refusal.findings
    except errors.FileError as error:
        finding = Finding(str(error.filename), 0, 0, Severity.ERROR, "unreadable-file", str(error))
        return Configuration(), (finding,)


def _control(patient: Patient) -> tuple[Control | None, str]:
    try:
        control = patient.control
        control.version()
    except errors.DeviceMapperMissing as error:
        return None, str(error)
    return control, ""


def _inputs(
    patient: Patient, control: Control, config: Configuration, state: StateFolder | None, paths: Sequence[Path]
) -> tuple[Inputs, str, str]:
    """Return the inputs of a plan; why the state files cannot be read, and why there is no multipath target."""
    unread = ""
    if state is not None:
        try:
            state.bindings(), state.wwids()
        except (errors.FileError, errors.FileLocked) as error:
            state, unread = None, str(error)
    try:
        control.target_version(MULTIPATH)
    except errors.NotPermitted:
        raise
    except errors.DeviceMapperError as error:
        users = users_of_many([path.devt for path in paths], sysfs=patient.sysfs, here=control.shared)
        return Inputs(paths, config, users=users), unread, str(error)
    return gather(paths, config, control, patient.sysfs, state), unread, ""


def _pages(paths: Sequence[Path], config: Configuration, told: Mapping[DevT, Told]) -> dict[DevT, bytes]:
    """Return the identities of the paths that neither udev nor the kernel has, as they told it."""
    nameless = {path.devt for path in to_be_asked(paths, Resolver(config))}
    return {devt: each.page for devt, each in told.items() if devt in nameless and each.page}


def _machine(examination: Examination) -> Machine | None:
    return None if examination.root is None else read_machine(Folder(examination.root))


def _devices(control: Control) -> list[DeviceInfo]:
    found = []
    for entry in control.devices():
        with suppress(errors.DeviceNotFound):  # gone meanwhile
            found.append(control.info(entry))
    return found


def _with_maps(facts: Facts, earlier: Sequence[MapSnapshot]) -> Facts:
    paths = {format_devt(path.devt): path for path in facts.inputs.paths}
    planned = {each.live.devt: each for each in facts.plan.maps if each.live is not None}
    before = {each.devt: each for each in earlier}
    maps, unreadable = [], {}
    for snapshot in facts.inputs.maps:
        try:
            devices = dict.fromkeys(snapshot.table.devices)
            counts = _failures(snapshot, before.get(snapshot.devt))
        except errors.UnexpectedStatus as error:
            unreadable[snapshot.name] = str(error)
            continue
        there = tuple(paths[each] for each in devices if each in paths)
        gone = tuple(each for each in devices if each not in paths)
        maps.append(ExaminedMap(snapshot, there, gone, planned.get(snapshot.devt), counts))
    return replace(facts, maps=tuple(maps), unreadable=unreadable)


def _failures(snapshot: MapSnapshot, before: MapSnapshot | None) -> dict[str, int]:
    """Return how often each path had failed before; nothing where the table is another one since, which counts anew."""
    _ = snapshot.status  # also of this one the text has to be one that can be read
    if before is None or before.table_line != snapshot.table_line:
        return {}
    return {path.device: path.fail_count for path in before.status.paths}


def _above(facts: Facts, patient: Patient, control: Control) -> dict[DevT, tuple[Holder, ...]]:
    return users_of_many([each.devt for each in facts.devices], sysfs=patient.sysfs, here=control.shared)


def _with_keys(facts: Facts, examination: Examination) -> Facts:
    """Return the facts with the reservation keys of the maps that the configuration gives one."""
    asker, resolver, prkeys = examination.asker, facts.inputs.configuration.resolver, {}
    if examination.state is not None and any(keeps_key_in_file(resolver, each.wwid) for each in facts.maps):
        with suppress(errors.FileError, errors.FileLocked):
            prkeys = {wwid: key.key for wwid, key in examination.state.prkeys().keys.items()}
    facts = replace(facts, prkeys=prkeys)
    meant = {each.wwid: path for each in facts.maps if key_of(facts, each) for path in _ready(facts, each)[:1]}
    return replace(facts, keys=_registered(meant, asker)) if asker and meant else facts


def _ready(facts: Facts, each: ExaminedMap) -> list[Path]:
    return [path for path in each.paths if (told := facts.told.get(path.devt)) and told.ready]


def _registered(meant: Mapping[str, Path], asker: Asker) -> dict[str, ReservationKeys]:
    async def together() -> list[Reply[ReservationKeys]]:
        return list(await asyncio.gather(*(read_keys(asker, path) for path in meant.values())))

    return {wwid: reply.read for wwid, reply in zip(meant, in_a_loop(together), strict=True) if reply.read}
