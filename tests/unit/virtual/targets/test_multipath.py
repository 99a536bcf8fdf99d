"""What a multipath target does with I/O, with messages, and through a suspend."""

import errno

import pytest

from multipath._native.group import DH_DEV_OFFLINED, DH_OK
from multipath.virtual.bio import Bio, BlockStatus

from .rig import HandledHandPath, HandPath, Rig, io

TWO = "0 0 1 1 round-robin 0 2 1 8:0 1 8:16 1"
TWO_GROUPS = "0 0 2 1 round-robin 0 1 1 8:0 1 round-robin 0 1 1 8:16 1"
QUEUES = "1 queue_if_no_path 0 1 1 round-robin 0 2 1 8:0 1 8:16 1"
BIO = "2 queue_mode bio 0 1 1 round-robin 0 2 1 8:0 1 8:16 1"
BIO_QUEUES = "3 queue_if_no_path queue_mode bio 0 1 1 round-robin 0 2 1 8:0 1 8:16 1"
ALUA = "0 1 alua 2 1 round-robin 0 1 1 8:0 1 round-robin 0 1 1 8:16 1"


def broken(rig: Rig, *numbers: str, answer: BlockStatus = BlockStatus.TRANSPORT) -> None:
    """Let paths answer every I/O with an error."""
    for number in numbers or rig.paths:
        rig.paths[number].answer = answer


class TestAnIO:
    def test_takes_the_path_that_the_selector_chooses(self) -> None:
        """Round-robin: one after the other."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)

        assert [io(target).status for _ in range(4)] == [BlockStatus.OK] * 4
        assert [path.seen for path in rig.paths.values()] == [2, 2]

    @pytest.mark.parametrize("status", [status for status in BlockStatus if status.is_path_error])
    def test_that_meets_a_path_error_takes_another_path(self, status: BlockStatus) -> None:
        """The path has failed, an event says so, and the caller sees nothing of it."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)
        broken(rig, "8:0", answer=status)

        bio = io(target)
        rig.clock.advance(1)  # a lack of resources is given some time

        assert bio.status is BlockStatus.OK
        assert target.status(flush=False) == "2 0 0 0 1 1 A 0 2 0 8:0 F 1 8:16 A 0 "
        assert rig.events == 1

    @pytest.mark.parametrize(
        "status", [status for status in BlockStatus if not status.is_path_error and status is not BlockStatus.OK]
    )
    def test_that_the_unit_refuses_ends_so(self, status: BlockStatus) -> None:
        """No other path would do better."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)
        broken(rig, answer=status)

        assert io(target).status is status
        assert rig.events == 0

    @pytest.mark.parametrize(("table", "status"), [(TWO, BlockStatus.TRANSPORT), (BIO, BlockStatus.IOERR)])
    def test_that_met_nothing_but_bad_paths_fails(self, table: str, status: BlockStatus) -> None:
        """With the last path's own error, or, where the map takes bios, without it."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(table)
        broken(rig)

        assert io(target).status is status
        assert io(target).status is BlockStatus.IOERR
        assert rig.events == 2

    def test_goes_through_a_thousand_bad_paths(self) -> None:
        """And needs no deep stack."""
        numbers = [f"8:{minor}" for minor in range(1024)]
        rig = Rig.of(*numbers)
        paths = " ".join(f"{number} 1" for number in numbers)
        target = rig.target(f"0 0 1 1 round-robin 0 {len(numbers)} 1 {paths}")
        broken(rig, *numbers[:-1])

        assert io(target).status is BlockStatus.OK

    def test_whose_path_answers_late_is_sent_again_by_who_brings_the_answer(self) -> None:
        """Not by a thread of the target's own."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)
        rig.paths["8:0"].answer = None
        bio = io(target)

        rig.paths["8:0"].kept[0].end(BlockStatus.TRANSPORT)

        assert (bio.status, rig.paths["8:16"].seen) == (BlockStatus.OK, 1)

    def test_on_a_silent_path_is_sent_nowhere_else(self) -> None:
        """Until the path itself gives it back, it may still be executed there."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)
        rig.paths["8:0"].answer = None
        bio = io(target, "write")

        target.message(["fail_path", "8:0"])

        assert bio.status is None
        assert rig.paths["8:16"].seen == 0

    def test_without_any_path_in_the_table_fails(self) -> None:
        """Or waits where the map queues."""
        assert io(Rig.of().target("0 0 0 0")).status is BlockStatus.IOERR
        assert io(Rig.of().target("1 queue_if_no_path 0 0 0")).status is None


class TestAMapThatQueues:
    @pytest.mark.parametrize("table", [QUEUES, BIO_QUEUES])
    def test_holds_io_until_a_path_returns(self, table: str) -> None:
        """In the order in which it came."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(table)
        broken(rig)
        bios = [io(target) for _ in range(3)]
        assert [bio.status for bio in bios] == [None] * 3
        rig.paths["8:16"].answer = BlockStatus.OK

        target.message(["reinstate_path", "8:16"])

        assert [bio.status for bio in bios] == [BlockStatus.OK] * 3

    @pytest.mark.parametrize("table", [QUEUES, BIO_QUEUES])
    def test_fails_it_when_told_to(self, table: str) -> None:
        """And queues no more; that raises no event."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(table)
        broken(rig)
        bio = io(target)
        events = rig.events

        target.message(["fail_if_no_path"])

        assert (bio.status, io(target).status) == (BlockStatus.IOERR, BlockStatus.IOERR)
        assert rig.events == events
        assert "queue_if_no_path" not in target.table()

    @pytest.mark.parametrize(
        ("features", "left"), [("1 queue_if_no_path", 0), ("3 queue_if_no_path queue_mode bio", -4096)]
    )
    def test_counts_an_io_out_twice_that_came_back_and_fails_after_all(self, features: str, left: int) -> None:
        """Where it takes bios, as the kernel does; one that never had a path is counted nowhere."""
        rig = Rig.of("8:0")
        target = rig.target(f"{features} 0 1 1 service-time 0 1 2 8:0 1 1")
        broken(rig)
        bios = [io(target), io(target)]
        assert [bio.status for bio in bios] == [None, None]

        target.message(["fail_if_no_path"])

        assert [bio.status for bio in bios] == [BlockStatus.IOERR] * 2
        assert target.status(flush=False).endswith(f" 8:0 F 1 {left} 1 ")

    def test_counts_an_io_out_twice_that_a_suspend_pushes_back(self) -> None:
        """It is new to the map when it comes again."""
        rig = Rig.of("8:0")
        target = rig.target("3 queue_if_no_path queue_mode bio 0 1 1 service-time 0 1 2 8:0 1 1")
        broken(rig)
        bio = io(target)

        target.presuspend(noflush=True)

        assert rig.pushed == [bio]
        assert target.status(flush=False).endswith(" 8:0 F 1 -4096 1 ")

    def test_holds_a_path_that_comes_back_and_fails_again(self) -> None:
        """The I/O waits on."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(QUEUES)
        broken(rig)
        bio = io(target)

        target.message(["reinstate_path", "8:16"])

        assert bio.status is None
        assert rig.events == 4

    @pytest.mark.parametrize("table", [QUEUES, BIO_QUEUES])
    def test_fails_what_it_holds_in_a_suspend_that_flushes(self, table: str) -> None:
        """Queueing is put by for the suspend, and back afterwards."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(table)
        broken(rig)
        bio = io(target)

        target.presuspend(noflush=False)

        assert bio.status is BlockStatus.IOERR
        target.postsuspend()
        target.resume()
        assert io(target).status is None

    @pytest.mark.parametrize("table", [QUEUES, BIO_QUEUES])
    def test_gives_what_it_holds_back_in_a_suspend_that_does_not(self, table: str) -> None:
        """So does what fails while the suspend is under way."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(table)
        rig.paths["8:0"].answer = None
        late = io(target)
        rig.paths["8:16"].answer = BlockStatus.OFFLINE
        rig.paths["8:0"].answer = BlockStatus.OFFLINE
        held = io(target)

        target.presuspend(noflush=True)
        rig.paths["8:0"].kept[0].end(BlockStatus.TRANSPORT)

        assert rig.pushed == [held, late]
        assert held.status is late.status is None


class TestAMapThatQueuesForALimitedTime:
    @pytest.fixture
    def rig(self) -> Rig:
        """Half a minute, by the parameter of the module."""
        rig = Rig.of("8:0", "8:16")
        rig.timeout = 30
        return rig

    def test_fails_what_it_holds_when_the_time_is_over(self, rig: Rig) -> None:
        """And queues no more, also when a path has come and gone."""
        target = rig.target(QUEUES)
        broken(rig)
        bio = io(target)
        rig.clock.advance(29)
        assert target._failover.held == 1

        rig.clock.advance(1)

        assert (bio.status, io(target).status) == (BlockStatus.IOERR, BlockStatus.IOERR)
        assert target.table().startswith("0 0 ")

    @pytest.mark.parametrize("words", [["reinstate_path", "8:16"], ["fail_if_no_path"]])
    def test_forgets_the_time_when_there_is_no_need(self, rig: Rig, words: list[str]) -> None:
        """It begins anew with the next loss of the last path."""
        target = rig.target(QUEUES)
        broken(rig)
        bio = io(target)
        rig.clock.advance(29)
        rig.paths["8:16"].answer = BlockStatus.OK
        target.message(words)
        target.message(["queue_if_no_path"])
        assert bio.status is not None
        broken(rig)
        last = io(target)

        rig.clock.advance(29)
        assert last.status is None
        rig.clock.advance(1)

        assert last.status is BlockStatus.IOERR

    def test_begins_with_the_message(self, rig: Rig) -> None:
        """And anew with each."""
        target = rig.target(TWO)
        broken(rig)
        io(target)
        for _ in range(3):
            target.message(["queue_if_no_path"])
            bio = io(target)
            rig.clock.advance(29)
            assert bio.status is None

        rig.clock.advance(1)

        assert bio.status is BlockStatus.IOERR

    def test_begins_with_a_table_without_paths(self, rig: Rig) -> None:
        """The load counts too."""
        bio = io(rig.target("1 queue_if_no_path 0 0 0"))

        rig.clock.advance(30)

        assert bio.status is BlockStatus.IOERR


class TestWhatHappensAtOnce:
    @pytest.mark.parametrize("verb", ["reinstate_path", "fail_if_no_path"])
    def test_forgets_no_io_that_is_about_to_be_held(self, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The change came after the I/O found no path, and before it was put with those that wait."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(QUEUES)
        broken(rig)
        io(target)
        rig.paths["8:16"].answer = BlockStatus.OK
        failover = target._failover
        look = failover._map
        looks: list[int] = []

        def look_and_change(nbytes: int, now: int) -> int:
            found = look(nbytes, now)
            looks.append(found)
            if len(looks) == 1:
                target.message([verb] if verb == "fail_if_no_path" else [verb, "8:16"])
            return found

        monkeypatch.setattr(failover, "_map", look_and_change)

        assert io(target).status is not None

    def test_may_come_out_of_a_path_or_of_an_end(self) -> None:
        """No lock is held while a bio is sent or ended: both may use the map."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(QUEUES)
        ends: list[Bio] = []

        class Busy(HandPath):
            def submit(self, bio: Bio) -> None:
                """Fail and reinstate itself, and then answer."""
                target.message(["fail_path", "8:0"])
                target.message(["fail_if_no_path"])
                target.message(["reinstate_path", "8:0"])
                super().submit(bio)

        def ended(bio: Bio) -> None:
            ends.append(bio)
            target.message(["switch_group", "1"])
            target.status(flush=False)
            if len(ends) < 3:
                target.map(Bio("read", 0, memoryview(bytearray(512)), ended))

        rig.paths["8:0"] = Busy("8:0")
        target = rig.target(QUEUES)
        target.map(Bio("read", 0, memoryview(bytearray(512)), ended))

        assert [bio.status for bio in ends] == [BlockStatus.OK] * 3


class TestAMessage:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["nonsense"], errno.EINVAL),
            (["fail_path"], errno.EINVAL),
            (["queue_if_no_path", "now"], errno.EINVAL),
            (["fail_path", "8:0", "8:16"], errno.EINVAL),
            (["fail_path", "8:160"], errno.EINVAL),
            (["fail_path", "/dev/none"], errno.ENOENT),
            (["switch_group", "0"], errno.EINVAL),
            (["switch_group", "3"], errno.EINVAL),
            (["switch_group", "+1"], errno.EINVAL),
            (["enable_group", "1a"], errno.EINVAL),
        ],
    )
    def test_that_means_nothing_is_refused(self, words: list[str], code: int) -> None:
        """And changes nothing."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO_GROUPS)

        with pytest.raises(OSError, match=r"\[Errno") as refused:
            target.message(words)

        assert (refused.value.errno, rig.events) == (code, 0)

    @pytest.mark.parametrize(("kernel", "code"), [("6.1", errno.ENXIO), ("6.12", errno.EINVAL), ("7.2", errno.EINVAL)])
    def test_about_a_device_that_is_not_there_is_refused_as_each_kernel_does(self, kernel: str, code: int) -> None:
        """The oldest opens the device before it looks among the paths."""
        target = Rig.of("8:0", "8:16", kernel=kernel).target("0 0 1 1 round-robin 0 1 1 8:0 1")

        for number, expected in (("8:160", code), ("8:16", errno.EINVAL)):
            with pytest.raises(OSError, match=r"\[Errno") as refused:
                target.message(["fail_path", number])
            assert refused.value.errno == expected

    def test_to_a_suspended_map_is_refused(self) -> None:
        """A path cannot be reinstated before the resume."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)
        rig.suspended = True

        with pytest.raises(OSError, match="busy"):
            target.message(["reinstate_path", "8:0"])

    def test_may_be_written_in_capitals(self) -> None:
        """As the kernel compares words."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)

        target.message(["FAIL_Path", "8:0"])

        assert "8:0 F 1" in target.status(flush=False)

    def test_about_a_path_that_stands_twice_changes_both(self) -> None:
        """In whichever group."""
        rig = Rig.of("8:0")
        target = rig.target("0 0 2 1 round-robin 0 1 1 8:0 1 round-robin 0 1 1 8:0 1")

        target.message(["fail_path", "8:0"])

        assert target.status(flush=False).count("8:0 F 1") == 2

    @pytest.mark.parametrize(
        ("words", "events"),
        [
            (["fail_path", "8:0"], 1),
            (["reinstate_path", "8:0"], 0),
            (["switch_group", "1"], 1),
            (["disable_group", "2"], 1),
            (["enable_group", "2"], 1),
            (["queue_if_no_path"], 0),
        ],
    )
    def test_raises_an_event_as_the_kernel_does(self, words: list[str], events: int) -> None:
        """A path that does not change raises none; a group does in any case."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO_GROUPS)

        target.message(words)

        assert rig.events == events

    def test_prefers_a_group(self) -> None:
        """From the next I/O on."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO_GROUPS)

        target.message(["switch_group", "2"])
        io(target)

        assert target.status(flush=False) == "2 0 0 0 2 2 E 0 1 0 8:0 A 0 A 0 1 0 8:16 A 0 "


class TestAGroupWithADeviceHandler:
    @pytest.fixture
    def rig(self) -> Rig:
        """Two paths that an ALUA handler looks after."""
        return Rig(paths={number: HandledHandPath(number) for number in ("8:0", "8:16")})

    @staticmethod
    def path(rig: Rig, number: str) -> HandledHandPath:
        """Return a path."""
        path = rig.paths[number]
        assert isinstance(path, HandledHandPath)
        return path

    def test_takes_no_io_before_it_is_activated(self, rig: Rig) -> None:
        """It waits, and the status says so."""
        target = rig.target(ALUA)
        bio = io(target)
        assert bio.status is None
        assert target.status(flush=False).startswith("2 1 1 0 2 1 A")

        self.path(rig, "8:0").done.pop()(DH_OK)  # type: ignore[operator]

        assert bio.status is BlockStatus.OK
        assert target.status(flush=False).startswith("2 0 1 0 2 1 A")

    def test_whose_activation_fails_gives_way_to_the_next(self, rig: Rig) -> None:
        """Its path has failed."""
        target = rig.target(ALUA)
        self.path(rig, "8:0").result = DH_DEV_OFFLINED
        self.path(rig, "8:16").result = DH_OK

        assert io(target).status is BlockStatus.OK
        assert target.status(flush=False) == "2 0 1 0 2 2 E 0 1 0 8:0 F 1 A 0 1 0 8:16 A 0 "

    def test_without_handlers_in_the_kernel_is_activated_as_if_done(self) -> None:
        """The count grows all the same."""
        target = Rig.of("8:0", "8:16").target(ALUA)

        assert io(target).status is BlockStatus.OK
        assert target.status(flush=False).startswith("2 0 1 0 2 1 A")

    def test_of_a_map_that_takes_bios_has_none(self, rig: Rig) -> None:
        """The words are skipped."""
        target = rig.target("2 queue_mode bio 1 alua 1 1 round-robin 0 1 1 8:0 1")

        assert target.table() == "2 queue_mode bio 0 1 1 round-robin 0 1 1 8:0 1 "

    def test_keeps_the_handler_that_its_paths_have(self, rig: Rig) -> None:
        """Whatever the table names."""
        target = rig.target("1 retain_attached_hw_handler 1 rdac 1 1 round-robin 0 1 1 8:0 1")

        assert " 1 alua 1 1 " in target.table()

    def test_makes_a_suspend_wait(self, rig: Rig) -> None:
        """Until the last activation has ended."""
        target = rig.target(ALUA)
        io(target)
        rig.clock.call_later(5, lambda: self.path(rig, "8:0").done.pop()(DH_OK))  # type: ignore[operator]
        begin = rig.clock.monotonic_ns()

        target.presuspend(noflush=True)
        target.postsuspend()

        assert rig.clock.monotonic_ns() - begin == 5_000_000_000
        assert len(rig.pushed) == 1


class TestAProbe:
    def test_fails_the_paths_that_do_not_answer(self) -> None:
        """Of the current group alone."""
        rig = Rig.of("8:0", "8:16", "8:32")
        target = rig.target("0 0 2 1 round-robin 0 2 1 8:0 1 8:16 1 round-robin 0 1 1 8:32 1")
        io(target)
        broken(rig, "8:16", "8:32")

        target.probe_paths()

        assert target.status(flush=False).endswith("8:0 A 0 8:16 F 1 E 0 1 0 8:32 A 0 ")
        assert rig.events == 1

    def test_says_when_no_path_is_left(self) -> None:
        """ENOTCONN."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)
        io(target)
        broken(rig)

        with pytest.raises(OSError, match=r"\[Errno") as error:
            target.probe_paths()

        assert error.value.errno == errno.ENOTCONN

    def test_of_a_suspended_map_is_refused(self) -> None:
        """EAGAIN."""
        rig = Rig.of("8:0", "8:16")
        target = rig.target(TWO)
        rig.suspended = True

        with pytest.raises(BlockingIOError):
            target.probe_paths()
