"""Fibre Channel on a real kernel: remote ports and their time limits, ports that go down, and what a fabric says."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from multipath import Host
from multipath.lab import fabric, fc_port, guest, place
from multipath.lab.disk import DirectDisk
from multipath.lab.faults import alua_state, injected
from multipath.lab.load import Load
from multipath.probes.prioritizers import priority_of

from .monitored import Watched, configuration, told

pytestmark = pytest.mark.kernel(stock=True, on="6.1", backend="fcoe", paths=2, modules=("fpin",), timeout=120)

DEADLINE: Final = 10.0
LIMITS: Final = "fast_io_fail_tmo 3\ndev_loss_tmo 120\n"
ENOUGH: Final = 40
# <linux/netlink.h>, <scsi/scsi_netlink.h>: where the transports of SCSI tell of Fibre Channel.
NETLINK_SCSITRANSPORT: Final = 18
SOL_NETLINK: Final = 270
FC_EVENTS: Final = 4
HEAD: Final = struct.Struct("=16x 8x QQ HHII")  # of netlink, of SCSI; then time, vendor, host, length, number, code
RSCN, LINK_UP, FPIN = 0x5, 0x2, 0x501


def limits(name: str) -> tuple[str, str]:
    """Return ``fast_io_fail_tmo`` and ``dev_loss_tmo`` of the remote port of a path."""
    port = fc_port.remote(place.device(name))
    return (port / "fast_io_fail_tmo").read_text().strip(), (port / "dev_loss_tmo").read_text().strip()


class TestAFibreChannelArray:
    def test_has_paths_to_ports_with_worldwide_names(self) -> None:
        """Transport, node and port are what the kernel's transport class has; both paths lead to one unit."""
        with Host() as host:
            paths = host.paths()

        assert [(path.name, path.protocol) for path in paths] == [("sda", "scsi:fcp"), ("sdb", "scsi:fcp")]
        assert [path.target_port for path in paths] == ["0x20000a0000000002", "0x20000a0000000102"]
        assert [path.target_node for path in paths] == ["0x10000a0000000002", "0x10000a0000000102"]
        assert len({path.designator for path in paths}) == 1

    def test_has_one_optimized_path(self) -> None:
        """The array says so of its groups, and the path is worth more."""
        for name in guest.luns()[0]:
            alua_state.heal(name)  # the kernel's handler has another group optimized when a map goes over to it

        with Host() as host:
            worth = [asyncio.run(priority_of("alua", "", host.asker, path, DEADLINE)).value for path in host.paths()]

        assert worth == [50, 10]


class TestARemotePort:
    def test_has_the_limits_of_the_configuration_while_its_paths_are_watched(self, host: Host, tmp_path: Path) -> None:
        """``fast_io_fail_tmo`` and ``dev_loss_tmo`` are set on the ports of both paths, and given back at the end."""
        names = guest.luns()[0]
        before = [limits(name) for name in names]

        async def story(watched: Watched) -> None:
            await watched.until(lambda: watched.paths() == 2)
            await watched.until(lambda: [limits(name) for name in names] == [("3", "120")] * 2)

        told(host, tmp_path, story, config=configuration(LIMITS))

        assert before == [("off", "60")] * 2
        assert [limits(name) for name in names] == before


class TestAPortThatGoesDown:
    def test_is_out_of_use_until_it_is_back(self, host: Host, tmp_path: Path) -> None:
        """I/O fails after the port's own limit and goes on over the other path; no byte is lost."""
        first = guest.luns()[0][0]

        async def story(watched: Watched) -> None:
            await watched.until(lambda: watched.paths() == 2)
            await watched.monitor.settled()
            loop = asyncio.get_running_loop()
            with Load(f"/dev/mapper/{watched.the_map().name}", blocks=64) as load:
                await loop.run_in_executor(None, load.wait_verified, ENOUGH)
                down = injected("port_down", first)
                await loop.run_in_executor(None, down.__enter__)
                try:
                    await watched.until(lambda: watched.the_map().status().failed_paths == {number(first)})
                    await loop.run_in_executor(None, load.wait_verified, ENOUGH)
                finally:
                    await loop.run_in_executor(None, down.__exit__, None, None, None)
                await watched.until(lambda: watched.paths() == 2)
                report = load.finish()
            assert (report.is_good, report.failed) == (True, 0)

        told(host, tmp_path, story, config=configuration(LIMITS))


class TestAFabric:
    @pytest.fixture
    def events(self) -> Iterator[socket.socket]:
        """Give a socket that hears what the kernel tells of Fibre Channel."""
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SCSITRANSPORT) as heard:
            heard.bind((0, 0))
            heard.setsockopt(SOL_NETLINK, 1, FC_EVENTS)
            heard.settimeout(10)
            yield heard

    @staticmethod
    def next_event(events: socket.socket) -> tuple[int, int, bytes]:
        """Return host, code and data of the next event."""
        message = events.recv(1 << 16)
        _, _, host, length, _, code = HEAD.unpack_from(message)
        return host, code, message[HEAD.size :][:length]

    def test_says_that_a_link_is_bad(self, events: socket.socket) -> None:
        """Whoever listens gets the notice as it was sent; the kernel has counted it for that port."""
        name = guest.luns()[0][0]
        port = fc_port.remote(place.device(name))
        before = int((port / "statistics/fpin_li_link_failure_count").read_text(), 16)

        fabric.notice(name)

        frame = fabric.frame(fc_port.name(place.device(name)))
        assert self.next_event(events) == (adapter(name), FPIN, frame)
        assert int((port / "statistics/fpin_li_link_failure_count").read_text(), 16) == before + 1

    def test_says_that_ports_have_changed(self, events: socket.socket) -> None:
        """And that a link is up, of the host of the path."""
        name = guest.luns()[0][1]

        fabric.registered_state_change(name)
        fabric.link_up(name)

        assert self.next_event(events)[:2] == (adapter(name), RSCN)
        assert self.next_event(events)[:2] == (adapter(name), LINK_UP)

    def test_may_have_a_port_called_marginal(self) -> None:
        """The kernel takes the word, and takes it back; the path is read all the while."""
        name = guest.luns()[0][0]
        state = fc_port.remote(place.device(name)) / "port_state"

        for word in ("Marginal", "Online"):
            state.write_text(word)
            assert state.read_text().strip() == word
            with DirectDisk(f"/dev/{name}") as disk:
                assert len(disk.read(0, 4096)) == 4096


def number(name: str) -> str:
    """Return the number of a disk."""
    return Path(f"/sys/block/{name}/dev").read_text().strip()


def adapter(name: str) -> int:
    """Return the number of the host of a path."""
    return int(place.address(name).split(":")[0])
