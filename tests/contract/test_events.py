"""Event numbers, and those who wait for them."""

from collections.abc import Callable, Iterator

import pytest

from multipath import Control, errors
from multipath._native import codec

from .world import World, answer, make, multipath


class Watched:
    """A device's event number and a poller, looked at together."""

    def __init__(self, world: World) -> None:
        self._dm, self._patience = world.control, world.patience
        self.poller = world.control.sibling()

    def after(self, act: Callable[[], object], name: str = "subject") -> tuple[int, bool]:
        """Return by how much the number grew, and whether the poller woke."""
        before = self._dm.info(name).event_nr
        self.poller.arm_poll()
        act()
        # An event of a target comes from a worker: a message that causes one is followed by it.
        woke = self.poller.poll(0) or self.poller.poll(self._patience)
        left = [entry for entry in self._dm.devices() if entry.name.startswith(name)]
        return ((left[0].event_nr or 0) - before if left else 0), woke


@pytest.fixture
def watched(world: World) -> Iterator[Watched]:
    """Watch."""
    watched = Watched(world)
    yield watched
    watched.poller.close()


@pytest.fixture
def live(world: World, paths: tuple[str, ...]) -> Control:
    """Give a device with a live table of two groups with one path each."""
    first, second, *_ = paths
    make(world, "subject", *multipath(f"0 0 2 1 service-time 0 1 0 {first} service-time 0 1 0 {second}"))
    return world.control


class TestEvents:
    def test_are_not_caused_by_load_clear_and_suspend(self, live: Control, watched: Watched) -> None:
        """Nor by a resume that has nothing to do, or only lets I/O flow again."""
        assert watched.after(lambda: live.load("subject", multipath("0 0 0 0"))) == (0, False)
        assert watched.after(lambda: live.clear("subject")) == (0, False)
        assert watched.after(lambda: live.resume("subject")) == (0, False)
        assert watched.after(lambda: live.suspend("subject")) == (0, False)
        assert watched.after(lambda: live.resume("subject")) == (0, False)

    def test_of_a_swap_wake_a_poller_alone(self, live: Control, watched: Watched, paths: tuple[str, ...]) -> None:
        """A reload does not count as an event of the device: a watch must compare the tables."""
        live.load("subject", multipath(f"0 0 1 1 service-time 0 1 0 {paths[2]}"))

        assert watched.after(lambda: live.resume("subject")) == (0, True)

    def test_of_a_creation_and_a_removal_wake_a_poller(self, live: Control, watched: Watched) -> None:
        """They are no events of another device."""
        assert watched.after(lambda: live.create("other")) == (0, True)
        assert watched.after(lambda: live.remove("other")) == (0, True)

    def test_of_a_removal_of_all_wake_a_poller(self, live: Control, watched: Watched) -> None:
        """Even where there is nothing to remove."""
        live.remove("subject")
        live.create("other")

        assert watched.after(live.remove_all, "other") == (0, True)

    def test_of_a_deferred_removal_wake_a_poller(self, world: World, live: Control, watched: Watched) -> None:
        """When it is asked for, and when it happens."""
        with world.open("subject"):
            assert watched.after(lambda: live.remove("subject", deferred=True)) == (0, True)
            watched.poller.arm_poll()
        assert watched.poller.poll(10)

    def test_of_a_rename_count(self, live: Control, watched: Watched) -> None:
        """As does a uuid that is set; but a device without a table has none to count."""
        live.create("empty")

        assert watched.after(lambda: live.set_uuid("subject", "mpath-subject")) == (1, True)
        assert watched.after(lambda: live.rename("subject", "subject2")) == (1, True)
        assert watched.after(lambda: live.rename("empty", "empty2"), "empty") == (0, True)

    def test_are_not_caused_by_what_is_refused(self, live: Control, watched: Watched) -> None:
        """Neither number nor poller."""

        def rename_to_itself() -> None:
            with pytest.raises(errors.DeviceExists):
                live.rename("subject", "subject")

        assert watched.after(rename_to_itself) == (0, False)

    def test_of_paths_count_when_the_state_changes(
        self, live: Control, watched: Watched, paths: tuple[str, ...]
    ) -> None:
        """A path that has failed already cannot fail."""
        fail, reinstate = f"fail_path {paths[0]}", f"reinstate_path {paths[0]}"

        assert [watched.after(lambda: live.message("subject", fail)) for _ in range(2)] == [(1, True), (0, False)]
        assert [watched.after(lambda: live.message("subject", reinstate)) for _ in range(2)] == [(1, True), (0, False)]

    @pytest.mark.parametrize("message", ["switch_group 2", "disable_group 1", "enable_group 1"])
    def test_of_groups_always_count(self, live: Control, watched: Watched, message: str) -> None:
        """Also when nothing changes."""
        assert [watched.after(lambda: live.message("subject", message)) for _ in range(2)] == [(1, True)] * 2

    @pytest.mark.parametrize("message", ["queue_if_no_path", "fail_if_no_path"])
    def test_of_queueing_do_not_exist(self, live: Control, watched: Watched, message: str) -> None:
        """A watch sees it in the table alone."""
        assert watched.after(lambda: live.message("subject", message)) == (0, False)

    def test_outlive_a_reload_and_not_a_removal(self, live: Control, paths: tuple[str, ...]) -> None:
        """The number belongs to the device, not to its table."""
        live.rename("subject", "other")
        live.load("other", multipath("0 0 0 0"))
        assert live.resume("other").event_nr == 1

        live.remove("other")
        assert live.create("other").event_nr == 0


class TestAPoller:
    def test_is_woken_until_it_arms_again(self, live: Control) -> None:
        """The file is readable after an event and quiet after it was armed again."""
        live.arm_poll()
        assert not live.poll(0)

        live.rename("subject", "renamed")

        assert live.poll(0)
        assert live.poll(0)
        live.arm_poll()
        assert not live.poll(0)

    def test_is_armed_when_it_is_opened(self, live: Control) -> None:
        """What was before does not count, and each has a counter of its own."""
        live.arm_poll()
        live.create("other")

        with live.sibling() as later:
            assert (live.poll(0), later.poll(0)) == (True, False)
            live.create("another")
            assert later.poll(0)

    def test_is_woken_while_it_waits(self, world: World, live: Control) -> None:
        """From another thread."""
        live.arm_poll()
        waiting = world.start(lambda: live.poll(10))
        live.create("other")

        assert waiting.result() is True


class TestAWaiter:
    def test_is_woken_by_the_next_event(self, world: World, live: Control) -> None:
        """DM_DEV_WAIT returns the status of the new event number."""
        before = live.info("subject").event_nr
        waiting = world.start(lambda: live.sibling().wait("subject", before))
        assert waiting.waits(0.05)

        live.set_uuid("subject", "mpath-subject")

        seen = waiting.result()
        assert (seen.info.event_nr, seen[0].type) == (before + 1, "multipath")

    @pytest.mark.parametrize("number", [5, 4294967295])
    def test_of_another_number_does_not_wait(self, live: Control, number: int) -> None:
        """Greater or smaller: any other number is past."""
        assert live.wait("subject", number).info.event_nr == 0

    def test_is_not_woken_by_a_swap(self, world: World, live: Control) -> None:
        """Nor by suspend and resume; by the removal of the device it is."""
        waiting = world.start(lambda: live.sibling().wait("subject", 0))
        live.load("subject", multipath("0 0 0 0"))
        live.resume("subject")
        live.suspend("subject")
        live.resume("subject")
        assert waiting.waits(0.05)

        live.remove("subject")
        assert waiting.result().info.name in ("subject", "")

    def test_that_waits_in_vain_gives_up_in_time(self, live: Control) -> None:
        """A wait with a timeout says what it saw."""
        with pytest.raises(errors.WaitTimeout) as late:
            live.wait("subject", 0, timeout=0.02)

        assert late.value.seen is not None

    def test_needs_a_live_table(self, subject: Control) -> None:
        """Nothing would wake it, and it would hold up the removal: refused."""
        with pytest.raises(errors.TableMissing):
            subject.wait("subject", 0)

    def test_of_no_device_is_refused(self, world: World) -> None:
        """ENXIO."""
        assert answer(world, codec.DEV_WAIT, name=b"ghost") == 6

    def test_may_be_one_of_many(self, world: World, live: Control) -> None:
        """One event wakes them all."""
        waiting = [world.start(lambda: live.sibling().wait("subject", 0)) for _ in range(3)]
        assert all(one.waits(0.02) for one in waiting)

        live.rename("subject", "renamed")

        assert {one.result().info.event_nr for one in waiting} == {1}


class TestASuspendedDevice:
    def test_has_events_all_the_same(self, live: Control, watched: Watched) -> None:
        """A rename counts."""
        live.suspend("subject")

        assert watched.after(lambda: live.rename("subject", "subject2")) == (1, True)
