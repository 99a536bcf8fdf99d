"""The checker of RDAC arrays."""

import errno

import pytest

from multipath.paths.request import Answer, Operation, Silence
from multipath.paths.state import PathState
from multipath.probes.checkers import checker_named, probe
from multipath.probes.verdict import Verdict

from ..asked import SDA, Scripted, failing, fixed, waited
from ..pages import page, sent

SET = sent("control-page-set")  # nothing to be set: the page is asked for next


def verdict(*answers: Answer | Silence) -> Verdict:
    """Return what the checker says to these answers, the array being told already."""
    return waited(probe(checker_named("rdac"), Scripted(SET, *answers), SDA, 1.0, state="running"))


class TestAVolume:
    @pytest.mark.parametrize(
        ("name", "state"),
        [
            ("rdac-owned", PathState.UP),
            ("rdac-other", PathState.GHOST),
            ("rdac-io-shipping", PathState.UP),
            ("rdac-unavailable", PathState.DOWN),
            ("rdac-starting", PathState.DOWN),
            ("rdac-switching", PathState.UP),
            ("rdac-unconnected", PathState.DOWN),
        ],
    )
    def test_is_where_its_page_says(self, name: str, state: PathState) -> None:
        """Up where the controller has it or passes I/O on, ghost on the other one."""
        assert verdict(sent(name)).state is state

    def test_says_why_its_controller_is_unavailable(self) -> None:
        """In the vendor's own number."""
        assert "service mode" in verdict(sent("rdac-unavailable")).message

    @pytest.mark.parametrize(
        "answer",
        [
            failing(fixed(2, 4, 3)),
            failing(status=0, host=1),
            failing(error=errno.ENXIO),
            sent("emc-owned"),
            Answer(),
        ],
    )
    def test_is_down_where_the_page_is_not_sent(self, answer: Answer) -> None:
        """Refused, lost, another page, nothing."""
        assert verdict(answer).state is PathState.DOWN

    @pytest.mark.parametrize("answer", [failing(fixed(5, 0x24, 0)), failing(error=errno.ENOTTY)])
    def test_is_wild_where_there_is_no_such_page(self, answer: Answer) -> None:
        """The device is of another kind."""
        assert verdict(answer).state is PathState.WILD

    def test_may_be_sent_at_the_second_attempt(self) -> None:
        """A recovered error is none."""
        assert verdict(failing(fixed(1, 0, 0), data=page("rdac-owned"))).state is PathState.UP

    def test_is_asked_five_times_where_the_transport_fails(self) -> None:
        """And once for its control page."""
        asker = Scripted(SET, failing(status=0, host=7))

        assert waited(probe(checker_named("rdac"), asker, SDA, 1.0, state="running")).state is PathState.DOWN
        assert len(asker.asked) == 6


class TestAnArrayThatHidesAborts:
    def test_is_told_to_tell_once(self) -> None:
        """The bit is set in the page that it sent; header and saveable bit are cleared."""
        owned = sent("rdac-owned")
        asker = Scripted(sent("control-page"), sent("control-page-changeable"), Answer(), owned)
        checker = checker_named("rdac")

        for _ in range(2):
            assert waited(probe(checker, asker, SDA, 1.0, state="running")).state is PathState.UP

        assert [request.payload[0] for request in asker.asked] == [0x5A, 0x5A, 0x55, 0x12, 0x12]
        assert asker.asked[2].operation is Operation.SCSI_OUT
        assert asker.asked[2].data.hex(" ") == "00 00 00 00 00 00 00 00 0a 0a 02 00 00 40 00 00 00 00 00 00"

    @pytest.mark.parametrize("refusal", [failing(fixed(5, 0x20, 0)), Answer(), sent("rdac-owned")])
    def test_may_refuse(self, refusal: Answer) -> None:
        """That decides nothing."""
        asker = Scripted(refusal, sent("rdac-owned"))

        assert waited(probe(checker_named("rdac"), asker, SDA, 1.0, state="running")).state is PathState.UP
        assert len(asker.asked) == 2

    def test_is_told_later_where_it_was_silent(self) -> None:
        """The check has timed out; the next begins with the same question."""
        asker = Scripted(Silence.DEADLINE, SET, sent("rdac-owned"))
        checker = checker_named("rdac")

        states = [waited(probe(checker, asker, SDA, 1.0, state="running")).state for _ in range(2)]

        assert states == [PathState.TIMEOUT, PathState.UP]
