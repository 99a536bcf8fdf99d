"""The maps that multipath-tools builds on the real kernel, and those that this library plans from the same start."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath import Control, Host
from multipath.config.configuration import Configuration
from multipath.config.files import load
from multipath.lab import multipath_tools
from multipath.maps.plan import Plan
from multipath.maps.planned_map import Action
from multipath.maps.state_file import StateFolder

from .oracle import dmsetup

# One kernel will do: what is compared is what the two programs ask of it.
RELEASES: Final = [pytest.param(name, marks=pytest.mark.kernel(luns=2, on="6.12")) for name in multipath_tools.RELEASES]
DOCUMENT: Final = Path(__file__).parents[2] / "docs/differences.md"
COMMON: Final = " find_multipaths greedy\n detect_prio no"
# The lines of `defaults` after those that all have; a line that begins otherwise than with a blank is another section.
DEFAULTS: Final = {
    "nothing": "",
    "multibus": " path_grouping_policy multibus",
    "serial": " path_grouping_policy group_by_serial",
    "node-name": " path_grouping_policy group_by_node_name",
    "priority": " path_grouping_policy group_by_prio\n prio const",
    "weighted": ' path_grouping_policy group_by_prio\n prio weightedpath\n prio_args "hbtl [13]:.:.:. 5"',
    "weighted-failover": ' prio weightedpath\n prio_args "devname sd[bd] 9"',
    "round-robin": ' path_grouping_policy multibus\n path_selector "round-robin 0"',
    "queue-length": ' path_selector "queue-length 0"\n path_grouping_policy multibus',
    "fail": ' no_path_retry fail\n features "1 queue_if_no_path"',
    "pg-init": ' features "2 pg_init_retries 50"',
    "friendly": " user_friendly_names yes",
    "prefix": " user_friendly_names yes\n alias_prefix disk",
    "devnode": '}\nblacklist {\n devnode "^sd[ab]$"',
    "devnode-but": '}\nblacklist {\n devnode "^sd"\n}\nblacklist_exceptions {\n devnode "^sd[cdgh]"',
    "property": '}\nblacklist {\n property "ID_SERIAL"',
    "property-but": '}\nblacklist_exceptions {\n property "NO_SUCH_PROPERTY"',
    "protocol": '}\nblacklist {\n protocol "scsi:unspec"',
    "device": '}\nblacklist {\n device {\n vendor "^Linux"\n product ".*"\n }',
    "device-but": '}\nblacklist {\n device {\n vendor ".*"\n product ".*"\n }\n}\n'
    'blacklist_exceptions {\n device {\n vendor "Linux"\n product "scsi_debug"\n }',
    "wwid": '}\nblacklist {\n wwid "_2000$"',
    "wwid-but": '}\nblacklist {\n wwid ".*"\n}\nblacklist_exceptions {\n wwid "_2001$"',
    "alias": "}\nmultipaths {\n multipath {\n wwid 1Linux_scsi_debug_2001\n alias data\n failback immediate\n }",
    "port-groups": " path_grouping_policy group_by_tpg",
    "second-path": " find_multipaths on",
    "smart": " find_multipaths smart",
    "strict": " find_multipaths strict",
    "no-property": ' uid_attribute ""',
    "other-property": ' uid_attribute "ID_SERIAL_SHORT"',
    "property-by-name": ' uid_attrs "sd:ID_WWN dasd:ID_UID"',
    "inverted": '}\nblacklist {\n devnode "!^sd[a-d]"',
    "array": '}\ndevices {\n device {\n vendor "Linux"\n product "scsi_debug"\n'
    ' path_grouping_policy multibus\n hardware_handler "0"\n }',
}  # fmt: skip

# These queue.
QUEUEING: Final = {
    "queue": " no_path_retry queue",
    "retries": " no_path_retry 5\n path_grouping_policy multibus",
    "features": ' features "1 queue_if_no_path"',
    "overrides": "}\noverrides {\n path_grouping_policy multibus\n no_path_retry 4",
}


class Release:
    """``multipath`` of one release, with a folder that it takes for its own."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self._words = multipath_tools.program(name, at=multipath_tools.portable(name))

    def configure(self, lines: str) -> None:
        """Write its configuration; the lines begin in ``defaults``."""
        (self.folder / multipath_tools.MAIN_FILE).write_text(f"defaults {{\n{lines}\n}}\n")

    def configuration(self) -> Configuration:
        """Return what this library reads of the same file."""
        return load(str(self.folder / multipath_tools.MAIN_FILE), str(self.folder / multipath_tools.DROP_INS))

    def forget(self) -> None:
        """Remove its maps, and what it remembers of them."""
        self.run("-F")
        for file in ("bindings", "wwids"):
            (self.folder / file).unlink(missing_ok=True)

    def run(self, *arguments: str) -> str:
        """Run it, and return what it prints."""
        done = subprocess.run(
            [*self._words, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Release]:
    """Give a release that finds its plugins; none of its maps stays."""
    link = Path("/usr/lib/multipath")
    link.unlink(missing_ok=True)
    link.symlink_to(next(multipath_tools.portable(request.param).rglob("lib/multipath")))
    release = Release(request.param, tmp_path)
    yield release
    release.run("-F")


def live() -> dict[str, tuple[str, str]]:
    """Return name and table of each map, by its uuid."""
    names = dmsetup("info", "-c", "--noheadings", "-o", "uuid,name").split()
    return {
        uuid: (name, " ".join(dmsetup("table", name).split()[3:]))
        for uuid, name in (each.split(":") for each in names if ":" in each)
    }


Remembered = tuple[dict[str, tuple[str, str]], dict[str, str], list[str]]


def remembered(state: StateFolder) -> Remembered:
    """Return what there is: the maps, the bindings and the WWIDs."""
    return live(), dict(state.bindings().by_wwid), sorted(state.wwids().wwids)


def planned(plan: Plan) -> dict[str, tuple[str, str]]:
    """Return the same of a plan."""
    return {each.uuid: (each.name, str(each.desired.table)) for each in plan.maps if each.desired}


@pytest.mark.slow
class TestTheMapsOfAColdStart:
    @pytest.mark.parametrize("name", [*DEFAULTS, *QUEUEING])
    def test_are_those_of_multipath_tools(self, release: Release, dm: Control, name: str) -> None:
        """Names, tables, and what is remembered; neither has anything to do about the maps of the other."""
        release.configure(f"{COMMON}\n{(DEFAULTS | QUEUEING)[name]}")
        host, configuration, state = Host(control=dm), release.configuration(), StateFolder(release.folder)
        wanted = planned(host.plan(configuration, state=state))
        release.run()
        theirs, again = remembered(state), host.plan(configuration, state=state).changes
        release.forget()
        host.plan(configuration, state=state).apply()

        assert wanted == theirs[0]
        assert again == ()
        assert remembered(state) == theirs
        assert release.run("-d", "-v2") == ""

    @pytest.mark.parametrize("name", QUEUEING)
    def test_queue_without_a_daemon_where_that_is_asked_for(self, release: Release, dm: Control, name: str) -> None:
        """The tool never does; that alone differs, and is all that a plan has to change."""
        release.configure(f"{COMMON}\n queue_without_daemon yes\n{QUEUEING[name]}")
        host, configuration, state = Host(control=dm), release.configuration(), StateFolder(release.folder)
        wanted = planned(host.plan(configuration, state=state))
        release.run()

        silent = {uuid: (alias, table.replace("1 queue_if_no_path", "0", 1)) for uuid, (alias, table) in wanted.items()}
        assert silent == live() != wanted
        assert {each.actions for each in host.plan(configuration, state=state).changes} == {(Action.QUEUEING,)}
        assert "| `queue-without-daemon` | both |" in DOCUMENT.read_text()

    def test_are_grouped_by_a_priority_that_only_the_device_knows(self, release: Release, dm: Control) -> None:
        """No handler shows the states here: a plan that asks has the same maps, one that does not has other groups."""
        release.configure(" find_multipaths greedy\n path_grouping_policy group_by_prio")
        configuration, state = release.configuration(), StateFolder(release.folder)
        with Host(control=dm) as host:
            wanted, unasked = (planned(host.plan(configuration, state=state, ask=ask)) for ask in (True, False))
            release.run()

            assert wanted == live() != unasked
            assert host.plan(configuration, state=state, ask=True).changes == ()
