"""What sysfs says of the queues and the waits of paths and maps, read by threads that nobody waits for long."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path as Folder
from typing import Final

from ...paths.attributes import Attributes
from ...paths.knobs import Knob, knob_files, knob_values
from ...paths.path import Path
from ...paths.patience import ask
from .facts import Facts
from .queues import READ

_PATIENCE: Final = 2.0  # seconds


def with_attributes(facts: Facts, sysfs: Folder) -> Facts:
    """Return the facts with what sysfs says of the queues and the waits of paths and maps."""
    names = {path.devt: path.name for path in facts.shared_disks()}
    names |= {each.snapshot.devt: each.snapshot.info.node for each in facts.maps}
    members = {path.devt: path for path in facts.shared_disks()}
    queues = ask({devt: partial(_queue, sysfs, name) for devt, name in names.items()}, _PATIENCE)
    knobs = ask({devt: partial(_knobs, sysfs, path) for devt, path in members.items()}, _PATIENCE)
    fixed = {devt: fixed for devt, (_, fixed) in knobs.items()}
    values = {devt: known for devt, (known, _) in knobs.items()}
    silent = frozenset(members.keys() - (queues.keys() & knobs.keys()))
    return replace(facts, queues=queues, knobs=values, fixed=fixed, silent=silent)


def _queue(sysfs: Folder, name: str) -> Mapping[str, str]:
    with Attributes(f"{sysfs}/block/{name}/queue") as queue:
        return {each: text for each in READ if (text := queue.text(each)) is not None}


def _knobs(sysfs: Folder, path: Path) -> tuple[Mapping[Knob, float], frozenset[Knob]]:
    """Return what bounds the waits for a path, and which of it nobody can write."""
    files = knob_files(path, sysfs=sysfs)
    return knob_values(files), frozenset(each.knob for each in files if each.fixed)
