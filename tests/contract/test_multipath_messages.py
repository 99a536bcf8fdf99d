"""Messages to a multipath map: what is taken, what it changes, what is refused."""

import errno
from functools import partial

import pytest

from multipath import Control, errors
from multipath._native import codec
from multipath._native.control import Unanswered

from .differences import Differences
from .pending import eventually
from .world import World, answer, info_text, line, make, multipath, refused, table_text

TWO = "0 0 2 1 service-time 0 2 0 {0} {1} service-time 0 2 0 {2} {0}"


@pytest.fixture(params=["requests", "bios"])
def live(request: pytest.FixtureRequest, world: World, paths: tuple[str, ...]) -> Control:
    """Give a map of two groups; the first path stands in both."""
    text = TWO.format(*paths)
    make(world, "subject", *multipath(text if request.param == "requests" else f"2 queue_mode bio{text[1:]}"))
    return world.control


def states(world: World) -> str:
    """Return the state of each group and each path, and the current group."""
    words = info_text(world).split()
    return "".join(word for word in words[6:] if word in "AEDF") + words[5]


class TestAPath:
    def test_that_is_failed_and_reinstated_says_so_wherever_it_stands(
        self, world: World, live: Control, paths: tuple[str, ...]
    ) -> None:
        """Both occurrences; the count of failures stays."""
        a, b, c, _ = paths
        live.message("subject", f"fail_path {a}")
        assert info_text(world) == f"2 1 0 0 2 1 E 0 2 2 {a} F 1 0 1 {b} A 0 0 1 E 0 2 2 {c} A 0 0 1 {a} F 1 0 1 "

        live.message("subject", f"reinstate_path {a}")
        assert info_text(world) == f"2 1 0 0 2 1 E 0 2 2 {a} A 1 0 1 {b} A 0 0 1 E 0 2 2 {c} A 0 0 1 {a} A 1 0 1 "

    @pytest.mark.parametrize(
        "text",
        [
            "FAIL_PATH {0}",
            "  fail_path   {0}  ",
            "\tfail_path\t{0}",
            r"fail\_path {0}",
            "fail_path /dev/sda",
            "fail_path 08:00",
        ],
    )
    def test_may_be_written_in_many_ways(self, world: World, live: Control, paths: tuple[str, ...], text: str) -> None:
        """Case, white space and quoting are the kernel's; a name is looked up."""
        live.message("subject", text.format(*paths))

        assert states(world) == "EFAEAF1"

    @pytest.mark.parametrize(
        ("path", "code"),
        [
            ("{3}", "EINVAL"),
            ("4096:0", "EOVERFLOW"),
            ("8:4080", "message_to_missing_number"),
            ("sda", "name_leads_nowhere"),
            ("/dev/null", "name_is_no_disk"),
        ],
    )
    def test_that_is_no_member_is_refused(
        self, world: World, live: Control, kernel: Differences, path: str, code: str
    ) -> None:
        """The map is as it was."""
        fresh = info_text(world)
        expected = getattr(errno, code) if hasattr(errno, code) else getattr(kernel, code)

        for verb in ("fail_path", "reinstate_path"):
            with pytest.raises(errors.MessageRefused) as refusal:
                live.message("subject", f"{verb} {path}".format(*world.paths))
            assert refusal.value.errno == expected
        assert info_text(world) == fresh


class TestAGroup:
    def test_is_current_as_soon_as_it_is_switched_to(self, world: World, live: Control) -> None:
        """In status and table; the hint is printed until it is used."""
        live.message("subject", "switch_group 2")

        assert (info_text(world).split()[5], " 0 2 2 service-time" in table_text(world)) == ("2", True)

    def test_is_bypassed_and_taken_back(self, world: World, live: Control) -> None:
        """D for bypassed, and the table does not tell."""
        before = table_text(world)
        live.message("subject", "disable_group 1")
        assert (states(world), table_text(world)) == ("DAAEAA1", before)

        live.message("subject", "enable_group 1")
        assert states(world) == "EAAEAA1"

    def test_that_is_switched_to_ends_all_bypasses(self, world: World, live: Control) -> None:
        """Of every group."""
        live.message("subject", "disable_group 1")
        live.message("subject", "disable_group 2")
        assert states(world) == "DAADAA1"
        live.message("subject", "switch_group 2")

        assert states(world) == "EAAEAA2"

    @pytest.mark.parametrize("number", ["02", "4294967298", r"\2"])
    def test_is_numbered_by_the_kernels_rules(self, world: World, live: Control, number: str) -> None:
        """Zeros in front, and the lowest 32 bits."""
        live.message("subject", f"switch_group {number}")

        assert states(world) == "EAAEAA2"

    @pytest.mark.parametrize("verb", ["switch_group", "disable_group", "enable_group"])
    @pytest.mark.parametrize("number", ["0", "3", "-1", "+1", "x", "0x1", "1a", "4294967296"])
    def test_that_there_is_not_is_refused(self, world: World, live: Control, verb: str, number: str) -> None:
        """EINVAL."""
        assert refused(lambda: live.message("subject", f"{verb} {number}")) == errno.EINVAL
        assert states(world) == "EAAEAA1"


class TestQueueing:
    @pytest.mark.parametrize("word", ["queue_if_no_path", "QUEUE_IF_NO_PATH"])
    def test_is_turned_on_and_off(self, world: World, live: Control, word: str) -> None:
        """The table tells."""
        before = table_text(world)
        live.message("subject", word)
        assert "queue_if_no_path" in table_text(world)
        live.message("subject", "fail_if_no_path")

        assert table_text(world) == before

    def test_takes_no_argument(self, live: Control) -> None:
        """EINVAL."""
        for text in ("queue_if_no_path 1", "fail_if_no_path x"):
            assert refused(partial(live.message, "subject", text)) == errno.EINVAL


class TestAMessage:
    @pytest.mark.parametrize(
        "text",
        [
            "  ",
            "nonesuch",
            "nonesuch 1",
            "a b c",
            "fail_path",
            "switch_group",
            "switch_group 1 2",
            "@",
            "@x",
            "@ fail_path",
        ],
    )
    def test_without_sense_is_refused(self, world: World, live: Control, text: str) -> None:
        """EINVAL, and nothing changed."""
        fresh = info_text(world), table_text(world)

        assert refused(lambda: live.message("subject", text)) == errno.EINVAL
        assert (info_text(world), table_text(world)) == fresh

    def test_may_name_any_sector_of_the_map(self, live: Control) -> None:
        """Beyond it there is no target: EINVAL."""
        live.message("subject", "switch_group 1", sector=131071)

        for sector in (131072, 1 << 40, (1 << 64) - 1):
            act = partial(live.message, "subject", "switch_group 1", sector=sector)
            assert refused(act) == errno.EINVAL

    def test_while_suspended_is_refused(self, live: Control, paths: tuple[str, ...]) -> None:
        """EBUSY, whatever it is; but one to device-mapper itself is answered."""
        live.suspend("subject")

        for text in (f"fail_path {paths[0]}", "queue_if_no_path", "nonesuch"):
            assert refused(partial(live.message, "subject", text)) == errno.EBUSY
        assert live.message("subject", "@stats_list") == ""

    def test_may_be_secret(self, world: World, live: Control) -> None:
        """It works like any other."""
        live.message("subject", "switch_group 2", secure=True)

        assert states(world) == "EAAEAA2"

    def test_to_no_device_is_refused(self, dm: Control) -> None:
        """There is no map to refuse it: ENXIO."""
        with pytest.raises(errors.DeviceNotFound):
            dm.message("nowhere", "fail_path 8:4080")


class TestAMessageToADeviceWithoutATable:
    @pytest.mark.parametrize("waiting", [False, True], ids=["empty", "inactive table"])
    def test_is_answered_in_one_of_two_ways(
        self, world: World, subject: Control, kernel: Differences, waiting: bool
    ) -> None:
        """A positive result, or EINVAL; the library says `TableMissing` for both."""
        if waiting:
            subject.load("subject", multipath("0 0 0 0"))
        with pytest.raises((Unanswered, OSError)) as caught:
            subject._file.call(
                codec.Request(codec.TARGET_MSG, 2, name=b"subject", payload=codec.pack_message(0, b"queue_if_no_path"))
            )
        with pytest.raises(errors.TableMissing):
            subject.message("subject", "queue_if_no_path")

        error = caught.value
        found = error.result if isinstance(error, Unanswered) else getattr(error, "errno", 0)
        assert (type(error), found) == kernel.message_without_table

    def test_itself_is_answered(self, subject: Control) -> None:
        """The core needs no table."""
        assert subject.message("subject", "@stats_list") == ""
        assert subject.message("subject", "@cancel_deferred_remove") is None


class TestStatistics:
    def test_are_created_listed_and_deleted(self, live: Control) -> None:
        """Regions have numbers, from 0."""
        assert live.message("subject", "@stats_create - 1") == "0"
        assert live.message("subject", "@stats_list") == "0: 0+131072 1 - -\n"
        assert live.message("subject", "@stats_delete 0") is None
        assert live.message("subject", "@stats_list") == ""

    def test_that_are_not_there_are_not_found(self, live: Control) -> None:
        """ENOENT."""
        for text in ("@stats_delete 0", "@stats_delete 5"):
            assert refused(partial(live.message, "subject", text)) == errno.ENOENT

    def test_belong_to_any_device(self, world: World) -> None:
        """Also to one whose target takes no messages."""
        make(world, "subject", line("zero"))

        assert world.control.message("subject", "@stats_create - 1") == "0"


class TestMeasurements:
    def test_tell_groups_and_paths(self, world: World, kernel: Differences, paths: tuple[str, ...]) -> None:
        """A selector's own values are empty there."""
        a, b, c, _ = paths
        make(world, "subject", *multipath(f"0 0 2 1 queue-length 0 2 0 {a} {b} round-robin 0 1 0 {c}"))
        world.control.message("subject", f"fail_path {a}")
        assert eventually(lambda: "F 1" in info_text(world))

        assert world.control.measurements("subject")[0].params == (
            f"target_name=multipath,target_version={kernel.target('multipath')},nr_priority_groups=2,"
            "pg_state_0=E,nr_pgpaths_0=2,path_selector_name_0=queue-length,"
            f"path_name_0_0={a},is_active_0_0=F,fail_count_0_0=1,path_selector_status_0_0=,"
            f"path_name_0_1={b},is_active_0_1=A,fail_count_0_1=0,path_selector_status_0_1=,"
            "pg_state_1=E,nr_pgpaths_1=1,path_selector_name_1=round-robin,"
            f"path_name_1_0={c},is_active_1_0=A,fail_count_1_0=0,path_selector_status_1_0=;"
        )


def test_a_reply_about_a_message_has_no_text(world: World, paths: tuple[str, ...]) -> None:
    """Multipath answers nothing but its success."""
    make(world, "subject", *multipath(TWO.format(*paths)))

    reply = answer(world, codec.TARGET_MSG, name=b"subject", payload=codec.pack_message(0, b"switch_group 2"))
    assert isinstance(reply, codec.Reply)
    assert (reply.text(), reply.flags & codec.FLAG_DATA_OUT) == (None, 0)
