"""The open control node: against a kernel of a few lines, which is preloaded, and against files that are none."""

import errno
import itertools
import os
from pathlib import Path

import pytest

from multipath._native import codec
from multipath._native.codec import Request
from multipath._native.control import ControlFile, Unanswered, probe_paths

from .conftest import Scenario


class TestABufferThatIsTooSmall:
    """The kernel answers with a flag, and the call is made again."""

    def test_grows_until_the_reply_fits(self, run: Scenario) -> None:
        """Each attempt doubles the buffer and says its size."""
        sizes = [attempt["data_size"] for attempt in run("grows")["attempts"]]

        assert sizes[-2] < 40_000 <= sizes[-1]
        assert all(after == 2 * before for before, after in itertools.pairwise(sizes))

    def test_leaves_the_request_as_it_was(self, run: Scenario) -> None:
        """The wait is for the event number that was asked for, not for the one in the reply, which never comes."""
        seen = run("grows")

        for attempt in seen["attempts"]:
            assert (attempt["command"], attempt["minor"], attempt["data_start"]) == (codec.DEV_WAIT, 12, 312)
            assert (attempt["event_nr"], attempt["dev"], attempt["flags"]) == (7, 0xFD00, codec.FLAG_NOFLUSH)
        assert seen["event_nr"] == 8

    def test_is_large_enough_the_next_time(self, run: Scenario) -> None:
        """What a command needed once, it gets at once."""
        seen = run("grows_once")

        assert len(seen["first"]) > 1
        assert [attempt["data_size"] for attempt in seen["second"]] == [seen["first"][-1]["data_size"]]

    def test_does_not_grow_for_ever(self, run: Scenario) -> None:
        """A kernel that is never content gets no more than 256 MiB, and the caller an error."""
        seen = run("grows_without_end")

        assert seen["errno"] == errno.ENOMEM
        assert seen["attempts"][-1]["data_size"] <= 256 << 20


class TestAnInterruptedCall:
    """A signal comes while the kernel works."""

    def test_goes_on_after_the_handler(self, run: Scenario) -> None:
        """Every signal is handled, and the call is sent again whole, whatever became of its buffer."""
        seen = run("interrupted")

        assert (seen["handled"], len(seen["attempts"]), seen["event_nr"]) == (3, 4, 8)
        assert all(attempt["event_nr"] == 7 and attempt["data_size"] >= 312 for attempt in seen["attempts"])

    def test_ends_when_the_handler_raises(self, run: Scenario) -> None:
        """What the handler raised reaches the caller, and nothing is sent again."""
        seen = run("interrupted_for_good")

        assert len(seen["attempts"]) == 1
        assert seen["raised"] > 0


class TestAnAnswerThatIsNoReply:
    """The kernel refuses, or answers a number."""

    def test_is_unanswered_when_it_is_positive(self, run: Scenario) -> None:
        """A positive result means not done, and carries no reply."""
        seen = run("unanswered")

        assert (seen["result"], seen["said"], len(seen["attempts"])) == (2, "result 2, and no reply", 1)

    def test_is_the_kernels_errno(self, run: Scenario) -> None:
        """An error is raised at once, as the kernel gave it."""
        seen = run("refused")

        assert (seen["errno"], len(seen["attempts"])) == (errno.ENXIO, 1)


class TestASecret:
    """The kernel wipes the whole buffer, header included, as soon as it has read it."""

    def test_is_sent_whole_each_time(self, run: Scenario) -> None:
        """An interruption and a small buffer do no harm: nothing is taken from the wiped buffer."""
        seen = run("secret")

        assert seen["text"] == "key 0123"
        assert all(attempt["name"] == "mpatha" and attempt["data_size"] >= 312 for attempt in seen["attempts"])
        assert {attempt["flags"] for attempt in seen["attempts"]} == {codec.FLAG_SECURE_DATA}


class TestSeveralThreads:
    """One control file, many callers."""

    def test_run_while_one_is_in_the_kernel(self, run: Scenario) -> None:
        """The interpreter is free while an ioctl blocks."""
        assert run("blocked") == {"ran_beside": True}

    @pytest.mark.slow
    def test_share_nothing_but_the_descriptor(self, run: Scenario) -> None:
        """Each gets the answer to its own question."""
        assert run("shared") == {"wrong": []}


class TestAFileThatIsNoControlNode:
    """What can be had without device-mapper."""

    @pytest.mark.parametrize("path", ["/dev/null", "/dev/zero"])
    def test_does_not_know_the_command(self, path: str) -> None:
        """The kernel's own errno comes back."""
        control = ControlFile(path)

        with pytest.raises(OSError, match=os.strerror(errno.ENOTTY)) as caught:
            control.call(Request(codec.VERSION))

        assert caught.value.errno == errno.ENOTTY

    def test_is_not_opened_when_it_is_not_there(self, tmp_path: Path) -> None:
        """The error names no descriptor that would have to be closed."""
        with pytest.raises(FileNotFoundError):
            ControlFile(str(tmp_path / "control"))

    def test_refuses_to_probe_paths(self) -> None:
        """A descriptor that is no map."""
        with open("/dev/null", encoding="ascii") as null, pytest.raises(OSError, match=os.strerror(errno.ENOTTY)):
            probe_paths(null.fileno())

    @pytest.mark.parametrize("request_", [None, "status", b""])
    def test_takes_requests_alone(self, request_: object) -> None:
        """Nothing else is read as if it were a request."""
        with pytest.raises(TypeError):
            ControlFile("/dev/null").call(request_)  # type: ignore[arg-type]


class TestAClosedControlFile:
    """After ``close``."""

    def test_has_no_descriptor(self) -> None:
        """Closed twice is closed once, and the number is -1."""
        control = ControlFile("/dev/null")
        fd = control.fileno()

        control.close()
        control.close()

        assert control.fileno() == -1
        with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
            os.fstat(fd)

    def test_calls_nobody(self) -> None:
        """A call finds no descriptor, and never one that another file got since."""
        control = ControlFile("/dev/null")

        control.close()

        with pytest.raises(OSError, match=os.strerror(errno.EBADF)):
            control.call(Request(codec.VERSION))

    def test_is_not_inherited(self) -> None:
        """A program that is started does not get the armed counter."""
        assert not os.get_inheritable(ControlFile("/dev/null").fileno())


class TestAnUnansweredCall:
    """`Unanswered` as an exception."""

    def test_says_its_number(self) -> None:
        """The number is in the attribute, in the arguments and in the text."""
        unanswered = Unanswered(2)

        assert (unanswered.result, unanswered.args, str(unanswered)) == (2, (2,), "result 2, and no reply")
