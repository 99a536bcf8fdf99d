"""Which group of a map serves an I/O: the rules of dm-mpath, one fact for each test."""

import re
from pathlib import Path
from typing import Any, Final

import pytest

from multipath._native.group import (
    AGAIN,
    DH_DEV_OFFLINED,
    DH_DEV_TEMP_BUSY,
    DH_IMM_RETRY,
    DH_NOSYS,
    DH_OK,
    DH_RES_TEMP_UNAVAIL,
    DH_RETRY,
    FAIL,
    INIT,
    PUSH_BACK,
    QUEUE,
    PriorityGroups,
)
from multipath._native.io_affinity import IoAffinity
from multipath._native.queue_length import QueueLength
from multipath._native.round_robin import RoundRobin
from multipath._native.service_time import ServiceTime

SIZE: Final = 4096
PAGE: Final = Path(__file__).parents[3] / "docs/groups.md"


def of(*sizes: int, **keywords: Any) -> PriorityGroups:
    """Return groups of these sizes, each with round-robin."""
    return PriorityGroups([RoundRobin(size) for size in sizes], **keywords)


def served(groups: PriorityGroups, times: int = 1) -> list[int]:
    """Return which paths serve the next I/Os."""
    return [groups.map(SIZE) for _ in range(times)]


def states(groups: PriorityGroups) -> str:
    """Return the states of all groups, as in a status."""
    return "".join(groups.group_state(number) for number in range(1, groups.n_groups + 1))


def fail(groups: PriorityGroups, *paths: int) -> None:
    """Fail some paths."""
    for path in paths:
        assert groups.fail_path(path)


class TestThePage:
    def test_runs_as_it_stands(self) -> None:
        """The example of ``docs/groups.md`` keeps what it asserts."""
        exec(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0], {})


class TestAFreshMap:
    def test_has_a_group_that_is_asked_first_but_none_that_is_current(self) -> None:
        """A status prints the initial group's number, no active group, and 1 for queue_io."""
        groups = of(2, 2, initial_group=2)

        assert (groups.current_group, states(groups), groups.queue_io) == (2, "EE", True)
        assert (groups.n_groups, groups.n_paths, groups.valid_paths, groups.events) == (2, 4, 4, 0)

    def test_begins_with_its_initial_group(self) -> None:
        """And queue_io is 0 from then on."""
        groups = of(2, 2, initial_group=2)

        assert served(groups, 3) == [2, 3, 2]
        assert (groups.current_group, states(groups), groups.queue_io) == (2, "EA", False)

    def test_begins_with_the_first_group_where_the_initial_one_does_not_exist(self) -> None:
        """An initial group beyond the last is no preference, and printed as 1."""
        groups = of(1, 1, initial_group=7)

        assert (groups.current_group, served(groups)) == (1, [0])

    def test_begins_with_the_initial_group_even_if_it_is_bypassed(self) -> None:
        """A pending group is asked as it is; the bypass shows in its state all the same."""
        groups = of(1, 1)
        groups.bypass_group(1, bypass=True)

        assert (served(groups), states(groups)) == ([0], "DE")


class TestAMapWithoutGroups:
    @pytest.mark.parametrize("initial", [None, 0])
    def test_is_legal_and_serves_nothing(self, initial: int | None) -> None:
        """The table ``0 0 0 0``: I/O fails, or is held."""
        groups = PriorityGroups([], initial_group=initial)

        assert (groups.current_group, groups.map(SIZE), groups.choose(), groups.queue_io) == (0, FAIL, FAIL, False)
        groups.queue_if_no_path = True
        assert (groups.map(SIZE), groups.choose()) == (QUEUE, QUEUE)


class TestTheCurrentGroup:
    def test_is_kept_as_long_as_it_has_a_path(self) -> None:
        """A path that comes back in a group before it changes nothing: failback is for others to decide."""
        groups = of(1, 2)
        fail(groups, 0)
        assert served(groups) == [1]

        groups.reinstate_path(0)
        fail(groups, 1)

        assert (served(groups, 2), states(groups)) == ([2, 2], "EA")

    def test_gives_way_to_the_first_group_that_has_a_path(self) -> None:
        """In the order of the table, and not to the next one."""
        groups = of(1, 1, 1, initial_group=2)
        assert served(groups) == [1]

        fail(groups, 1)

        assert (served(groups), states(groups)) == ([0], "AEE")

    def test_stays_what_it_was_until_somebody_looks(self) -> None:
        """A group whose last path failed is printed as active until the next I/O."""
        groups = of(1, 1)
        served(groups)
        fail(groups, 0)

        assert states(groups) == "AE"
        assert (served(groups), states(groups)) == ([1], "EA")

    def test_is_none_once_an_io_found_no_path(self) -> None:
        """And the number is that of the first group."""
        groups = of(1, 1, initial_group=2)
        served(groups)
        fail(groups, 0, 1)

        assert (groups.map(SIZE), groups.current_group, states(groups)) == (FAIL, 1, "EE")


class TestABypassedGroup:
    def test_is_asked_when_no_other_yields_a_path(self) -> None:
        """The only group with paths goes on although it is disabled."""
        groups = of(1, 1)
        fail(groups, 1)
        served(groups)

        groups.bypass_group(1, bypass=True)

        assert (served(groups), states(groups), groups.current_group) == ([0], "DE", 1)

    def test_leaves_the_choice_to_the_others(self) -> None:
        """At once, for the current group is forgotten."""
        groups = of(1, 1)
        served(groups)

        groups.bypass_group(1, bypass=True)

        assert (groups.current_group, served(groups), states(groups)) == (1, [1], "DA")

    def test_makes_all_choose_anew_whichever_it_is(self) -> None:
        """To bypass another group moves I/O from the second group to the first."""
        groups = of(1, 1, 1, initial_group=2)
        served(groups)

        groups.bypass_group(3, bypass=True)

        assert served(groups) == [0]

    def test_is_as_any_other_after_enable_group(self) -> None:
        """And raises an event each time, needed or not."""
        groups = of(1, 1)
        groups.bypass_group(1, bypass=False)
        groups.bypass_group(1, bypass=True)
        groups.bypass_group(1, bypass=False)

        assert (states(groups), groups.events, served(groups)) == ("EE", 3, [0])


class TestAGroupThatIsSwitchedTo:
    def test_serves_from_the_next_io_on(self) -> None:
        """Until then it is printed as the current one, though not as active."""
        groups = of(1, 1)
        served(groups)
        groups.switch_group(2)

        assert (groups.current_group, states(groups), groups.events) == (2, "EE", 1)
        assert (served(groups, 2), states(groups)) == ([1, 1], "EA")

    def test_ends_the_bypass_of_all(self) -> None:
        """Not only its own."""
        groups = of(1, 1, 1)
        for number in (1, 2, 3):
            groups.bypass_group(number, bypass=True)

        groups.switch_group(2)

        assert states(groups) == "EEE"

    def test_is_forgotten_if_it_has_no_path_then(self) -> None:
        """A switch is a hint: a path that comes back later does not bring the group into use."""
        groups = of(1, 1)
        fail(groups, 1)
        groups.switch_group(2)
        assert served(groups) == [0]

        groups.reinstate_path(1)

        assert (served(groups), groups.current_group) == ([0], 1)

    def test_is_remembered_while_no_io_comes_and_while_there_is_no_path_at_all(self) -> None:
        """Without a single usable path nobody is asked."""
        groups = of(1, 1)
        fail(groups, 0, 1)
        groups.switch_group(2)
        assert groups.map(SIZE) == FAIL

        groups.reinstate_path(0)
        groups.reinstate_path(1)

        assert served(groups) == [1]


class TestBothOrders:
    """A pending group and a current one are there together only when a probe kept the current one."""

    @pytest.fixture
    def probed(self, request: pytest.FixtureRequest) -> PriorityGroups:
        """Give a map with a switch to the second group during a probe of the first."""
        groups = of(1, 1, pending_first=request.param)
        served(groups)
        assert groups.begin_probe() == (0,)
        groups.switch_group(2)
        return groups

    @pytest.mark.parametrize("probed", [False], indirect=True)
    def test_the_current_group_is_asked_first_since_1_15(self, probed: PriorityGroups) -> None:
        """The switch happens when the probe ends."""
        assert (served(probed), states(probed)) == ([0], "AE")
        probed.end_probe()
        assert (served(probed), states(probed)) == ([1], "EA")

    @pytest.mark.parametrize("probed", [True], indirect=True)
    def test_the_pending_group_was_asked_first_before(self, probed: PriorityGroups) -> None:
        """Kernels of that order had no probe; the switch happens at once."""
        assert (served(probed), states(probed)) == ([1], "EA")


class TestAProbe:
    def test_is_of_the_paths_in_use_of_the_current_group(self) -> None:
        """And does not begin where the group does not serve I/O."""
        groups = of(3, 1)
        assert groups.begin_probe() == ()
        served(groups)
        fail(groups, 1)

        assert groups.begin_probe() == (0, 2)

    def test_does_not_begin_during_a_suspend(self) -> None:
        """It would hold the suspend up."""
        groups = of(1)
        served(groups)
        groups.presuspend(noflush=True)

        assert groups.begin_probe() == ()

    def test_runs_alone(self) -> None:
        """A second one is refused, a second end is none."""
        groups = of(1)
        served(groups)
        groups.begin_probe()
        with pytest.raises(ValueError, match="one at a time"):
            groups.begin_probe()
        groups.end_probe()
        groups.end_probe()

        assert groups.begin_probe() == (0,)


class TestAPathThatFails:
    def test_is_chosen_no_more(self) -> None:
        """Its count and the event count grow."""
        groups = of(3)
        fail(groups, 1)

        assert served(groups, 4) == [0, 2, 0, 2]
        assert (groups.path_active(1), groups.fail_count(1), groups.events, groups.valid_paths) == (False, 1, 1, 2)

    def test_fails_once(self) -> None:
        """A second failure is none, and no event."""
        groups = of(2)
        fail(groups, 0)

        assert not groups.fail_path(0)
        assert (groups.fail_count(0), groups.events, groups.valid_paths) == (1, 1, 1)

    def test_keeps_its_count_when_it_comes_back(self) -> None:
        """Which is an event too, if it was away."""
        groups = of(2)
        fail(groups, 0)

        assert (groups.reinstate_path(0), groups.reinstate_path(0)) == (True, False)
        assert (groups.fail_count(0), groups.path_active(0), groups.events, groups.valid_paths) == (1, True, 2, 2)

    def test_comes_back_where_its_selector_puts_it(self) -> None:
        """Round-robin: it is next."""
        groups = of(3)
        served(groups)
        fail(groups, 0)
        groups.reinstate_path(0)

        assert served(groups, 3) == [0, 1, 2]

    def test_ends_its_ios_as_others_do(self) -> None:
        """The selector counts them out after the failure too."""
        groups = PriorityGroups([QueueLength(2)])
        assert served(groups, 2) == [0, 1]
        fail(groups, 0)
        assert groups.after_failure() == AGAIN
        groups.end(0, SIZE)

        assert (groups.selectors[0].status(), groups.in_flight(0), groups.in_flight(1)) == (((0,), (1,)), 0, 1)

    def test_is_one_of_two_where_a_device_stands_twice(self) -> None:
        """Who fails a device fails each of its paths; one fails here without the other."""
        groups = of(1, 1)
        fail(groups, 0)

        assert [groups.path_active(path) for path in range(2)] == [True, False][::-1]


class TestAnIo:
    def test_is_started_on_the_path_that_serves_it(self) -> None:
        """With its size; and ended there."""
        groups = PriorityGroups([ServiceTime([1, 1]), ServiceTime([1])])
        assert (groups.map(4096), groups.map(512)) == (0, 1)
        assert groups.selectors[0].status() == ((4096, 1), (512, 1))

        groups.end(0, 4096)
        groups.end(1, 512)

        assert groups.selectors[0].status() == ((0, 1), (0, 1))

    def test_is_counted_by_the_selector_of_its_own_group(self) -> None:
        """Also after the map has gone over to another group."""
        groups = PriorityGroups([QueueLength(1), QueueLength(1)])
        served(groups)
        groups.switch_group(2)
        served(groups)
        assert [selector.status() for selector in groups.selectors] == [((1,),), ((1,),)]

        groups.end(0, SIZE)

        assert [selector.status() for selector in groups.selectors] == [((0,),), ((1,),)]

    def test_that_is_an_ioctl_is_chosen_for_but_not_started(self) -> None:
        """The choice moves the selector on all the same."""
        groups = PriorityGroups([QueueLength(2)])

        assert (groups.choose(), groups.choose(), groups.choose()) == (0, 1, 0)
        assert (groups.selectors[0].status(), groups.queue_io) == (((0,), (0,)), False)

    def test_is_chosen_for_by_time_and_cpu(self) -> None:
        """Both go on to the selector."""
        groups = PriorityGroups([IoAffinity([0b01, 0b10])])

        assert (groups.map(SIZE, 0, 1), groups.map(SIZE, cpu=0), groups.choose(cpu=1)) == (1, 0, 1)

    def test_that_was_held_and_fails_is_ended_twice_in_a_map_of_bios(self) -> None:
        """The kernel's own counters fall below zero then."""
        groups = PriorityGroups([ServiceTime([1])], queue_if_no_path=True)
        served(groups)
        fail(groups, 0)
        groups.end(0, SIZE)
        groups.queue_if_no_path = False
        assert groups.map(SIZE) == FAIL

        groups.end_held(0, SIZE)

        assert groups.selectors[0].status() == ((-SIZE, 1),)
        with pytest.raises(ValueError, match="takes requests"):
            of(1, bio_based=False).end_held(0, SIZE)


class TestNoPath:
    @pytest.fixture
    def groups(self) -> PriorityGroups:
        """Give a map without a usable path."""
        groups = of(1, 1)
        served(groups)
        fail(groups, 0, 1)
        return groups

    def test_is_an_error_for_an_io(self, groups: PriorityGroups) -> None:
        """And for one whose path has just failed, without a choice: the current group is still printed."""
        assert (groups.after_failure(), states(groups)) == (FAIL, "AE")
        assert (groups.map(SIZE), groups.choose()) == (FAIL, FAIL)

    def test_makes_an_io_wait_where_the_map_queues(self, groups: PriorityGroups) -> None:
        """It is mapped again until a path is back, or queueing is over."""
        groups.queue_if_no_path = True
        assert (groups.after_failure(), groups.map(SIZE), groups.choose()) == (AGAIN, QUEUE, QUEUE)

        groups.reinstate_path(1)

        assert (served(groups), states(groups)) == ([1], "EA")

    def test_raises_no_event_by_messages_about_queueing(self, groups: PriorityGroups) -> None:
        """They change the table that is printed, and nothing else."""
        groups.queue_if_no_path = True
        groups.queue_if_no_path = False

        assert groups.events == 2


class TestASuspend:
    @pytest.mark.parametrize(
        ("bio_based", "noflush", "answer"),
        [(True, True, PUSH_BACK), (True, False, FAIL), (False, True, QUEUE), (False, False, FAIL)],
    )
    def test_decides_over_what_waits_for_a_path(self, bio_based: bool, noflush: bool, answer: int) -> None:
        """Without a flush it comes back later; with one it is lost, queueing or not."""
        groups = of(1, queue_if_no_path=True, bio_based=bio_based)
        fail(groups, 0)

        groups.presuspend(noflush=noflush)

        assert groups.map(SIZE) == answer
        assert groups.queue_if_no_path == (answer == QUEUE)
        assert groups.after_failure() == {QUEUE: AGAIN}.get(answer, answer)

    @pytest.mark.parametrize("queueing", [True, False])
    @pytest.mark.parametrize("times", [1, 2])
    def test_puts_queueing_by_until_the_resume(self, queueing: bool, times: int) -> None:
        """A second suspend in a row does not put by what the first one left."""
        groups = of(1, queue_if_no_path=queueing)
        for _ in range(times):
            groups.presuspend(noflush=False)
            assert groups.postsuspend()
        assert not groups.queue_if_no_path

        groups.resume()

        assert groups.queue_if_no_path == queueing

    def test_forgets_it_when_queueing_is_ended_meanwhile(self) -> None:
        """As the timeout does, while messages are refused."""
        groups = of(1, queue_if_no_path=True)
        groups.presuspend(noflush=False)
        groups.queue_if_no_path = False
        groups.resume()

        assert not groups.queue_if_no_path

    @pytest.mark.parametrize("end", ["presuspend_undo", "postsuspend", "resume"])
    def test_pushes_nothing_back_once_it_has_ended(self, end: str) -> None:
        """However it ended; queueing comes back with a resume only."""
        groups = of(1, queue_if_no_path=True)
        fail(groups, 0)
        groups.presuspend(noflush=True)
        getattr(groups, end)()

        assert groups.map(SIZE) == (QUEUE if end == "resume" else FAIL)


class TestAGroupThatMustBeInitialised:
    @pytest.fixture
    def groups(self) -> PriorityGroups:
        """Give a map with a handler, whose first group is being initialised for its first I/O."""
        groups = of(2, 1, handler=True, pg_init_retries=1)
        assert groups.map(SIZE) == INIT
        return groups

    def test_activates_each_of_its_paths_that_is_in_use(self) -> None:
        """Each is handed out once."""
        groups = of(3, 1, handler=True)
        fail(groups, 1)
        assert (groups.pg_init_paths(), groups.map(SIZE)) == ((), INIT)

        assert (groups.pg_init_in_progress, groups.pg_init_paths(), groups.pg_init_paths()) == (2, (0, 2), ())
        assert (groups.pg_init_in_progress, groups.pg_init_count) == (2, 1)

    def test_holds_io_until_the_last_activation_has_ended(self, groups: PriorityGroups) -> None:
        """Further I/O begins nothing, and asks no selector; an ioctl waits too."""
        assert groups.pg_init_paths() == (0, 1)
        assert (groups.map(SIZE), groups.choose(), groups.pg_init_count, groups.queue_io) == (INIT, INIT, 1, True)
        assert (groups.pg_init_done(0, DH_OK), groups.map(SIZE)) == (False, INIT)

        assert (groups.pg_init_done(1, DH_OK), groups.queue_io, groups.pg_init_in_progress) == (True, False, 0)
        assert served(groups, 2) == [1, 0]

    def test_is_begun_by_an_ioctl_too(self) -> None:
        """Which is asked again as an I/O is."""
        groups = of(1, handler=True)

        assert (groups.choose(), groups.pg_init_paths(), groups.pg_init_done(0, DH_OK), groups.choose()) == (
            INIT, (0,), True, 0,
        )  # fmt: skip

    def test_is_initialised_again_each_time_it_comes_into_use(self, groups: PriorityGroups) -> None:
        """And the count begins anew."""
        self.finish(groups)
        groups.switch_group(2)
        assert groups.map(SIZE) == INIT
        self.finish(groups)
        groups.switch_group(1)

        assert (groups.map(SIZE), groups.pg_init_paths(), groups.pg_init_count) == (INIT, (0, 1), 1)

    def finish(self, groups: PriorityGroups, result: int = DH_OK) -> None:
        """End all activations alike."""
        for path in groups.pg_init_paths():
            groups.pg_init_done(path, result)

    @pytest.mark.parametrize("result", [DH_IMM_RETRY, DH_RES_TEMP_UNAVAIL])
    def test_is_tried_again_when_the_handler_asks_for_it(self, groups: PriorityGroups, result: int) -> None:
        """All of its paths, once the last one has ended."""
        groups.pg_init_paths()
        assert not groups.pg_init_done(0, result)
        assert groups.pg_init_paths() == ()
        assert not groups.pg_init_done(1, DH_OK)

        assert (groups.pg_init_paths(), groups.pg_init_count, groups.pg_init_delayed) == ((0, 1), 2, False)

    def test_is_tried_again_after_a_pause_when_the_handler_asks_for_one(self, groups: PriorityGroups) -> None:
        """The answer of the last activation decides; the paths are handed out to who asks for the delayed ones."""
        groups.pg_init_paths()
        groups.pg_init_done(0, DH_IMM_RETRY)
        groups.pg_init_done(1, DH_RETRY)

        assert (groups.pg_init_paths(), groups.pg_init_delayed) == ((), True)
        assert (groups.pg_init_paths(delayed=True), groups.pg_init_delayed) == ((0, 1), False)

    def test_loses_the_paths_that_ask_too_often(self, groups: PriorityGroups) -> None:
        """One repetition was allowed: both fail, the last path of all is chosen, and must be initialised too."""
        self.finish(groups, DH_IMM_RETRY)
        self.finish(groups, DH_IMM_RETRY)

        assert [groups.path_active(path) for path in range(3)] == [False, False, True]
        assert (groups.map(SIZE), groups.pg_init_paths(), groups.pg_init_count) == (INIT, (2,), 1)

    @pytest.mark.parametrize("result", [DH_DEV_OFFLINED, DH_NOSYS, 1, 5, 99])
    def test_loses_the_path_that_cannot_be_activated(self, groups: PriorityGroups, result: int) -> None:
        """Any other answer fails it."""
        groups.pg_init_paths()
        groups.pg_init_done(0, result)

        assert (groups.path_active(0), groups.events) == (False, 1)
        assert (groups.pg_init_done(1, DH_OK), served(groups, 2)) == (True, [1, 1])

    def test_is_bypassed_while_it_is_busy(self, groups: PriorityGroups) -> None:
        """No path fails; others take over, and an event is raised."""
        self.finish(groups, DH_DEV_TEMP_BUSY)

        assert (states(groups), groups.valid_paths, groups.events) == ("DE", 3, 2)
        assert (groups.map(SIZE), groups.pg_init_paths(), states(groups)) == (INIT, (2,), "DA")

    def test_is_not_bypassed_any_more_once_it_is_initialised(self) -> None:
        """A bypassed group that had to serve, and could, is as any other; it takes its time for that."""
        groups = of(1, handler=True)
        groups.map(SIZE)
        self.finish(groups)
        groups.bypass_group(1, bypass=True)
        assert (groups.map(SIZE), groups.pg_init_paths(), states(groups)) == (INIT, (), "D")

        assert groups.pg_init_paths(delayed=True) == (0,)
        groups.pg_init_done(0, DH_OK)

        assert (states(groups), served(groups)) == ("A", [0])

    def test_stays_bypassed_while_a_repetition_is_due(self) -> None:
        """One path asked for it, and the other one's success does not count yet."""
        groups = of(2, handler=True, pg_init_retries=1)
        groups.bypass_group(1, bypass=True)
        assert (groups.map(SIZE), groups.pg_init_paths()) == (INIT, (0, 1))

        assert not groups.pg_init_done(0, DH_IMM_RETRY)
        assert (groups.pg_init_done(1, DH_OK), states(groups)) == (False, "D")

        assert groups.pg_init_paths() == (0, 1)
        assert (groups.pg_init_done(0, DH_OK), states(groups)) == (False, "A")

    def test_ends_a_path_that_failed_before_its_turn(self, groups: PriorityGroups) -> None:
        """It is handed out all the same; whoever activates it finds it offline, and the last one ends the waiting."""
        groups.pg_init_paths()
        fail(groups, 0, 1)
        assert (groups.path_active(0), groups.pg_init_done(0, DH_DEV_OFFLINED)) == (False, False)
        assert groups.pg_init_done(1, DH_DEV_OFFLINED)

        assert (groups.queue_io, groups.fail_count(0), groups.map(SIZE), groups.pg_init_paths()) == (
            False, 1, INIT, (2,),
        )  # fmt: skip

    def test_activates_a_path_that_comes_back_alone(self, groups: PriorityGroups) -> None:
        """If its group is the current one; I/O goes on meanwhile."""
        self.finish(groups)
        fail(groups, 0, 2)
        groups.reinstate_path(0)
        groups.reinstate_path(2)

        assert (groups.pg_init_paths(), groups.pg_init_count, groups.queue_io) == ((0,), 1, False)
        assert served(groups) == [0]

    def test_is_finished_before_a_suspend_is_complete(self, groups: PriorityGroups) -> None:
        """What asks to be tried again fails then."""
        groups.pg_init_paths()
        groups.presuspend(noflush=True)
        assert not groups.postsuspend()
        assert (groups.pg_init_done(0, DH_RETRY), groups.pg_init_done(1, DH_OK)) == (False, True)

        assert (groups.postsuspend(), groups.path_active(0)) == (True, False)

    def test_is_ended_by_an_answer_that_says_there_is_no_handler(self) -> None:
        """On a map without one that is no error; nothing is ever due there."""
        groups = of(1)
        served(groups)

        assert (groups.pg_init_paths(), groups.pg_init_count) == ((), 0)
