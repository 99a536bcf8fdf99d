"""The checkers of arrays and controllers by HP."""

import errno

import pytest

from multipath.paths.request import Answer, Operation, Silence
from multipath.paths.state import PathState
from multipath.probes.checkers import checker_named, probe
from multipath.probes.verdict import Verdict

from ..asked import SDA, Scripted, failing, fixed, waited

SERIAL = Answer(data=b"\0\x80\0\x04ABCD")


def verdict(name: str, *answers: Answer | Silence) -> tuple[Verdict, Scripted]:
    """Return what a checker says to these answers, and what it asked."""
    asker = Scripted(*answers)
    return waited(probe(checker_named(name), asker, SDA, 1.0, state="running")), asker


class TestAnArrayWithOneActiveController:
    @pytest.mark.parametrize(
        ("answers", "state"),
        [
            ((SERIAL, Answer()), PathState.UP),
            ((SERIAL, failing(fixed(2, 4, 2))), PathState.GHOST),
            ((SERIAL, failing(fixed(6, 0x29, 0))), PathState.GHOST),
            ((SERIAL, failing(status=0, host=1)), PathState.GHOST),
            ((failing(fixed(5, 0x24, 0)),), PathState.WILD),
            ((failing(error=errno.ENOTTY),), PathState.WILD),
            ((failing(fixed(2, 4, 2)),), PathState.DOWN),
            ((failing(status=0, host=1),), PathState.DOWN),
            ((failing(error=errno.ENXIO),), PathState.DOWN),
            ((SERIAL, Silence.DEADLINE), PathState.TIMEOUT),
        ],
    )
    def test_is_there_and_ready_or_not(self, answers: tuple[Answer | Silence, ...], state: PathState) -> None:
        """What answers INQUIRY and is not ready is ghost."""
        assert verdict("hp_sw", *answers)[0].state is state


class TestASmartArrayController:
    @pytest.mark.parametrize(
        ("answer", "state"),
        [
            (Answer(), PathState.UP),
            (failing(fixed(2, 4, 2)), PathState.DOWN),
            (failing(status=0, host=4), PathState.DOWN),
            (failing(error=errno.ENOTTY), PathState.DOWN),
            (Silence.HELD, PathState.TIMEOUT),
        ],
    )
    def test_is_asked_by_its_own_call(self, answer: Answer | Silence, state: PathState) -> None:
        """Up or down."""
        found, asker = verdict("cciss_tur", answer)

        assert found.state is state
        assert [request.operation for request in asker.asked] == [Operation.CCISS]
