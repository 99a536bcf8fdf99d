"""What a plan is made of, gathered from a machine in memory."""

from collections.abc import Iterator

import pytest

from multipath import Configuration, Host, MultipathTable, Target
from multipath.maps.inputs import Inputs, gather
from multipath.units import Sectors
from multipath.virtual import VirtualHost


@pytest.fixture
def world() -> Iterator[VirtualHost]:
    """Give a world with an array of two units, each down two paths."""
    with VirtualHost("6.12") as world:
        world.add_array(paths=2, units=2)
        yield world


@pytest.fixture
def host(world: VirtualHost) -> Iterator[Host]:
    """Give the machine."""
    with Host(**world.seams()) as host:
        yield host


def gathered(host: Host) -> Inputs:
    """Return what a plan of this machine is made of."""
    return gather(host.paths(), Configuration(), host.control, host.sysfs, None)


class TestWhatIsGathered:
    def test_are_maps_names_and_users(self, host: Host) -> None:
        """A map is there by its name, and among the users of its paths."""
        first = host.paths()[0]
        host.create("mpatha", MultipathTable.build([[first.name]]), uuid="mpath-3600a")

        found = gathered(host)

        assert [each.name for each in found.maps] == ["mpatha"]
        assert found.names == {"mpatha": "mpath-3600a"}
        assert [str(holder) for holder in found.users[first.devt]] == ["map mpatha"]

    def test_tells_what_a_killed_program_left_from_what_a_stranger_has(self, host: Host) -> None:
        """Both have an identity of the kind; one has no table, the other another one."""
        host.control.create("left", uuid="mpath-3600a")
        host.control.load(host.control.create("other", uuid="mpath-3600b"), [Target(Sectors(0), Sectors(8), "zero")])
        host.control.resume("other")

        found = gathered(host)

        assert found.unfinished == {"mpath-3600a": "left"}
        assert found.strangers == {"mpath-3600b"}

    @pytest.mark.parametrize(("text", "cpus"), [("0", (0,)), ("0-3", (0, 1, 2, 3)), ("0,2-3,8", (0, 2, 3, 8))])
    def test_are_the_processors(self, world: VirtualHost, host: Host, text: str, cpus: tuple[int, ...]) -> None:
        """As the kernel lists them: io-affinity deals them out."""
        world.sysfs.mkdir("devices/system/cpu")
        world.sysfs.write("devices/system/cpu", {"possible": text})

        assert gathered(host).facts.cpus == cpus

    def test_is_whether_the_nvme_driver_multipaths(self, world: VirtualHost, host: Host) -> None:
        """Its own parameter says so."""
        world.sysfs.mkdir("module/nvme_core/parameters")
        world.sysfs.write("module/nvme_core/parameters", {"multipath": "Y"})

        assert gathered(host).native_nvme
