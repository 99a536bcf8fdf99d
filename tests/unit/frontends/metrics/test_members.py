"""The devices of maps, on a host in memory."""

from collections.abc import Iterator

import pytest

from multipath import Host, Map, MultipathTable, Path
from multipath.frontends.metrics.members import Members
from multipath.virtual import VirtualHost


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a machine with three paths to a unit."""
    with VirtualHost() as world:
        world.add_array(paths=3)
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give its host."""
    with Host(**world.seams(), asker=world.asker()) as host:
        yield host


@pytest.fixture
def mpath(host: Host) -> Map:
    """Give a map of two of its paths."""
    return host.create("mpatha", MultipathTable.build([["sda", "sdb"]]), uuid="mpath-3600")


def states(members: Members, host: Host) -> dict[str, tuple[str, str | None]]:
    """Return names and states of all members, by number."""
    paths = members.paths([each.snapshot for each in host.maps()])
    return {number: (path.name, path.state) for number, path in paths.items()}


class TestTheMembers:
    def test_are_the_paths_of_maps_alone(self, host: Host, mpath: Map) -> None:
        """The third path is of no map."""
        assert states(Members(host), host) == {"8:0": ("sda", "running"), "8:16": ("sdb", "running")}

    def test_are_told_in_the_states_that_they_are_in(self, world: VirtualHost, host: Host, mpath: Map) -> None:
        """Though nothing about the map is another."""
        members = Members(host)
        states(members, host)
        world.arrays[0].paths[1].offline()

        assert states(members, host)["8:16"] == ("sdb", "offline")

    def test_keep_their_names_when_they_are_deleted(self, world: VirtualHost, host: Host, mpath: Map) -> None:
        """The map has them still, and a graph goes on."""
        members = Members(host)
        states(members, host)
        world.delete(world.arrays[0].paths[1])

        assert states(members, host)["8:16"] == ("sdb", None)

    def test_are_looked_up_again_for_another_table(self, host: Host, mpath: Map) -> None:
        """And only then: a driver that hangs is not asked each time."""
        asked = []

        class Asked(Host):
            def paths(self) -> tuple[Path, ...]:
                asked.append(1)
                return host.paths()

        members = Members(Asked(control=host.control, sysfs=host.sysfs))
        states(members, host)
        states(members, host)
        assert len(asked) == 1
        mpath.reload(MultipathTable.build([["sda", "sdb", "sdc"]]))

        assert states(members, host)["8:32"] == ("sdc", "running")
        assert len(asked) == 2
