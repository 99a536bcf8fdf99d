"""All that a plan is made of, as values: gathered once, so that a plan is of one moment and can be made again."""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as Folder
from typing import Final

from .. import errors
from ..config.configuration import Configuration
from ..dm.control import Control
from ..dm.device import DeviceEntry
from ..dm.holders import Holder, users_of_many
from ..multipathd.socket import daemon_is_running
from ..paths.nvme import multipaths_itself
from ..paths.path import Path
from ..paths.sysfs import attribute
from ..policy.facts import Facts
from ..policy.observation import Observation
from ..policy.throughput import Throughput
from ..units import DevT
from .bindings import Bindings
from .ownership import UUID_PREFIX
from .snapshot import MULTIPATH, MapSnapshot, read_snapshots
from .state_file import StateFolder
from .wwids import Wwids

_RELEASE: Final = re.compile(r"(\d+)\.(\d+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Inputs:
    """
    All that a plan is made of.

    Attributes:
        paths: Every path device.
        configuration: What the administrator wants.
        maps: Every live multipath map.
        names: Every name of device-mapper, with the uuid of its device.
        unfinished: By uuid the name of every device of multipath-tools' kind without a live table: one that a
            killed program left without a table.
        strangers: The uuids of that kind that devices of another kind have.
        pages: Page 0x83 of the paths that had to be asked for it.
        bindings: Which alias each WWID has.
        wwids: Which WWIDs had a map once.
        observed: What was learned by asking paths, by their numbers.
        users: Who uses a path, by its number; its own map among them.
        facts: The kernel.
        native_nvme: Whether the NVMe driver multipaths by itself.
        daemon: Whether multipathd runs.
        throughput: Where the relative throughput of paths comes from.
        only: The maps that are meant, by name, WWID or a path; ``None`` for all.
    """

    paths: Sequence[Path]
    configuration: Configuration = field(default_factory=Configuration)
    maps: Sequence[MapSnapshot] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    unfinished: Mapping[str, str] = field(default_factory=dict)
    strangers: frozenset[str] = frozenset()
    bindings: Bindings = field(default_factory=Bindings)
    wwids: Wwids = field(default_factory=Wwids)
    pages: Mapping[DevT, bytes] = field(default_factory=dict)
    observed: Mapping[DevT, Observation] = field(default_factory=dict)
    users: Mapping[DevT, Sequence[Holder]] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    native_nvme: bool = False
    daemon: bool = False
    throughput: Throughput = Throughput.EQUAL
    only: Collection[str] | None = None


def gather(
    paths: Sequence[Path], configuration: Configuration, control: Control, sysfs: Folder, state: StateFolder | None
) -> Inputs:
    """
    Return the inputs of a machine; opens no path device and changes nothing.

    Raises:
        FileError: a state file cannot be read.
    """
    maps = read_snapshots(control)
    names = {entry.name: _uuid(control, entry) for entry in control.devices()}
    live = {snapshot.uuid for snapshot in maps}
    others = {uuid: name for name, uuid in names.items() if uuid.startswith(UUID_PREFIX) and uuid not in live}
    unfinished = {uuid: name for uuid, name in others.items() if not _is_live(control, name)}
    daemon = control.shared and daemon_is_running()
    return Inputs(
        paths,
        configuration,
        maps=maps,
        names=names,
        unfinished=unfinished,
        strangers=frozenset(others.keys() - unfinished.keys()),
        bindings=state.bindings() if state else Bindings(),
        wwids=state.wwids() if state else Wwids(),
        users=users_of_many([path.devt for path in paths], sysfs=sysfs, here=control.shared),
        facts=_facts(control, sysfs, daemon=daemon),
        native_nvme=multipaths_itself(sysfs) is True,
        daemon=daemon,
    )


def _uuid(control: Control, entry: DeviceEntry) -> str:
    """Return the uuid of a device; older kernels do not list it."""
    if entry.uuid is not None:
        return entry.uuid
    try:
        return control.info(entry).uuid
    except errors.DeviceNotFound:
        return ""


def _is_live(control: Control, name: str) -> bool:
    try:
        return control.info(name).live_table
    except errors.DeviceNotFound:
        return True  # gone meanwhile: nothing is left to be finished


def _facts(control: Control, sysfs: Folder, *, daemon: bool) -> Facts:
    version = control.target_version(MULTIPATH)
    target = (version.major, version.minor, version.patch)
    cpus = _numbers(attribute(sysfs / "devices/system/cpu", "possible") or "0")
    if (
        not control.shared
    ):  # a device-mapper in memory stands for a kernel of these days, on a host that is looked after
        return Facts(target, cpus=cpus)
    release = _RELEASE.match(os.uname().release)
    kernel = (int(release[1]), int(release[2])) if release else Facts().kernel
    return Facts(target, kernel, cpus, managed=daemon)


def _numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a list as the kernel prints it, ``0-3,8``."""
    found: list[int] = []
    for part in text.split(","):
        low, _, high = part.partition("-")
        found += range(int(low), int(high or low) + 1)
    return tuple(found)
