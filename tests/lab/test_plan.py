"""Plans on a real kernel with udev: many maps, their links, their cookies, and what a second apply does."""

import os
import subprocess
from pathlib import Path

import pytest

from multipath import Host
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.maps.result import Outcome
from multipath.maps.state_file import StateFolder

from .conftest import cookies
from .oracle import dmsetup

TEXT = "defaults {\n user_friendly_names yes\n find_multipaths off\n}\n"


@pytest.fixture
def configuration() -> Configuration:
    """Give a configuration under which every unit gets a map."""
    return read_configuration([("multipath.conf", TEXT)])


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """Give a folder for the state files."""
    return StateFolder(tmp_path)


@pytest.mark.kernel(luns=6)
class TestManyUnitsWithUdev:
    @pytest.mark.parametrize("jobs", [None, 1, 16])
    def test_get_their_maps_and_links(
        self, host: Host, configuration: Configuration, state: StateFolder, jobs: int | None
    ) -> None:
        """When apply returns udev is done with every one, and no cookie is left; dmsetup sees what was planned."""
        plan = host.plan(configuration, state=state)

        results = plan.apply(jobs=jobs)

        assert [result.outcome for result in results] == [Outcome.DONE] * 6
        assert cookies() == []
        for each in plan.maps:
            assert os.stat(f"/dev/mapper/{each.name}").st_rdev == host.map(each.uuid).devt
            assert each.uuid in dmsetup("info", "-c", "--noheadings", "-o", "uuid", each.name)
        assert host.plan(configuration, state=state).changes == ()

    def test_get_none_twice(self, host: Host, configuration: Configuration, state: StateFolder) -> None:
        """The second apply loads nothing: no event, no new table."""
        host.plan(configuration, state=state).apply()
        before = [host.control.info(each.snapshot.info) for each in host.maps()]

        results = host.plan(configuration, state=state).apply()

        assert {result.outcome for result in results} == {Outcome.NOTHING}
        assert [host.control.info(each.snapshot.info) for each in host.maps()] == before


@pytest.mark.kernel
class TestAMapWhosePartitionsAreNotToBeMapped:
    def test_says_so_to_the_rules(self, host: Host, state: StateFolder) -> None:
        """Flag 1 of the subsystem stops kpartx; udev's database keeps it."""
        text = TEXT.replace("}", " skip_kpartx yes\n}")
        plan = host.plan(read_configuration([("multipath.conf", text)]), state=state)

        plan.apply()

        shown = subprocess.run(
            ["udevadm", "info", "--query=property", "/dev/mapper/mpatha"], check=True, capture_output=True, text=True
        ).stdout.splitlines()
        assert "DM_SUBSYSTEM_UDEV_FLAG1=1" in shown


@pytest.mark.kernel(luns=6, udev=False)
class TestManyUnitsWithoutUdev:
    def test_have_their_links_when_it_returns(
        self, host: Host, configuration: Configuration, state: StateFolder
    ) -> None:
        """They are made once, at the end."""
        plan = host.plan(configuration, state=state)

        plan.apply()

        names = {each.name for each in plan.maps}
        assert len(names) == 6
        assert {path.name for path in Path("/dev/mapper").iterdir()} == names | {"control"}

    def test_need_no_files_at_all(self, host: Host) -> None:
        """The machine's own configuration and state are absent: strict finds nothing known, and says so per path."""
        plan = host.plan()

        assert plan.maps == ()
        assert {verdict.code for verdict in plan.paths} != {"allowed"}
        assert not any(verdict.allowed for verdict in plan.paths)
