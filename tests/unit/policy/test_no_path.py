"""What a map does without a path: ``no_path_retry``, ``flush_on_last_del``, ``deferred_remove``."""

import pytest

from multipath.policy.actions import Action, Flush, KeepMap, Queueing, Replan
from multipath.policy.machines.map import Condition
from multipath.policy.supervision import Supervision
from multipath.policy.supervisor import MapSupervisor

from .story import DOWN, UP, WWID, A, B, Story, only, orders


def begun(options: Supervision, **facts: object) -> Story:
    """Return a map of two paths, both seen up."""
    story = Story(options=options, **facts)  # type: ignore[arg-type]
    for devt in (A, B):
        story.check(devt, UP)
    return story


def lost(options: Supervision, **facts: object) -> Story:
    """Return a map whose last path failed just now."""
    story = begun(options, **facts)
    story.check(A, DOWN)
    story.check(B, DOWN)
    return story


def emptied(story: Story) -> list[Action]:
    """Remove both paths; return what follows from the last."""
    story.carry_out(story.supervisor.removed(A, story.now))
    return story.carry_out(story.supervisor.removed(B, story.now))


class TestANumberOfRetries:
    def test_is_a_time(self) -> None:
        """So many polling intervals after the last path failed, to the moment."""
        story = lost(Supervision(no_path_retry=3))

        assert story.supervisor.due() == story.now + 15
        assert orders(story.wait(14.9)) == []
        (stop,) = only(story.wait(0.1), Queueing)
        assert (stop.on, stop.reason) == (False, "no_path_retry 3: no path for 15 s")

    def test_counts_intervals_as_configured(self) -> None:
        """A stall budget asks more often; it does not make I/O fail sooner."""
        options = Supervision(no_path_retry=3, polling_interval=0.5, max_stall=5.0, retry_interval=5.0)

        assert lost(options).supervisor.due() == 1015.0

    def test_begins_anew_when_a_path_comes_back(self) -> None:
        """And goes."""
        story = lost(Supervision(no_path_retry=3))
        story.check(A, UP, after=10)
        story.check(A, DOWN, after=10)

        assert story.supervisor.due() == story.now + 15

    def test_lets_it_queue_again_when_a_path_comes_back(self) -> None:
        """Although the time was over."""
        story = lost(Supervision(no_path_retry=3))
        story.wait(15)

        assert orders(story.check(A, UP)) == ["ReinstatePath", "Queueing"]
        assert story.supervisor.state is Condition.DEGRADED

    def test_holds_against_a_table_that_queues(self) -> None:
        """When the time is over; a new table may have the word again."""
        story = lost(Supervision(no_path_retry=3))
        story.wait(15)
        story.queueing = True

        assert orders(story.look()) == ["Queueing"]
        assert not story.queueing

    def test_is_over_where_a_map_is_found_that_does_not_queue(self) -> None:
        """Somebody waited before; nothing waits twice."""
        found = Story(failed={A, B}).picture()
        supervisor = MapSupervisor(WWID, Supervision(no_path_retry=3), 0.0)

        assert orders(supervisor.see(found, 0.0)) == []
        assert supervisor.state is Condition.FAILING
        assert supervisor.due() is None

    def test_begins_where_a_map_is_found_that_queues(self) -> None:
        """Nobody knows for how long it has."""
        story = Story(options=Supervision(no_path_retry=3), failed={A, B})

        assert story.supervisor.due() == story.now + 15

    def test_is_counted(self) -> None:
        """How often it ran, how often it ended, how long."""
        story = lost(Supervision(no_path_retry=3))
        story.wait(100)
        counters = story.supervisor.counters

        assert (counters.q_timeouts, counters.map_failures, counters.total_q_time) == (1, 1, 15.0)

    def test_may_change_while_it_runs(self) -> None:
        """It counts from when the last path failed."""
        story = lost(Supervision(no_path_retry=3))
        story.wait(10)
        story.configure(no_path_retry=4)

        assert story.supervisor.due() == story.now + 10

    def test_runs_for_a_path_that_left_silently(self) -> None:
        """The kernel failed it; no checker was needed."""
        story = begun(Supervision(no_path_retry=3))
        story.kernel_fails(A)
        story.kernel_fails(B)

        assert story.supervisor.state is Condition.WAITING


class TestQueue:
    def test_never_ends(self) -> None:
        """No timer runs."""
        story = lost(Supervision(no_path_retry="queue"))

        assert story.supervisor.due() is None
        assert story.queueing

    def test_is_set_where_it_is_not(self) -> None:
        """As configured."""
        story = begun(Supervision())

        assert orders(story.configure(no_path_retry="queue")) == ["Queueing"]
        assert story.queueing

    def test_gives_way_to_who_stops_it_while_no_path_is_left(self) -> None:
        """So that what hangs can be freed by hand; a path that comes back sets it again."""
        story = lost(Supervision(no_path_retry="queue"))
        story.queueing = False

        assert orders(story.look()) == []
        assert orders(story.check(A, UP)) == ["ReinstatePath", "Queueing"]


class TestFail:
    def test_ends_queueing(self) -> None:
        """At first sight."""
        story = Story(options=Supervision(no_path_retry="fail"), queueing=True)

        assert [each.on for each in story.every(Queueing)] == [False]


class TestNothingSet:
    def test_leaves_queueing_as_it_is(self) -> None:
        """Whatever the table says."""
        for queueing in (True, False):
            story = lost(Supervision(), queueing=queueing)

            assert story.every(Queueing) == []
            assert story.supervisor.state is (Condition.QUEUEING if queueing else Condition.FAILING)


class TestTheLastPathDevice:
    @pytest.mark.parametrize(
        ("rule", "queueing", "in_use", "done"),
        [
            ("always", True, True, ["FailPath", "Queueing", "Flush"]),
            ("always", False, True, ["FailPath", "Flush"]),
            ("unused", True, True, ["FailPath", "Replan"]),
            ("unused", True, False, ["FailPath", "Queueing", "Flush"]),
            ("unused", False, True, ["FailPath", "Flush"]),
            ("never", True, False, ["FailPath", "Replan"]),
            ("never", True, True, ["FailPath", "Replan"]),
            ("never", False, True, ["FailPath", "Flush"]),
        ],
    )
    def test_takes_the_map_along(self, rule: str, queueing: bool, in_use: bool, done: list[str]) -> None:
        """Always, or when it is unused, or never: but a map that does not queue goes in any case."""
        story = begun(Supervision(flush_on_last_del=rule), queueing=queueing, in_use=in_use)

        assert orders(emptied(story)) == done

    def test_takes_it_along_when_its_time_is_over(self) -> None:
        """It was kept because it queued."""
        story = begun(Supervision(no_path_retry=3, flush_on_last_del="never"))
        emptied(story)

        assert orders(story.wait(15)) == ["Queueing", "Flush"]

    def test_takes_it_along_when_its_last_user_leaves(self) -> None:
        """It was kept because it was in use."""
        story = begun(Supervision(no_path_retry="queue"), in_use=True)
        emptied(story)
        story.in_use = False

        assert orders(story.look()) == ["Queueing", "Flush"]

    def test_is_not_the_last_while_another_is_there(self) -> None:
        """A plan is asked for that leaves it out; it is failed, in case that takes time."""
        story = begun(Supervision())

        assert orders(story.carry_out(story.supervisor.removed(A, story.now))) == ["FailPath", "Replan"]

    def test_is_forgotten_while_the_kernel_still_shows_it(self) -> None:
        """Until the new table is there."""
        story = begun(Supervision())
        story.carry_out(story.supervisor.removed(A, story.now))
        story.look()

        assert list(story.supervisor.paths) == [B]

    def test_may_come_back(self) -> None:
        """A plan takes it in."""
        story = begun(Supervision())
        story.carry_out(story.supervisor.removed(A, story.now))

        assert only(story.carry_out(story.supervisor.added(A, story.now)), Replan)
        story.look()
        assert set(story.supervisor.paths) == {A, B}


class TestADeferredRemoval:
    def test_waits_for_the_last_user(self) -> None:
        """The kernel does."""
        story = begun(Supervision(deferred_remove=True))

        (flush,) = only(emptied(story), Flush)
        assert flush.deferred

    def test_is_taken_back_when_a_path_is_added(self) -> None:
        """Before the plan that uses it."""
        story = begun(Supervision(deferred_remove=True))
        emptied(story)

        assert orders(story.carry_out(story.supervisor.added(A, story.now))) == ["KeepMap", "Replan"]

    def test_by_somebody_else_is_left_alone(self) -> None:
        """A path that comes back does not bring the map back that an administrator removed."""
        story = begun(Supervision(), deferred=True)
        story.check(A, DOWN)
        story.check(A, UP)

        assert story.every(KeepMap) == []


class TestTheEndOfASupervision:
    def test_ends_queueing(self) -> None:
        """Nobody would be there to end it."""
        story = begun(Supervision(no_path_retry=3))

        assert orders(story.carry_out(story.supervisor.leaving(story.now))) == ["Queueing"]

    def test_is_final(self) -> None:
        """Whatever is seen while the rest is put in order, the map does not begin to queue again."""
        story = begun(Supervision(no_path_retry=3))
        story.carry_out(story.supervisor.leaving(story.now))

        story.check(A, DOWN)
        story.check(A, UP)

        assert story.every(Queueing)[-1].on is False

    def test_leaves_it_where_that_is_wanted(self) -> None:
        """queue_without_daemon yes."""
        story = begun(Supervision(no_path_retry=3, queue_without_daemon=True))

        assert story.supervisor.leaving(story.now) == []
