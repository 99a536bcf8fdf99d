"""What the device handlers believe of a path, and how they make one able to take I/O."""

import pytest

from multipath.virtual.bio import BlockStatus
from multipath.virtual.handler import Activation
from multipath.virtual.model import Model
from multipath.virtual.path import VirtualPath
from multipath.virtual.port import AccessState
from multipath.virtual.scsi.reply import ScsiStatus

from .san import San

RDAC = Model(is_rdac=True)
TUR = bytes(6)


def activated(path: VirtualPath) -> list[int]:
    """Activate a path; the list has the outcome once there is one."""
    outcomes: list[int] = []
    path.activate(outcomes.append)
    return outcomes


def access(san: San, path: VirtualPath) -> str:
    """Return what sysfs says of a path's access."""
    return (san.root / path.folder / "access_state").read_text().strip()


class TestAPathInStandby:
    def test_gets_no_io(self, san: San) -> None:
        """The handler knows since the scan; the array is not asked."""
        optimized, standby = san.fabric.add_array(paths=2, groups=["optimized", "standby"]).paths

        assert (san.read(optimized).status, san.read(standby).status) == (BlockStatus.OK, BlockStatus.IOERR)
        assert standby.commands_seen == 0
        assert (access(san, optimized), access(san, standby)) == ("active/optimized", "standby")
        assert (san.root / standby.folder / "dh_state").read_text() == "alua\n"

    def test_that_becomes_optimized_has_to_be_looked_at(self, san: San) -> None:
        """The handler does not see it by itself; a command of one's own brings the news."""
        path = san.fabric.add_array(paths=1, groups=["standby"], alua="implicit").paths[0]
        path.array.groups[0].transition("optimized")

        assert san.read(path).status is BlockStatus.IOERR
        assert path.execute(TUR).status is ScsiStatus.CHECK_CONDITION
        assert san.read(path).status is BlockStatus.OK

    def test_refuses_io_without_a_handler_too(self, san: San) -> None:
        """Then it is the array that refuses."""
        path = san.fabric.add_array(paths=1, groups=["standby"], alua="none").paths[0]

        assert path.handler == ""
        assert (san.read(path).status, path.commands_seen) == (BlockStatus.IOERR, 1)


class TestATransition:
    def test_is_noticed_with_the_next_io(self, san: San) -> None:
        """Which ends as the new state says."""
        path = san.fabric.add_array(paths=1, alua="implicit").paths[0]
        path.array.groups[0].transition("standby")
        assert access(san, path) == "active/optimized"

        assert san.read(path).status is BlockStatus.IOERR
        assert access(san, path) == "standby"

    def test_is_waited_for(self, san: San) -> None:
        """I/O is sent again every second, until the group has its state."""
        path = san.fabric.add_array(paths=1, alua="implicit").paths[0]
        path.array.groups[0].transition("non-optimized", after=3)
        read = san.read(path)

        assert (read.is_over, access(san, path)) == (False, "transitioning")
        san.clock.advance(10)
        assert read.status is BlockStatus.OK
        assert read.took == 3
        assert access(san, path) == "active/non-optimized"

    def test_may_be_given_up_for_another(self, san: San) -> None:
        """The first one's end does not come any more."""
        group = san.fabric.add_array(paths=1, alua="implicit").groups[0]
        group.transition("standby", after=5)
        group.transition("unavailable", after=1)
        san.clock.advance(10)

        assert group.state is AccessState.UNAVAILABLE

    def test_that_never_ends_is_a_standby(self, san: San) -> None:
        """After a minute."""
        path = san.fabric.add_array(paths=1, alua="implicit").paths[0]
        path.array.groups[0].transition(AccessState.TRANSITIONING)
        read = san.read(path)
        san.clock.advance(59)
        assert not read.is_over
        san.clock.advance(4)

        assert (read.status, access(san, path)) == (BlockStatus.IOERR, "standby")


class TestActivation:
    @pytest.mark.parametrize("alua", ["explicit", "both"])
    def test_asks_the_array_for_access(self, san: San, alua: str) -> None:
        """Where it may be asked."""
        path = san.fabric.add_array(paths=2, groups=["optimized", "standby"], alua=alua).paths[1]

        assert activated(path) == [Activation.OK]
        assert (access(san, path), san.read(path).status) == ("active/optimized", BlockStatus.OK)

    def test_changes_nothing_where_the_array_decides(self, san: San) -> None:
        """The handler looks, no more; a standby stays one."""
        path = san.fabric.add_array(paths=2, groups=["optimized", "standby"]).paths[1]

        assert activated(path) == [Activation.OK]
        assert san.read(path).status is BlockStatus.IOERR

    def test_sees_what_became_of_the_port(self, san: San) -> None:
        """Which is how a map finds out that a standby is none any more."""
        path = san.fabric.add_array(paths=1, groups=["standby"], alua="implicit").paths[0]
        path.array.groups[0].transition("optimized")

        assert activated(path) == [Activation.OK]
        assert san.read(path).status is BlockStatus.OK

    def test_waits_for_a_transition(self, san: San) -> None:
        """It looks every two seconds."""
        path = san.fabric.add_array(paths=1, alua="implicit").paths[0]
        path.array.groups[0].transition("optimized", after=3)
        outcome = activated(path)

        assert outcome == []
        san.clock.advance(4)
        assert outcome == [Activation.OK]

    def test_gives_a_transition_up_after_a_minute(self, san: San) -> None:
        """It failed."""
        path = san.fabric.add_array(paths=1, alua="implicit").paths[0]
        path.array.groups[0].transition("transitioning")
        outcome = activated(path)
        san.clock.advance(60)

        assert outcome == [Activation.IO]

    def test_says_when_the_group_is_offline(self, san: San) -> None:
        """No other path of the group would do."""
        path = san.fabric.add_array(paths=1, groups=["offline"], alua="implicit").paths[0]

        assert activated(path) == [Activation.OFFLINE]

    def test_ends_with_the_path(self, san: San) -> None:
        """Offline, deleted, cut off, silent, or without any handler."""
        path = san.fabric.add_array(paths=1, alua="implicit").paths[0]
        path.silence()
        silent = activated(path)
        san.clock.advance(60)
        path.unsilence()
        path.break_cable()
        cut_off = activated(path)
        path.plug_cable()
        path.offline()
        offline = activated(path)
        path.delete()

        assert (silent, cut_off, offline) == ([Activation.IO], [Activation.IO], [Activation.OFFLINE])
        assert activated(path) == [Activation.NOT_CONNECTED]
        assert activated(san.fabric.add_array(paths=1).paths[0]) == [Activation.NO_HANDLER]


class TestAnRdacArray:
    def test_moves_its_unit_to_the_path_that_is_activated(self, san: San) -> None:
        """Before, the handler lets no I/O through; after, the other path learns that it lost the unit."""
        array = san.fabric.add_array(paths=2, groups=["optimized"] * 2, alua="none", model=RDAC)
        first, second = array.paths

        assert (first.handler, san.read(second).status, second.commands_seen) == ("rdac", BlockStatus.IOERR, 0)
        assert activated(second) == [Activation.OK]
        assert san.read(second).status is BlockStatus.OK
        assert [san.read(first).status, san.read(first).status] == [BlockStatus.IOERR] * 2
        assert first.commands_seen == 1

    def test_fails_to_where_the_path_is_broken(self, san: San) -> None:
        """The unit stays."""
        array = san.fabric.add_array(paths=2, groups=["optimized"] * 2, alua="none", model=RDAC)
        array.paths[1].break_cable()

        assert activated(array.paths[1]) == [Activation.IO]
        assert array.units[0].owner is array.groups[0]
