import errno

import pytest

from multipath.paths.request import Answer, Silence
from multipath.paths.state import PathState
from multipath.probes.checkers import checker_named, probe
from multipath.probes.verdict import Verdict

from ..asked import SDA, Scripted, failing, fixed, waited

READY = Answer()
ATTENTION = failing(fixed(6, 0x29, 0))


def verdict(*answers: Answer | Silence | BaseException, name: str = "tur") -> tuple[Verdict, Scripted]:
    """Return what the checker says to these answers, and what it asked."""
    asker = Scripted(*answers)
    return waited(probe(checker_named(name), asker, SDA, 1.0, state="running")), asker


class TestUnitsThatAreAsked:
    @pytest.mark.parametrize(
        ("answer", "state"),
        [
            (READY, PathState.UP),
            (failing(status=0x18), PathState.UP),
            (failing(fixed(2, 4, 0x0B)), PathState.GHOST),
            (failing("72020 40b 00000000".replace(" ", "")), PathState.GHOST),
            (failing("71000200000000 0a 00000000 040b 00000000".replace(" ", "")), PathState.GHOST),
            (failing(fixed(2, 4, 0x0A)), PathState.PENDING),
            (failing(fixed(5, 0x25, 0)), PathState.DISCONNECTED),
            (failing(fixed(2, 4, 0x03)), PathState.DOWN),
            (failing(fixed(3, 0x11, 0)), PathState.DOWN),
            (failing("ffffffff"), PathState.DOWN),
            (failing(status=0x08), PathState.DOWN),
            (failing(status=0, host=1), PathState.DOWN),
            (failing(error=errno.ENOTTY), PathState.WILD),
            (failing(error=errno.ENXIO), PathState.DOWN),
        ],
    )
    def test_are_judged_by_their_answer(self, answer: Answer, state: PathState) -> None:
        """Status, host byte and sense data, in both formats, current and deferred."""
        assert verdict(answer)[0].state is state

    def test_are_asked_again_after_a_unit_attention(self) -> None:
        """It tells that something happened, not what is."""
        found, asker = verdict(ATTENTION, READY)

        assert (found.state, len(asker.asked)) == (PathState.UP, 2)

    @pytest.mark.parametrize(
        ("host", "asked"), [(0x02, 5), (0x03, 5), (0x0E, 5), (0x01, 1), (0x04, 1), (0x05, 1), (0x0F, 1)]
    )
    def test_are_asked_five_times_where_that_may_help(self, host: int, asked: int) -> None:
        """Not where there is no way to them, or the command was aborted."""
        found, asker = verdict(failing(status=0, host=host))

        assert (found.state, len(asker.asked)) == (PathState.DOWN, asked)

    @pytest.mark.parametrize("silence", Silence)
    def test_may_be_silent(self, silence: Silence) -> None:
        """That is a time-out, and the message says of which kind."""
        found, _ = verdict(silence)

        assert found.state is PathState.TIMEOUT
        assert silence in found.message


class TestAKernelThatKnowsBetter:
    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("offline", PathState.DOWN),
            ("blocked", PathState.PENDING),
            ("quiesce", PathState.PENDING),
            ("odd", PathState.DOWN),
        ],
    )
    def test_is_believed_without_a_question(self, state: str, expected: PathState) -> None:
        """The device is not asked."""
        asker = Scripted(READY)

        assert waited(probe(checker_named("tur"), asker, SDA, 1.0, state=state)).state is expected
        assert asker.asked == []


class TestACheckerThatBreaks:
    def test_is_wild_and_named(self) -> None:
        """Its exception goes no further."""
        found, _ = verdict(RuntimeError("boom\x1b"))

        assert found == Verdict(PathState.WILD, "the checker TestUnitReady raised RuntimeError: boom\\x1b")


class TestAQuestionThatNobodyCouldAsk:
    @pytest.mark.parametrize("error", [errno.ECANCELED, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM])
    def test_says_nothing_about_the_path(self, error: int) -> None:
        """A worker that was killed, or that could not be started, is no reason to fail a path."""
        found, _ = verdict(failing(error=error))

        assert found == Verdict(PathState.PENDING, f"it could not be asked: {errno.errorcode[error]}")
