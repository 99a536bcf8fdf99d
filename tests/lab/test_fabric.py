"""What a Fibre Channel fabric tells, as the kernel passes it on: real remote ports, and words in a switch's place."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath import Host
from multipath.lab import fabric, fc_port, place
from multipath.lab.faults import injected
from multipath.paths.fabric import KernelFabric
from multipath.wire.fabric_notice import FabricNotice, NoticeKind

from .monitored import Watched, configuration, told
from .running_daemon import running, until

pytestmark = pytest.mark.kernel(stock=True, on="6.1", backend="fcoe", paths=2, memory=1024, modules=("fpin",))
ONE_GROUP = "detect_prio no\ndetect_pgpolicy no\nprio const\npath_grouping_policy multibus"
CONFIG = configuration(ONE_GROUP, "marginal_pathgroups fpin")
PATHS = ("sda", "sdb")
TRANSPORTS, GROUP = 18, 1 << 3  # NETLINK_SCSITRANSPORT, and the group of Fibre Channel


def port_state(name: str) -> str:
    """Return the state of the remote port of a path, as the kernel has it."""
    return (fc_port.remote(place.device(name)) / "port_state").read_text().strip()


def groups(watched: Watched) -> list[list[str]]:
    """Return the paths of each group of the one map, by name."""
    return [[path.device for path in group.paths] for group in watched.the_map().table().groups]


def number(name: str) -> str:
    """Return the number of a path, as a table has it."""
    return Path(f"/sys/block/{name}/dev").read_text().strip()


async def made(watched: Watched) -> None:
    """Wait until the map is there with both paths, and nothing is left to be planned."""
    await watched.until(lambda: watched.paths() == 2)
    await watched.monitor.settled()


def heard(watched: Watched) -> list[str]:
    """Return what was told of the fabric."""
    return [event.reason for event in watched.events if event.kind == "fabric"]


class TestTheSocket:
    def test_brings_what_the_fabric_tells(self) -> None:
        """Whom it was told, and which port it is about; what is about congestion is passed over."""
        told_to, port = int(place.address("sda").split(":")[0]), fc_port.name(place.device("sda"))
        with KernelFabric() as heard:
            fabric.notice("sda", "peer_congestion")
            fabric.notice("sda")
            fabric.registered_state_change("sda")
            fabric.link_up("sda")

            assert heard.read() == [
                FabricNotice(told_to, NoticeKind.LINK_INTEGRITY, frozenset({port}), "link failure"),
                FabricNotice(told_to, NoticeKind.STATE_CHANGE),
                FabricNotice(told_to, NoticeKind.LINK_UP),
            ]

    def test_believes_the_kernel_alone(self) -> None:
        """Root may send to everybody who listens: here the words of the kernel once more, in a stranger's voice."""
        with KernelFabric() as heard, socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, TRANSPORTS) as stranger:
            stranger.bind((0, GROUP))
            fabric.registered_state_change("sda")
            message = stranger.recv(4096)
            assert len(heard.read()) == 1
            stranger.sendto(message, (0, GROUP))
            fabric.link_up("sda")

            assert [notice.kind for notice in heard.read()] == [NoticeKind.LINK_UP]

    def test_loses_what_does_not_fit_and_says_so(self) -> None:
        """Its buffer has an end."""
        with KernelFabric() as heard:
            for _ in range(4000):
                fabric.registered_state_change("sda")

            assert 0 < len(heard.read()) < 4000
            assert heard.lost


@pytest.fixture
def host() -> Iterator[Host]:
    """The machine; its ports are online again afterwards, and it has no map."""
    with Host() as machine:
        yield machine
        for found in machine.maps():
            found.remove(timeout=30)
    for name in PATHS:
        if port_state(name) == "Marginal":
            place.write(fc_port.remote(place.device(name)) / "port_state", "Online")


class TestAMonitor:
    def test_lets_paths_stand_apart_whose_link_is_not_well(self, host: Host, tmp_path: Path) -> None:
        """As long as nothing else is told; the kernel calls their port marginal, and I/O goes on."""

        async def story(watched: Watched) -> None:
            await made(watched)
            before, second = groups(watched), watched.host.path("sdb")
            fabric.notice("sdb")
            await watched.until(lambda: len(groups(watched)) == 2)

            assert groups(watched) == [[number("sda")], [number("sdb")]]
            assert [port_state(name) for name in PATHS] == ["Online", "Marginal"]
            assert watched.paths() == 2
            (said,) = heard(watched)
            assert said == f"host{second.host}: links are not well: link failure; ports {second.target_port}"
            with open(f"/dev/mapper/{watched.the_map().name}", "rb") as device:
                assert len(device.read(4096)) == 4096

            fabric.registered_state_change("sdb")
            await watched.until(lambda: groups(watched) == before)
            assert [port_state(name) for name in PATHS] == ["Online", "Online"]

        told(host, tmp_path, story, config=CONFIG)

    def test_that_begins_knows_what_another_one_heard(self, host: Host, tmp_path: Path) -> None:
        """The kernel remembers it: the map stays as it is."""

        async def one(watched: Watched) -> None:
            await made(watched)
            fabric.notice("sdb")
            await watched.until(lambda: len(groups(watched)) == 2)

        async def another(watched: Watched) -> None:
            await watched.until(lambda: bool(watched.monitor.status().maps[0].paths))
            await watched.monitor.settled()
            assert not [event for event in watched.events if event.kind == "reloaded"]
            assert len(groups(watched)) == 2
            fabric.link_up("sdb")
            await watched.until(lambda: len(groups(watched)) == 1)

        told(host, tmp_path, one, config=CONFIG)
        told(host, tmp_path, another, config=CONFIG)

    def test_changes_nothing_about_a_port_that_is_gone(self, host: Host, tmp_path: Path) -> None:
        """It is blocked, and nothing goes there; it comes back as it was."""

        async def story(watched: Watched) -> None:
            await made(watched)
            with injected("port_down", "sdb"):
                fabric.notice("sdb")
                await watched.until(lambda: bool(heard(watched)))
                assert port_state("sdb") == "Blocked"
            await watched.until(lambda: watched.paths() == 2)

            assert port_state("sdb") == "Online"
            assert not [event for event in watched.events if event.kind in ("failed", "mark_marginal")]

        told(host, tmp_path, story, config=CONFIG)

    def test_sees_with_a_check_what_somebody_wrote(self, host: Host, tmp_path: Path) -> None:
        """The administrator may say it as well as the fabric."""

        async def story(watched: Watched) -> None:
            await made(watched)
            state = fc_port.remote(place.device("sdb")) / "port_state"
            place.write(state, "Marginal")
            await watched.until(lambda: len(groups(watched)) == 2)
            place.write(state, "Online")
            await watched.until(lambda: len(groups(watched)) == 1)

        told(host, tmp_path, story, config=CONFIG)


@pytest.mark.kernel(stock=True, on="6.1", backend="fcoe", paths=2, memory=1056, modules=("fpin",), timeout=180)
class TestMultipathd:
    """The newest release of Debian, which was built with it."""

    TEXT = (
        "defaults {\n find_multipaths greedy\n polling_interval 1\n marginal_pathgroups fpin\n}\n"
        f"overrides {{\n{ONE_GROUP}\n}}\n"
    )

    def test_takes_the_same_notice_for_the_same(self) -> None:
        """The path stands apart, and no more after a change of the fabric; its port stays marginal for good."""
        with running("newest", self.TEXT, paths=2) as (_, client):
            fabric.notice("sdb")
            until(lambda: {path.name for path in client.paths() if path.marginal} == {"sdb"})
            assert [port_state(name) for name in PATHS] == ["Online", "Marginal"]
            fabric.registered_state_change("sdb")
            until(lambda: not [path for path in client.paths() if path.marginal])

            assert [port_state(name) for name in PATHS] == ["Online", "Marginal"]
