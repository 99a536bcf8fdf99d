"""What answers mean: each text of each release as an error of its kind."""

import pytest

from multipath import errors
from multipath.multipathd import reply

from .stand_in import said

ROWS: list[tuple[str, type[errors.DaemonError]]] = [
    ("fail\n", errors.DaemonRefused),
    ("fail\ntimeout\n", errors.DaemonBusy),
    ("timeout\n", errors.DaemonBusy),
    ("fail\ndevice not found\n", errors.DaemonNotFound),
    ("fail\nmap or partition in use\n", errors.DaemonMapInUse),
    ("fail\npermission deny: need to be root\n", errors.DaemonDenied),
    ("permission deny: need to be root\n", errors.DaemonDenied),
    ("blacklisted\n", errors.DaemonBlacklisted),
    ("fail\nblacklisted\n", errors.DaemonBlacklisted),
    ("fail\nsomething that no release says yet\n", errors.DaemonRefused),
    (said("0.9.4", "refused.txt"), errors.DaemonRefused),
    (said("0.15.1", "refused.txt"), errors.DaemonNotFound),
    (said("0.9.4", "help.txt"), errors.DaemonCommandUnknown),
    (said("0.15.1", "help.txt"), errors.DaemonCommandUnknown),
]


class TestARefusal:
    @pytest.mark.parametrize(("text", "kind"), ROWS)
    def test_is_an_error_of_its_kind(self, text: str, kind: type[errors.DaemonError]) -> None:
        """With the command and what was said."""
        with pytest.raises(errors.DaemonError) as raised:
            reply.answer("del map mpatha", text)

        assert type(raised.value) is kind
        assert raised.value.command == "del map mpatha"

    def test_is_one_line_with_the_command_the_cause_and_what_to_do(self) -> None:
        """Whatever kind it is of."""
        for text, _ in ROWS:
            with pytest.raises(errors.DaemonError) as raised:
                reply.answer("del map mpatha", text)
            message = str(raised.value)

            assert message.startswith("multipathd, asked to 'del map mpatha': ")
            assert "\n" not in message

    def test_keeps_a_reason_that_nobody_knows(self) -> None:
        """Newer releases will have others."""
        with pytest.raises(errors.DaemonRefused, match="the moon is full"):
            reply.answer("del map mpatha", "fail\nthe moon is full\n")

    def test_is_also_what_python_calls_such_errors(self) -> None:
        """Who waits for a TimeoutError or a LookupError gets it."""
        assert issubclass(errors.DaemonBusy, TimeoutError)
        assert issubclass(errors.DaemonTimeout, TimeoutError)
        assert issubclass(errors.DaemonNotFound, errors.NotFound)


class TestAnAnswer:
    @pytest.mark.parametrize("text", ["ok\n", "sda\n", "fail2\n", "timeout\nsda\n", "blacklisted 36001\nx\n", ""])
    def test_that_only_looks_like_a_refusal_is_an_answer(self, text: str) -> None:
        """A map may be called anything."""
        assert reply.answer("show maps", text) == text

    def test_may_be_that_it_will_be_done(self) -> None:
        """A path of a map that udev has not seen yet is removed later."""
        assert reply.done("del path sda", "ok\n")
        assert not reply.done("del path sda", "delayed\n")

    def test_that_is_neither_ok_nor_fail_is_malformed_where_nothing_is_told(self) -> None:
        """Nobody would know whether it was done."""
        with pytest.raises(errors.DaemonReplyMalformed, match="it said 'perhaps', neither ok nor fail"):
            reply.done("del map mpatha", "perhaps\n")


class TestTheListOfCommands:
    @pytest.mark.parametrize(("release", "count"), [("0.9.4", 57), ("0.15.1", 61)])
    def test_has_every_command_of_a_release(self, release: str, count: int) -> None:
        """By the words that this library uses."""
        text = said(release, "help.txt")

        assert reply.release(text) == release
        assert len(reply.commands(text)) == count
        assert {"show maps json", "del map $map", "switchgroup map $map group $group"} <= set(reply.commands(text))

    def test_of_something_else_is_empty(self) -> None:
        """A daemon that knows a command ``help`` one day."""
        assert (reply.release("so help yourself"), reply.commands("so help yourself")) == ("unknown", ())
