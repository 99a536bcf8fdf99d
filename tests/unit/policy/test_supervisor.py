"""One map over time, from checks and pictures to actions."""

from dataclasses import replace

from multipath.paths.state import PathState
from multipath.policy import actions as act
from multipath.policy.actions import Action, Changed
from multipath.policy.flapping import FlappingOptions
from multipath.policy.marginal import MarginalOptions
from multipath.policy.picture import MapPicture, PicturedPath
from multipath.policy.supervision import Supervision
from multipath.policy.supervisor import MapSupervisor
from multipath.units import DevT, Sectors

SDA, SDB = DevT(0x800), DevT(0x810)
TWO_GROUPS = MapPicture(1, {SDA: PicturedPath(1, active=True), SDB: PicturedPath(2, active=True)}, 1, size=Sectors(8))


def watched(options: Supervision | None = None, picture: MapPicture = TWO_GROUPS) -> MapSupervisor:
    """Return a map of two paths that were both seen up at time 0."""
    supervisor = MapSupervisor("3600", options or Supervision(), 0.0)
    supervisor.see(picture, 0.0)
    for devt, priority in ((SDA, 50), (SDB, 10)):
        supervisor.checked(devt, PathState.UP, 0.0, priority=priority)
    return supervisor


def done(found: list[Action]) -> list[Action]:
    """Return the actions without those that only tell."""
    return [action for action in found if not isinstance(action, Changed)]


def kinds(found: list[Action]) -> list[str]:
    """Return what is to be done, by name."""
    return [type(action).__name__ for action in done(found)]


class TestAPathThatFails:
    def test_is_failed_in_the_kernel_once(self) -> None:
        """A second bad check changes nothing."""
        supervisor = watched()

        assert kinds(supervisor.checked(SDA, PathState.DOWN, 1.0, "tur: no connect")) == ["FailPath"]
        assert done(supervisor.checked(SDA, PathState.DOWN, 2.0)) == []

    def test_is_reinstated_when_it_is_good(self) -> None:
        """And I/O goes back to its group at once with failback immediate."""
        supervisor = watched(Supervision(failback="immediate"))
        supervisor.checked(SDA, PathState.DOWN, 1.0)
        supervisor.see(
            replace(TWO_GROUPS, current_group=2, paths={**TWO_GROUPS.paths, SDA: PicturedPath(1, active=False)}), 1.0
        )

        assert kinds(supervisor.checked(SDA, PathState.UP, 2.0, priority=50)) == ["ReinstatePath", "SwitchGroup"]

    def test_is_checked_soon_where_the_kernel_failed_it(self) -> None:
        """Not when its interval ends; not at once, or it would be reinstated as fast as its I/O fails."""
        supervisor = watched()
        supervisor.checked(SDA, PathState.UP, 3.0)
        supervisor.see(replace(TWO_GROUPS, paths={**TWO_GROUPS.paths, SDA: PicturedPath(1, active=False)}), 3.0)

        assert supervisor.next_check(SDA) == 4.0

    def test_is_withheld_where_it_fails_too_often(self) -> None:
        """Until it has been good for the recovery time."""
        supervisor = watched(Supervision(flapping=FlappingOptions(1, 10, 60.0)))
        for now in (1.0, 3.0):
            supervisor.checked(SDA, PathState.DOWN, now)
            found = supervisor.checked(SDA, PathState.UP, now + 1)

        assert done(found) == []
        assert done(supervisor.checked(SDA, PathState.UP, 63.0)) == []
        assert kinds(supervisor.checked(SDA, PathState.UP, 64.0)) == ["ReinstatePath"]

    def test_is_used_in_spite_of_that_where_there_is_no_other(self) -> None:
        """A bad path is better than none."""
        supervisor = watched(Supervision(flapping=FlappingOptions(1, 10, 60.0)))
        supervisor.checked(SDB, PathState.DOWN, 0.5)
        for now in (1.0, 3.0):
            supervisor.checked(SDA, PathState.DOWN, now)
            found = supervisor.checked(SDA, PathState.UP, now + 1)

        assert kinds(found) == ["ReinstatePath"]

    def test_is_sampled_where_it_fails_twice_in_short(self) -> None:
        """And reinstated by the rate of errors."""
        supervisor = watched(Supervision(marginal=MarginalOptions(60, 120, 5, 30)))
        supervisor.checked(SDA, PathState.DOWN, 1.0)
        supervisor.checked(SDA, PathState.UP, 2.0)

        assert kinds(supervisor.checked(SDA, PathState.DOWN, 3.0)) == ["FailPath"]
        assert kinds(supervisor.checked(SDA, PathState.UP, 4.0)) == ["Sample"]
        supervisor.sampled(SDA, 6, 1000, 124.0)
        assert supervisor.next_check(SDA) <= 124.0
        assert done(supervisor.checked(SDA, PathState.UP, 153.0)) == []
        assert kinds(supervisor.checked(SDA, PathState.UP, 154.0)) == ["Sample"]
        supervisor.sampled(SDA, 5, 1000, 274.0)
        assert kinds(supervisor.checked(SDA, PathState.UP, 274.0)) == ["ReinstatePath"]

    def test_proves_its_identity_before_it_is_used(self) -> None:
        """Even where it is the only one."""
        supervisor = watched(Supervision(recheck_wwid=True))
        supervisor.checked(SDB, PathState.DOWN, 0.5)
        supervisor.checked(SDA, PathState.DOWN, 1.0)

        assert kinds(supervisor.checked(SDA, PathState.UP, 2.0)) == ["RecheckWwid"]
        assert kinds(supervisor.identified(SDA, 2.1, same=True)) == ["ReinstatePath"]


class TestASilentPath:
    def test_is_failed_where_there_is_another(self) -> None:
        """So that new I/O goes there; it is said to be silent, for its I/O is the kernel's still."""
        (found,) = done(watched().checked(SDA, PathState.TIMEOUT, 1.0))

        assert isinstance(found, act.FailPath)
        assert found.silent

    def test_stays_where_there_is_none(self) -> None:
        """Under a budget it has little time to answer: silence is no error, and this map would make one of it."""
        supervisor = watched(Supervision(max_stall=5.0, checker_timeout=0.5))
        supervisor.checked(SDB, PathState.DOWN, 1.0)

        assert done(supervisor.checked(SDA, PathState.TIMEOUT, 2.0)) == []

    def test_is_failed_where_io_would_wait(self) -> None:
        """A map that queues loses nothing by it."""
        supervisor = watched(Supervision(no_path_retry="queue"), replace(TWO_GROUPS, queueing=True))
        supervisor.checked(SDB, PathState.DOWN, 1.0)

        assert kinds(supervisor.checked(SDA, PathState.TIMEOUT, 2.0)) == ["FailPath"]


class TestAMapWithoutAPath:
    def test_waits_for_no_path_retry(self) -> None:
        """Then its I/O fails; a path that returns lets it queue again."""
        supervisor = watched(Supervision(no_path_retry=12), replace(TWO_GROUPS, queueing=True))
        supervisor.checked(SDA, PathState.DOWN, 10.0)
        supervisor.checked(SDB, PathState.DOWN, 20.0)

        assert supervisor.due() == 20.0 + 12 * 5
        assert supervisor.tick(79.9) == []
        assert done(supervisor.tick(80.0)) == [act.Queueing("no_path_retry 12: no path for 60 s", on=False)]
        assert kinds(supervisor.checked(SDA, PathState.UP, 90.0)) == ["ReinstatePath", "Queueing"]
        assert (supervisor.counters.map_failures, supervisor.counters.total_q_time) == (1, 60.0)

    def test_is_removed_with_the_last_device(self) -> None:
        """As flush_on_last_del says."""
        supervisor = watched(Supervision(flush_on_last_del="always"), replace(TWO_GROUPS, queueing=True))

        assert kinds(supervisor.removed(SDA, 1.0)) == ["FailPath", "Replan"]
        assert kinds(supervisor.removed(SDB, 2.0)) == ["FailPath", "Queueing", "Flush"]
