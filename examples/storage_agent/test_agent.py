"""The agent, on a machine in memory: no root, no array, and every failure at will."""

from collections.abc import Iterator

import pytest

from multipath import Host
from multipath.errors import DeviceBusy, NotFound
from multipath.virtual import VirtualArray, VirtualHost

from .agent import Health, StorageAgent

BLOCK = b"payload!" * 512


@pytest.fixture
def array(virtual_host: VirtualHost) -> VirtualArray:
    """Give an array with one volume, on four paths."""
    return virtual_host.add_array(paths=4)


@pytest.fixture
def agent(virtual_host: VirtualHost) -> Iterator[StorageAgent]:
    """Give the agent of that machine."""
    with Host(**virtual_host.seams()) as host:
        yield StorageAgent(host)


@pytest.fixture
def volume(agent: StorageAgent, array: VirtualArray) -> str:
    """Give the identity of the volume, attached as ``data``."""
    agent.attach(array.wwid, "data")
    return array.wwid


class TestAttach:
    def test_uses_all_paths(self, agent: StorageAgent, virtual_host: VirtualHost, volume: str) -> None:
        """Four paths, healthy, readable and writable."""
        assert agent.health(volume) is Health.HEALTHY
        with virtual_host.open("data") as disk:
            disk.write(0, BLOCK)
            assert disk.read(0, len(BLOCK)) == BLOCK

    def test_is_done_once(self, agent: StorageAgent, virtual_host: VirtualHost, volume: str) -> None:
        """A second time changes nothing."""
        before = virtual_host.control.info("data")

        agent.attach(volume, "data")

        assert virtual_host.control.info("data") == before

    def test_adds_paths_that_came_later(
        self, agent: StorageAgent, virtual_host: VirtualHost, array: VirtualArray
    ) -> None:
        """A disk that was found by a scan joins."""
        virtual_host.delete(array.paths[3])
        assert len(agent.attach(array.wwid, "data").table().devices) == 3

        virtual_host.scan()

        assert len(agent.attach(array.wwid, "data").table().devices) == 4

    def test_of_a_volume_that_is_not_here_is_refused(self, agent: StorageAgent, array: VirtualArray) -> None:
        """The error says so."""
        with pytest.raises(NotFound, match="no path leads to volume"):
            agent.attach("3" + "0" * 32, "data")


class TestALostCable:
    def test_is_survived(
        self, agent: StorageAgent, virtual_host: VirtualHost, array: VirtualArray, volume: str
    ) -> None:
        """No program sees an error; the agent says what is lost."""
        with virtual_host.open("data") as disk:
            array.paths[0].break_cable()
            for number in range(8):
                disk.write(number * len(BLOCK), BLOCK)

        assert agent.health(volume) is Health.DEGRADED

    def test_is_repaired(
        self, agent: StorageAgent, virtual_host: VirtualHost, array: VirtualArray, volume: str
    ) -> None:
        """When it is plugged in again, its paths serve again."""
        with virtual_host.open("data") as disk:
            array.paths[0].break_cable()
            for number in range(8):
                disk.write(number * len(BLOCK), BLOCK)
            array.paths[0].plug_cable()

            assert agent.repair(volume) > 0
            assert agent.health(volume) is Health.HEALTHY


class TestAllPathsLost:
    def test_makes_io_wait_until_the_repair(
        self, agent: StorageAgent, virtual_host: VirtualHost, array: VirtualArray, volume: str
    ) -> None:
        """An hour is no error: what was written arrives when a path is back."""
        for path in array.paths:
            path.break_cable()
        with virtual_host.open("data") as disk:
            write = disk.submit("write", 0, BLOCK)
            assert not write.wait(timeout=3600)
            assert agent.health(volume) is Health.STALLED

            for path in array.paths:
                path.plug_cable()
            agent.repair(volume)

            assert write.result() == len(BLOCK)
            assert disk.read(0, len(BLOCK)) == BLOCK


class TestDetach:
    def test_leaves_nothing(self, agent: StorageAgent, virtual_host: VirtualHost, volume: str) -> None:
        """No device is left."""
        agent.detach(volume)

        assert virtual_host.control.devices() == []

    def test_of_a_volume_in_use_is_refused(self, agent: StorageAgent, virtual_host: VirtualHost, volume: str) -> None:
        """And what waits for a path is not lost by the attempt."""
        array = virtual_host.arrays[0]
        with virtual_host.open("data") as disk:
            for path in array.paths:
                path.break_cable()
            waiting = disk.submit("write", 0, bytes(512))

            with pytest.raises(DeviceBusy):
                agent.detach(volume)
            array.paths[0].plug_cable()
            agent.repair(volume)

            assert waiting.result() == 512


@pytest.mark.parametrize("virtual_host", ["6.1", "6.12", "7.2"], indirect=True)
def test_the_agent_works_on_every_kernel(agent: StorageAgent, volume: str) -> None:
    """The fixture takes the kernel as its parameter."""
    assert agent.health(volume) is Health.HEALTHY
