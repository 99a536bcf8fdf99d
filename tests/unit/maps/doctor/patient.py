"""A host in memory that is well, and the ways to look at it when it is not."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path as Folder
from typing import Any

from multipath import Host
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.errors import ConfigError
from multipath.maps.doctor.catalogue import examine
from multipath.maps.doctor.diagnosis import Diagnosis
from multipath.maps.doctor.facts import ExaminedMap, Facts
from multipath.maps.doctor.gathering import Examination, gather_facts
from multipath.maps.doctor.machine import Machine
from multipath.maps.doctor.managers import Managers
from multipath.maps.map import Map
from multipath.maps.state_file import StateFolder
from multipath.paths.knobs import format_knob, knob_files, knob_values
from multipath.policy.tunables import tunables
from multipath.virtual import VirtualHost
from multipath.virtual.array import VirtualArray

TEXT = "defaults {\n find_multipaths yes\n user_friendly_names yes\n%s\n}\n%s"
RUNS = Managers(multipathd=True)
BOTH_GROUPS = ("active/optimized", "active/non-optimized")


def configured(defaults: str = "", more: str = "") -> Configuration | ConfigError:
    """Return a configuration with more of ``defaults``, and more sections; or why it cannot be used."""
    try:
        return read_configuration([("multipath.conf", TEXT % (defaults, more))])
    except ConfigError as refusal:
        return refusal


class Patient:
    """
    A host with one array, whose unit has a map of four paths.

    Args:
        world: The machine in memory.
        host: The same, through its seams.
        folder: For files.
    """

    def __init__(self, world: VirtualHost, host: Host, folder: Folder) -> None:
        self.world, self.host, self.folder = world, host, folder
        self.state = StateFolder(folder / "multipath")
        self.config: Configuration | ConfigError | None = configured()
        (folder / "multipath").mkdir()

    def mapped(self, **array: Any) -> tuple[VirtualArray, Map]:
        """Add an array and make the maps of its units; return it, and the map of the first."""
        added = self.world.add_array(**{"paths": 4, "groups": BOTH_GROUPS, **array})
        self.treat()
        return added, self.host.map(added.wwid)

    def treat(self) -> None:
        """Do what the configuration wants: make the maps, and set what a manager sets of their paths."""
        assert isinstance(self.config, Configuration)
        self.host.plan(self.config, state=self.state).apply()
        for each in self.facts().maps:
            self._treat(each)

    def _treat(self, each: ExaminedMap) -> None:
        """Set what a manager sets of the paths of a map."""
        assert each.settings is not None
        for path in each.paths:
            files = {file.knob: file.file for file in knob_files(path, sysfs=self.host.sysfs)}
            values = knob_values(knob_files(path, sysfs=self.host.sysfs))
            for knob, value in tunables(each.settings.value, path.protocol, values).items():
                self.write(files[knob], format_knob(knob, value))

    def facts(self, **changes: object) -> Facts:
        """Return the facts, some of them changed; a manager runs."""
        examination = Examination(self.config, self.state, None, self.folder, self.host.asker)
        return replace(gather_facts(self.host, examination), **({"managers": RUNS} | changes))  # type: ignore[arg-type]

    def on(self, machine: Machine) -> Facts:
        """Return the facts with the files of a machine, on which every map has its node."""
        found = self.facts()
        nodes = {each.name: int(each.snapshot.devt) for each in found.maps} | dict(machine.nodes)
        return replace(found, machine=replace(machine, nodes=nodes))

    def write(self, file: str, text: str) -> None:
        """Let an attribute of sysfs say something else; its folder is made where it is not there."""
        place = self.world.sysfs.root / file
        place.resolve().parent.mkdir(parents=True, exist_ok=True)
        self.world.sysfs.replace(str(place.resolve().relative_to(self.world.sysfs.root.resolve())), text)


def ids(facts: Facts) -> list[str]:
    """Return what is found, each once."""
    return list(dict.fromkeys(each.id for each in examine(facts)))


def found(facts: Facts, name: str) -> Sequence[Diagnosis]:
    """Return what one check finds."""
    return [each for each in examine(facts) if each.id == name]
