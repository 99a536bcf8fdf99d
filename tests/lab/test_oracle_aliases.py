"""What multipath-tools calls its maps, and what this library would call them, case by case on the real kernel."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from multipath import Control, Host, MultipathTable
from multipath.config.configuration import Configuration
from multipath.maps.aliases import Aliases, configured_aliases
from multipath.maps.bindings import parse_bindings
from multipath.paths.discover import discover
from multipath.paths.wwid import identify_wwid
from multipath.units import format_devt

from .test_state_files import Tool, names, tool

pytestmark = [pytest.mark.kernel(paths=1, luns=2, on="6.12"), pytest.mark.slow]
__all__ = ["tool"]


@dataclass(frozen=True)
class Case:
    """
    What there is before maps are made. ``{0}`` and ``{1}`` stand for the WWIDs of the two units.

    Attributes:
        bindings: The lines of the bindings file, one word for each blank.
        aliases: The aliases of ``multipaths``, by WWID.
        defaults: More lines for ``defaults``.
        others: Devices that are none of multipath.
        live: The name that the first unit's map has already; empty for none.
    """

    bindings: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    defaults: str = "user_friendly_names yes"
    others: tuple[str, ...] = ()
    live: str = ""


CASES = {
    "nothing": Case(),
    "one bound": Case(("mpathc {0}",)),
    "another's binding": Case(("mpatha other",)),
    "bound crosswise": Case(("mpatha {1}", "mpathb {0}")),
    "bound to a word": Case(("data {1}",)),
    "a hole": Case(("mpathb x", "mpathc y")),
    "behind z": Case(tuple(f"mpath{chr(letter)} x{letter}" for letter in range(ord("a"), ord("z") + 1))),
    "a conflict": Case(("mpatha {0}", "mpatha {1}")),
    "configured": Case(aliases={"{0}": "data"}),
    "configured like a new one": Case(aliases={"{0}": "mpatha"}),
    "configured beside a binding": Case(("mpathc {0}",), {"{0}": "data"}),
    "configured for both": Case(aliases={"{0}": "data", "{1}": "data"}),
    "another device's alias": Case(aliases={"{0}": "data"}, others=("data",)),
    "another device's binding": Case(("mpathc {0}",), others=("mpathc",)),
    "another device's new name": Case(others=("mpatha",)),
    "another prefix": Case(("mpatha {0}",), defaults="user_friendly_names yes\nalias_prefix san"),
    "no friendly names": Case(("mpatha {0}",), defaults="user_friendly_names no"),
    "no friendly names, configured": Case((), {"{1}": "data"}, "user_friendly_names no"),
    "a map that is not bound": Case(live="mpathk"),
    "a map that is bound otherwise": Case(("mpathc {0}",), live="mpathk"),
    "a map with another's binding": Case(("mpathk {1}",), live="mpathk"),
    "a map of another prefix": Case(live="data"),
    "a map, configured": Case((), {"{0}": "data"}, live="mpathk"),
    "a map, configured as another device": Case((), {"{0}": "data"}, others=("data",), live="mpathk"),
    "a map without friendly names": Case(defaults="user_friendly_names no", live="mpathk"),
}
# It makes no map at all where the alias is the name of a device that is none of multipath; here the map has its WWID
# for a name. 0.9.4 looks only at a map that it is about to make; later releases also at what they take from bindings.
LEFT_OUT = {
    ("another device's alias", "0.9.4"),
    ("another device's alias", "newest"),
    ("another device's binding", "0.9.4"),
}


@pytest.fixture
def units() -> dict[str, str]:
    """Give the WWIDs of the two units, each with the number of its path."""
    found = ((identify_wwid(path, "ID_SERIAL"), path) for path in discover())
    return {wwid.value: format_devt(path.devt) for wwid, path in found if wwid}


@pytest.mark.parametrize("name", CASES)
class TestTheNamesOfMaps:
    def test_are_those_of_the_tool(self, tool: Tool, host: Host, units: dict[str, str], name: str) -> None:
        """And once the maps are there, what was bound is what was chosen."""
        case, dm, first = CASES[name], host.control, next(iter(units))
        bindings, configuration = prepared(tool, case, list(units))
        for other in case.others:
            dm.create(other)
        if case.live:
            host.create(case.live, MultipathTable.build([[units[first]]]), uuid=f"mpath-{first}")
        ours = chosen(configuration, bindings, dm, list(units))
        tool.run(*(["-r"] if case.live else []))  # without it the tool leaves alone what has a map
        theirs = {wwid: name for wwid, name in names(dm).items() if wwid}

        if (name, tool.release) in LEFT_OUT:
            assert ours.pop(first) == first
        assert ours == theirs


def prepared(tool: Tool, case: Case, wwids: list[str]) -> tuple[bytes, Configuration]:
    """Write the files of a case."""
    entries = "".join(
        f"multipath {{\nwwid {wwid.format(*wwids)}\nalias {alias}\n}}\n" for wwid, alias in case.aliases.items()
    )
    sections = f"defaults {{\n{case.defaults}\nfind_multipaths greedy\n}}\nmultipaths {{\n{entries}}}\n"
    tool.main_file.write_text(sections)
    data = "".join(f"{line.format(*wwids)}\n" for line in case.bindings).encode()
    if data:
        Path(tool.folder, "bindings").write_bytes(data)
    return data, tool.configuration()


def chosen(configuration: Configuration, bindings: bytes, dm: Control, wwids: list[str]) -> dict[str, str | None]:
    """Return what this library calls the maps."""
    live = {device.name: device.uuid or "" for device in dm.devices()}
    aliases = Aliases(parse_bindings(bindings), configured=configured_aliases(configuration), live=live)
    friendly = configuration.effective("user_friendly_names").value is True
    prefix = str(configuration.effective("alias_prefix").value)
    return {wwid: aliases.choose(wwid, friendly=friendly, prefix=prefix).name for wwid in wwids}
