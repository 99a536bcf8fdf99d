import errno
import struct

import pytest

from multipath.paths.request import Answer, Operation
from multipath.paths.state import PathState
from multipath.probes.checkers import checker_named, probe

from ..asked import SDA, Scripted, failing, fixed, waited

CAPACITY = Answer(data=struct.pack(">II", 1023, 512))


class TestDirectIo:
    @pytest.mark.parametrize(
        ("answer", "state"),
        [
            (Answer(data=bytes(4096)), PathState.UP),
            (Answer(data=bytes(512)), PathState.DOWN),
            (failing(error=errno.EIO), PathState.DOWN),
        ],
    )
    def test_wants_a_whole_block(self, answer: Answer, state: PathState) -> None:
        """Less is down."""
        asker = Scripted(answer)

        assert waited(probe(checker_named("directio"), asker, SDA, 1.0, state="running")).state is state
        assert asker.asked[0].operation is Operation.READ


class TestReadSectorZero:
    def test_asks_for_the_block_size_once(self) -> None:
        """And reads 4096 bytes in blocks of that size."""
        asker = Scripted(CAPACITY, Answer(data=bytes(4096)))
        checker = checker_named("readsector0")

        states = [waited(probe(checker, asker, SDA, 1.0, state="running")).state for _ in range(2)]

        assert states == [PathState.UP, PathState.UP]
        assert [request.payload[:1].hex() for request in asker.asked] == ["25", "28", "28"]
        assert asker.asked[1].payload[7:9] == b"\0\x08"

    def test_tries_three_times_after_unit_attentions(self) -> None:
        """Then it is down."""
        asker = Scripted(CAPACITY, failing(fixed(6, 0x29, 0)))

        assert waited(probe(checker_named("readsector0"), asker, SDA, 1.0, state="running")).state is PathState.DOWN
        assert len(asker.asked) == 4

    @pytest.mark.parametrize("block", [0, 1, 520, 1 << 31])
    def test_refuses_a_block_size_that_is_none(self, block: int) -> None:
        """It would read more than there is room for, or divide by nothing."""
        asker = Scripted(Answer(data=struct.pack(">II", 1023, block)))

        assert waited(probe(checker_named("readsector0"), asker, SDA, 1.0, state="running")).state is PathState.DOWN


class TestNoChecker:
    def test_believes_the_kernel(self) -> None:
        """Nothing is asked."""
        asker = Scripted(Answer())

        assert waited(probe(checker_named("none"), asker, SDA, 1.0, state="running")).state is PathState.UP
        assert asker.asked == []
