"""What multipathd would tell of a host: made of what the kernel has, the configuration wants and a monitor knows."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from multipath import Host, Map, MultipathTable
from multipath.config.configuration import Configuration
from multipath.config.reader import read_configuration
from multipath.maps.monitor_status import MapStatus, MonitorStatus, PathStatus
from multipath.maps.multipathd_view import MultipathdView, multipathd_view
from multipath.multipathd.topology import read_maps
from multipath.paths.path import Path
from multipath.paths.state import PathState
from multipath.policy.observation import Observation
from multipath.units import devt
from multipath.virtual import VirtualArray, VirtualHost

from .world import a_live_map, a_path, number_of, wwid_of


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world with an array of four paths, and another of two that nobody made a map of."""
    with VirtualHost() as world:
        world.add_array(paths=4, groups=("active/optimized", "active/non-optimized"))
        world.add_array(paths=2)
        yield world


@pytest.fixture
def array(world: VirtualHost) -> VirtualArray:
    """Give the first array."""
    return world.arrays[0]


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the host of that world."""
    with Host(**world.seams()) as host:
        yield host


@pytest.fixture
def mpath(host: Host, array: VirtualArray) -> Map:
    """Give a map of two groups, the optimized paths first."""
    names = [path.name for path in array.paths]
    table = MultipathTable.build([[names[0], names[2]], [names[1], names[3]]])
    return host.create("mpatha", table, uuid=f"mpath-{array.wwid}")


def configured(text: str) -> Configuration:
    """Return a configuration for every array."""
    return read_configuration([("multipath.conf", f"overrides {{\n{text}\n}}\n")])


def table_of(*paths: Path) -> str:
    """Return a table of one group."""
    words = " ".join(f"{number_of(path)} 1 1" for path in paths)
    return f"0 0 1 1 service-time 0 {len(paths)} 2 {words}"


def only(view: MultipathdView) -> dict[str, Any]:
    """Return the only map of the JSON."""
    (found,) = json.loads(view.to_multipathd_json())["maps"]
    return dict(found)


class TestAMap:
    def test_has_all_that_the_daemon_prints(self, host: Host, mpath: Map, array: VirtualArray) -> None:
        """Each key of its JSON."""
        found = only(host.multipathd_view(configured(" failback immediate\n no_path_retry fail")))

        groups = found.pop("path_groups")
        assert found == {
            "name": "mpatha", "uuid": array.wwid, "sysfs": "dm-0", "failback": "immediate", "queueing": "off",
            "paths": 4, "write_prot": "rw", "dm_st": "active", "features": "0", "hwhandler": "0", "action": "",
            "path_faults": 0, "vend": "LIO-ORG", "prod": "VIRTUAL-DISK", "rev": "4.0", "switch_grp": 0,
            "map_loads": 0, "total_q_time": 0, "q_timeouts": 0,
        }  # fmt: skip
        assert [(group["group"], group["pri"], group["selector"]) for group in groups] == [
            (1, 50, "service-time 0"),
            (2, 10, "service-time 0"),
        ]
        assert groups[0]["paths"][0] == {
            "dev": "sda", "dev_t": "8:0", "dm_st": "active", "dev_st": "running", "chk_st": "ready",
            "checker": "directio", "pri": 50, "host_wwnn": "[undef]", "target_wwnn": "0x5001405000000100",
            "host_wwpn": "[undef]", "target_wwpn": "0x5001405000000101", "host_adapter": "[undef]",
            "lun_hex": "0x0000000000000000", "marginal_st": "normal",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("text", "failback"),
        [
            ("", "immediate"),
            (" failback manual", "manual"),
            (" failback followover", "followover"),
            (" failback 7", "deferred:7"),
        ],
    )
    def test_says_when_it_fails_back(self, text: str, failback: str, host: Host, mpath: Map) -> None:
        """In the words of the daemon; where nobody says, the array's entry does."""
        assert only(host.multipathd_view(configured(text)))["failback"] == failback

    @pytest.mark.parametrize(
        ("retry", "queues", "queueing"),
        [
            ("12", True, "12 chk"),
            ("queue", True, "on"),
            ("fail", True, "on"),
            ("12", False, "off"),
            ("fail", False, "off"),
        ],
    )
    def test_says_what_becomes_of_io_without_a_path(
        self, retry: str, queues: bool, queueing: str, host: Host, mpath: Map
    ) -> None:
        """The kernel's word, and the configuration's number."""
        mpath.queue_if_no_path(queues)

        assert only(host.multipathd_view(configured(f" no_path_retry {retry}")))["queueing"] == queueing

    def test_that_is_suspended_says_so(self, host: Host, mpath: Map) -> None:
        """Its I/O waits."""
        mpath.suspend()

        assert only(host.multipathd_view())["dm_st"] == "suspend"
        mpath.resume()

    def test_counts_what_a_monitor_counted(self, host: Host, mpath: Map, array: VirtualArray) -> None:
        """Else the failures that the kernel counted."""
        mpath.fail_path("sda")
        kernel = only(host.multipathd_view())
        status = MapStatus("mpatha", array.wwid, "", 1, 1, False, (), "", 7, 1, 2, 3.5, 4, 5)
        view = host.multipathd_view(status=MonitorStatus(True, 1.0, (status,), (), {}))

        counters = ("path_faults", "switch_grp", "map_loads", "total_q_time", "q_timeouts")
        assert [kernel[key] for key in counters] == [1, 0, 0, 0, 0]
        assert [only(view)[key] for key in counters] == [7, 1, 2, 3, 4]
        assert view.maps[0].map_failures == 5

    def test_of_another_tool_keeps_its_uuid(self, host: Host, array: VirtualArray) -> None:
        """It has no WWID that one could tell."""
        host.create("own", MultipathTable.build([[path.name for path in array.paths]]), uuid="OWN-1")

        assert only(host.multipathd_view())["uuid"] == "OWN-1"

    def test_alone_is_the_answer_to_a_question_for_it(self, mpath: Map) -> None:
        """Of the moment at which its handle was made."""
        text = mpath.to_multipathd_json(configured(" no_path_retry fail"))

        assert json.loads(text)["map"]["name"] == "mpatha"
        assert [found.queueing for found in read_maps(text)] == ["off"]


class TestAPath:
    def test_that_the_kernel_failed_is_faulty(self, host: Host, mpath: Map) -> None:
        """And its group is worth what the others are."""
        mpath.fail_path("sda")
        mpath.fail_path("sdb")
        view = host.multipathd_view()

        states = {path.name: (path.dm_state, path.checker_state, path.failures) for path in view.paths}
        assert states["sda"] == ("failed", "faulty", 1)
        assert states["sdc"] == ("active", "ready", 0)
        assert [group.priority for group in view.maps[0].groups] == [50, 10]
        assert view.maps[0].paths_active == 2

    def test_that_is_offline_says_so(self, host: Host, mpath: Map, array: VirtualArray) -> None:
        """The kernel may not have noticed yet."""
        array.paths[0].offline()
        (path,) = (path for path in host.multipathd_view().paths if path.name == "sda")

        assert (path.device_state, path.checker_state, path.dm_state) == ("offline", "faulty", "active")

    def test_in_standby_is_a_ghost(self) -> None:
        """It answers, and takes no I/O."""
        path = a_path(1, access_state="standby")
        view = multipathd_view([a_live_map("mpatha", wwid_of(1), table_of(path))], [path])

        assert [path.checker_state for path in view.paths] == ["ghost"]

    def test_without_a_map_is_an_orphan(self, host: Host, mpath: Map) -> None:
        """As long as the blacklist lets it be one."""
        everybody = host.multipathd_view()
        few = host.multipathd_view(read_configuration([("x", 'blacklist {\n devnode "^sd[ef]"\n}\n')]))

        assert everybody.format_paths("%d %m %t %T %o %C", raw=True)[-1] == "sdf [orphan] undef undef unknown orphan"
        assert [path.name for path in few.paths] == ["sda", "sdb", "sdc", "sdd"]

    def test_was_checked_by_a_monitor(self, host: Host, mpath: Map, array: VirtualArray) -> None:
        """Its checker, state and priority hold over what the kernel shows."""
        path = PathStatus("sda", "8:0", 1, "shaky", "", True, "tur", "", 7, 1.0, 3, marginal=True)
        status = MapStatus("mpatha", array.wwid, "", 1, 1, False, (path, replace(path, device="8:16", state="odd")))
        view = host.multipathd_view(status=MonitorStatus(True, 1.0, (status,), (), {}))
        found = {path.name: path for path in view.paths}

        assert (found["sda"].checker_state, found["sda"].priority, found["sda"].marginal) == ("shaky", 7, True)
        assert (found["sda"].checker, found["sdc"].checker) == ("tur", "directio")
        assert found["sdb"].checker_state == "undef"

    def test_was_asked_by_the_caller(self, host: Host, mpath: Map) -> None:
        """What was learned holds over what the kernel shows, as for a plan."""
        observed = {devt(8, 0): Observation(PathState.PENDING, 3)}
        (path,) = (path for path in host.multipathd_view(observed=observed).paths if path.name == "sda")

        assert (path.checker_state, path.priority) == ("i/o pending", 3)

    def test_that_sysfs_does_not_have_is_there_all_the_same(self) -> None:
        """A map keeps a path whose device is gone."""
        here, gone = a_path(1), a_path(1, 1)
        view = multipathd_view([a_live_map("mpatha", wwid_of(1), table_of(here, gone))], [here])

        assert [path.name for path in view.maps[0].groups[0].paths] == [here.name, "-"]
        assert view.maps[0].groups[0].paths[1].device_number == number_of(gone)


class TestAHost:
    def test_without_maps_has_an_empty_list(self, host: Host) -> None:
        """As the daemon prints it."""
        assert json.loads(host.to_multipathd_json())["maps"] == []
        assert host.multipathd_view().format_maps("%n") == []

    def test_with_hostile_arrays_still_writes_json(self) -> None:
        """What an array says of itself is escaped, in one line."""
        path = a_path(1, vendor='"}]\n\x1b[2J', model="\udcff\\")
        view = multipathd_view([a_live_map("mpatha", wwid_of(1), table_of(path))], [path])

        assert only(view)["vend"] == '"}]\n\x1b[2J'
        assert "\x1b" not in view.to_multipathd_json()
