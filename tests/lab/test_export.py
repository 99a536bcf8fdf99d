"""What is exported, held against multipath-tools: told to make maps from nothing, it makes the same."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host, MultipathTable
from multipath.config.configuration import Configuration
from multipath.config.files import load
from multipath.config.reader import read_configuration
from multipath.lab import multipath_tools
from multipath.maps.state_file import StateFolder
from multipath.virtual import VirtualHost

from .running_daemon import CONF, PATIENCE, PLUGINS, STATE

FRIENDLY = "defaults {\n user_friendly_names yes\n find_multipaths yes\n}\n"
PLAIN = "defaults {\n find_multipaths strict\n}\n"
REST = 'overrides {\n skip_kpartx yes\n}\nblacklist {\n devnode "^(ram|loop|ubd|vd|dm-|mmc)"\n}\n'
# For each unit the map's name; nothing for its WWID.
NAMES = ("mpathc", "", "data", "mpathaa")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Give the root of another system."""
    (tmp_path / "etc").mkdir()
    return tmp_path


@pytest.fixture
def installed(target: Path) -> Iterator[Path]:
    """Give the target, whose files are this system's at the end of the test, and then gone."""
    yield target
    CONF.unlink(missing_ok=True)
    shutil.rmtree(STATE, ignore_errors=True)


def make_maps(host: Host, config: Configuration, folder: Path) -> dict[str, str]:
    """Make the maps by hand, as an installer may; return name by uuid."""
    for planned, name in zip(host.plan(config, state=StateFolder(folder)).maps, NAMES, strict=True):
        table = MultipathTable.build([[path.name for path in planned.paths]])
        host.create(name or planned.wwid, table, uuid=planned.uuid)
    return names(host)


def names(host: Host) -> dict[str, str]:
    """Return the names of the maps that are there, by their uuids."""
    return {found.uuid: found.name for found in host.maps()}


def install(target: Path) -> None:
    """Let the files of the target be those of this system."""
    shutil.copy2(target / "etc/multipath.conf", CONF)
    shutil.copytree(target / "etc/multipath", STATE)


def make_by_multipath(release: str) -> None:
    """Let multipath make what it finds."""
    tree = multipath_tools.tree(release)
    PLUGINS.unlink(missing_ok=True)
    PLUGINS.symlink_to(next(path for path in sorted(tree.rglob("multipath")) if list(path.glob("libchecktur.so"))))
    subprocess.run(multipath_tools.program(release, at=tree), check=False, capture_output=True, timeout=PATIENCE)
    subprocess.run(["udevadm", "settle"], check=True)


@pytest.mark.slow
@pytest.mark.kernel(luns=4, paths=2)
class TestMapsOfAnyName:
    @pytest.mark.parametrize("release", multipath_tools.RELEASES)
    @pytest.mark.parametrize("text", [FRIENDLY, PLAIN], ids=["friendly", "plain"])
    def test_are_made_by_multipath_under_the_same_names(
        self, host: Host, installed: Path, text: str, release: str, tmp_path: Path
    ) -> None:
        """By alias, by binding and by WWID, whatever ``user_friendly_names`` is; from nothing but what was exported."""
        config = read_configuration([("installer.conf", text.replace("strict", "yes") + REST)])
        before = make_maps(host, config, tmp_path / "here")
        host.export_identity(installed, config=config)
        for found in host.maps():
            found.remove(timeout=PATIENCE)

        install(installed)
        make_by_multipath(release)

        assert names(host) == before
        assert {str(file.action) for file in host.export_identity(installed, config=load()).files} == {"kept"}


@pytest.mark.slow
class TestTheConfiguration:
    @pytest.mark.parametrize("release", multipath_tools.RELEASES)
    def test_means_the_same_to_multipath(self, release: str, tmp_path: Path) -> None:
        """``multipath -t`` of the files of this host, drop-ins too, and of the one that is made of them."""
        here, there = tmp_path / "here", tmp_path / "there"
        for folder in (here / multipath_tools.DROP_INS, there, tmp_path / "etc"):
            folder.mkdir(parents=True)
        (here / multipath_tools.MAIN_FILE).write_text(FRIENDLY + REST)
        (here / multipath_tools.DROP_INS / "a.conf").write_text(
            "defaults {\n polling_interval 7\n}\n"
            "devices {\n device {\n vendor NETAPP\n product LUN\n no_path_retry 7\n }\n"
            ' device {\n vendor "MY"\n product "^A ""B"" C"\n features "1 queue_if_no_path"\n }\n}\n'
            "multipaths {\n multipath {\n wwid 3600a\n alias root\n }\n}\n"
            "blacklist_exceptions {\n devnode ^vdz\n device {\n vendor Q\n product R\n }\n}\n"
        )
        config = load(here / multipath_tools.MAIN_FILE, here / multipath_tools.DROP_INS)

        with VirtualHost() as world, Host(**world.seams()) as host:
            host.export_identity(tmp_path, config=config)
        shutil.copy(tmp_path / "etc/multipath.conf", there / multipath_tools.MAIN_FILE)

        assert multipath_tools.dumped(release, there) == multipath_tools.dumped(release, here)
