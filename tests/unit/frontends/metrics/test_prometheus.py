"""A real Prometheus server over several hosts in memory: what no host can see by itself."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from multipath import Exporter, Host, MultipathTable
from multipath.frontends.metrics.listener import Listener
from multipath.virtual import VirtualHost

from .server import prometheus

pytestmark = pytest.mark.slow


@contextmanager
def exported(host: Host, folder: Path) -> Iterator[str]:
    """Export a host; yield the address."""
    with Listener(Exporter(host, folder=folder), port=0) as listener:
        thread = threading.Thread(target=lambda: listener.serve_forever(0.05))
        thread.start()
        yield f"127.0.0.1:{listener.server_port}"
        listener.shutdown()
        thread.join()


def machine(stack: ExitStack) -> Host:
    """Return a host with a map over two paths through each of two ports."""
    world = stack.enter_context(VirtualHost())
    array = world.add_array(paths=4)
    host = stack.enter_context(Host(**world.seams(), asker=world.asker()))
    host.create("mpatha", MultipathTable.build([[path.name for path in array.paths]]), uuid=f"mpath-{array.wwid}")
    return host


class TestAFleet:
    def test_tells_a_port_that_is_down_from_a_host_that_is_at_fault(self, tmp_path: Path) -> None:
        """Two hosts lost the same port of an array, and one of them another path as well."""
        with ExitStack() as stack:
            hosts = [machine(stack) for _ in range(2)]
            first, second = sorted({str(path.target_port) for path in hosts[0].paths()})
            for host in hosts:
                lose(host, *names(host, first))
            lose(hosts[1], names(hosts[1], second)[0])
            addresses = [stack.enter_context(exported(host, tmp_path)) for host in hosts]
            alerts = stack.enter_context(prometheus(tmp_path, addresses))

            assert alerts.wait("MultipathTargetPortDown")["target_port"] == first
            assert alerts.wait("MultipathMapOnePathLeft")["instance"] == addresses[1]
            assert alerts.wait("MultipathWithoutManager", instance=addresses[0])


def names(host: Host, port: str) -> list[str]:
    """Return the paths that lead through a port."""
    return [path.name for path in host.paths() if path.target_port == port]


def lose(host: Host, *paths: str) -> None:
    """Fail paths of its map."""
    for path in paths:
        host.map("mpatha").fail_path(path)
