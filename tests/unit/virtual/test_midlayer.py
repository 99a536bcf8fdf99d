"""What Linux makes of each answer to a command."""

import pytest

from multipath.virtual.bio import BlockStatus
from multipath.virtual.midlayer import Verdict, verdict
from multipath.virtual.scsi.reply import GOOD, CheckCondition, HostStatus, ScsiReply, ScsiStatus
from multipath.wire import sense
from multipath.wire.sense import Sense, SenseKey

IOERR = BlockStatus.IOERR
ENDS = [
    (GOOD, BlockStatus.OK),
    (ScsiReply(ScsiStatus.RESERVATION_CONFLICT), BlockStatus.RESV_CONFLICT),
    (ScsiReply(host_status=HostStatus.NO_CONNECT), IOERR),
    (ScsiReply(host_status=HostStatus.TRANSPORT_FAILFAST), BlockStatus.TRANSPORT),
    (ScsiReply(ScsiStatus.CHECK_CONDITION), IOERR),
]
SENSES = [
    (sense.unrecovered_read(8), BlockStatus.MEDIUM),
    (sense.WRITE_PROTECTED, BlockStatus.TARGET),
    (sense.LBA_OUT_OF_RANGE, BlockStatus.TARGET),
    (sense.INVALID_OPCODE, BlockStatus.TARGET),
    (sense.NO_SUCH_UNIT, IOERR),
    (sense.NO_OWNERSHIP, IOERR),
    (sense.STANDBY, IOERR),
    (sense.UNAVAILABLE, IOERR),
    (sense.UNIT_OFFLINE, IOERR),
    (Sense(SenseKey.NOT_READY, 0x3A, 0x00), IOERR),
    (Sense(SenseKey.HARDWARE_ERROR, 0x44, 0x00), BlockStatus.TARGET),
    (Sense(SenseKey.DATA_PROTECT, 0x27, 0x07), BlockStatus.NOSPC),
    (Sense(SenseKey.ABORTED_COMMAND, 0x10, 0x01), BlockStatus.PROTECTION),
    (Sense(SenseKey.NO_SENSE, 0x00, 0x00), IOERR),
]
AGAIN = [
    (ScsiReply(ScsiStatus.BUSY), Verdict(IOERR, again=True, delay=0.003)),
    (ScsiReply(ScsiStatus.TASK_SET_FULL), Verdict(IOERR, again=True, delay=0.003)),
    (ScsiReply(ScsiStatus.TASK_ABORTED), Verdict(IOERR, again=True, counts=True)),
    (ScsiReply(host_status=HostStatus.TIME_OUT), Verdict(IOERR, again=True, counts=True)),
    (ScsiReply(host_status=HostStatus.TRANSPORT_DISRUPTED), Verdict(IOERR, again=True, counts=True)),
    (CheckCondition(sense.TRANSITIONING).reply(), Verdict(IOERR, again=True, delay=1.0)),
    (CheckCondition(sense.POWER_ON).reply(), Verdict(IOERR, again=True)),
    (CheckCondition(sense.CAPACITY_CHANGED).reply(), Verdict(IOERR, again=True)),
    (CheckCondition(Sense(SenseKey.NOT_READY, 0x04, 0x01)).reply(), Verdict(IOERR, again=True, delay=0.003)),
    (CheckCondition(Sense(SenseKey.ABORTED_COMMAND, 0x0B, 0x00)).reply(), Verdict(IOERR, again=True, counts=True)),
    (CheckCondition(Sense(SenseKey.MEDIUM_ERROR, 0x31, 0x00)).reply(), Verdict(IOERR, again=True, counts=True)),
]


class TestAnAnswer:
    @pytest.mark.parametrize(("reply", "status"), ENDS)
    def test_ends_the_io(self, reply: ScsiReply, status: BlockStatus) -> None:
        """Status and host byte."""
        assert verdict(reply) == Verdict(status)

    @pytest.mark.parametrize(("what", "status"), SENSES, ids=str)
    def test_ends_the_io_by_its_sense(self, what: Sense, status: BlockStatus) -> None:
        """What the unit refuses is no path's fault; what the port refuses is."""
        assert verdict(CheckCondition(what).reply()) == Verdict(status)

    @pytest.mark.parametrize(("reply", "what"), AGAIN)
    def test_lets_it_be_sent_again(self, reply: ScsiReply, what: Verdict) -> None:
        """At once or later, a number of times or as long as the time allows."""
        assert verdict(reply) == what

    @pytest.mark.parametrize("status", HostStatus)
    def test_is_known_whatever_the_host_says(self, status: HostStatus) -> None:
        """No host status without a verdict."""
        assert verdict(ScsiReply(host_status=status)).status in BlockStatus

    @pytest.mark.parametrize("key", SenseKey)
    def test_is_known_whatever_the_key(self, key: SenseKey) -> None:
        """No sense key without one."""
        assert verdict(CheckCondition(Sense(key, 0x04, 0x00)).reply()).status in BlockStatus
