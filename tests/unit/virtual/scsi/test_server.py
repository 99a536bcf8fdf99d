"""What an array answers: commands in, status, data and sense out."""

import pytest

from multipath.paths.path import Path
from multipath.units import Sectors
from multipath.virtual.commands import VirtualCommands
from multipath.virtual.model import Model
from multipath.virtual.port import AccessState
from multipath.virtual.reservations import ReservationType
from multipath.virtual.scsi.reply import ScsiStatus
from multipath.wire import sense
from multipath.wire.sense import Sense
from multipath.wire.vpd import logical_unit, parse_designators

from ..san import San, ask, sense_of

RDAC = Model(is_rdac=True)
INQUIRY, READ, WRITE, FLUSH = (
    "12 00 00 00 60 00",
    "28 00 00000000 00 0001 00",
    "2a 00 00000000 00 0001 00",
    "35" + "00" * 9,
)
READ_6 = "08 000000 01 00"
TUR, LUNS, REQUEST_SENSE = "00" * 6, "a0 00 00 00 00 00 00000100 00 00", "03 00 00 00 20 00"
CAPACITY_10, CAPACITY_16 = "25" + "00" * 9, "9e 10 0000000000000000 00000020 00 00"
RTPG, RTPG_EXTENDED = "a3 0a 00 00 00 00 00001000 00 00", "a3 2a 00 00 00 00 00001000 00 00"
STPG = "a4 0a 00 00 00 00 00000008 00 00"
KEYS, HELD, CAN, STATUS = (f"5e {action:02x} 00 00 00 00 00 1000 00" for action in range(4))
MODES, MODES_10 = "1a 08 3f 00 ff 00", "5a 08 3f 00 00 00 00 00ff 00"


def reserve_out(action: int, kind: int = 0, length: int = 24) -> str:
    """Return the command PERSISTENT RESERVE OUT."""
    return bytes((0x5F, action, kind, 0, 0, 0, 0, 0, length, 0)).hex()


class TestACommandThatIsWrong:
    @pytest.mark.parametrize(
        ("cdb", "what"),
        [
            ("ff 00 00 00 00 00", sense.INVALID_OPCODE),
            ("", sense.INVALID_OPCODE),
            ("28 00 00000000", sense.INVALID_FIELD_IN_CDB),
            ("12 00 83 00 60 00", sense.INVALID_FIELD_IN_CDB),
            ("12 01 99 00 60 00", sense.INVALID_FIELD_IN_CDB),
            ("12 01 c9 00 60 00", sense.INVALID_FIELD_IN_CDB),
            ("28 e0 00000000 00 0001 00", sense.INVALID_FIELD_IN_CDB),
            ("28 00 00000800 00 0001 00", sense.LBA_OUT_OF_RANGE),
            ("28 00 000007ff 00 0002 00", sense.LBA_OUT_OF_RANGE),
            ("88 00 ffffffffffffffff 00000001 00 00", sense.LBA_OUT_OF_RANGE),
            ("91 00 0000000000000800 00000001 00 00", sense.LBA_OUT_OF_RANGE),
            (WRITE, sense.INVALID_FIELD_IN_CDB),
            ("9e 11" + "00" * 14, sense.INVALID_FIELD_IN_CDB),
            ("a0 00 07 00 00 00 00000100 00 00", sense.INVALID_FIELD_IN_CDB),
            ("1a 08 2a 00 ff 00", sense.INVALID_FIELD_IN_CDB),
            ("5e 1f 00 00 00 00 00 1000 00", sense.INVALID_FIELD_IN_CDB),
            (RTPG, sense.INVALID_FIELD_IN_CDB),
            (STPG, sense.INVALID_FIELD_IN_CDB),
            ("55 10 00 00 00 00 00 0010 00", sense.INVALID_FIELD_IN_CDB),
            (reserve_out(0, length=8), sense.PARAMETER_LIST_LENGTH),
            (reserve_out(0), sense.PARAMETER_LIST_LENGTH),
        ],
    )
    def test_is_refused_with_the_reason(self, san: San, cdb: str, what: Sense) -> None:
        """Nothing was done."""
        array = san.fabric.add_array(paths=1, size=2048)

        reply = ask(array, cdb)

        assert (reply.status, sense_of(reply), reply.data) == (ScsiStatus.CHECK_CONDITION, what, b"")

    @pytest.mark.parametrize(
        ("action", "kind", "flags", "what"),
        [
            (7, 0, 0, sense.INVALID_FIELD_IN_CDB),
            (1, 2, 0, sense.INVALID_FIELD_IN_CDB),
            (1, 0x15, 0, sense.INVALID_FIELD_IN_CDB),
            (0, 0, 8, sense.INVALID_FIELD_IN_PARAMETERS),
        ],
    )
    def test_may_be_a_reservation_that_nobody_can_have(
        self, san: San, action: int, kind: int, flags: int, what: Sense
    ) -> None:
        """An unknown action, type or scope, and ports that are named."""
        array = san.fabric.add_array(paths=1)

        reply = ask(array, reserve_out(action, kind), bytes(20) + bytes((flags, 0, 0, 0)))

        assert sense_of(reply) == what


class TestALunWithoutAUnit:
    def test_says_so_to_commands_that_need_one(self, san: San) -> None:
        """With a code that no path is better for, but that Linux takes for a path's failure."""
        array = san.fabric.add_array(paths=1)

        for cdb in (TUR, READ, CAPACITY_16):
            assert sense_of(ask(array, cdb, lun=7)) == sense.NO_SUCH_UNIT

    def test_answers_what_any_lun_answers(self, san: San) -> None:
        """INQUIRY with the qualifier for nothing there, REPORT LUNS, and REQUEST SENSE."""
        array = san.fabric.add_array(paths=1, units=2)

        assert ask(array, INQUIRY, lun=7).data[0] == 0x7F
        assert ask(array, "12 01 00 00 60 00", lun=7).data == bytes((0x7F, 0, 0, 1, 0))
        assert ask(array, LUNS, lun=7).data == bytes((0, 0, 0, 16, *bytes(4), *bytes(8), 0, 1, *bytes(6)))
        assert sense.parse_sense(ask(array, REQUEST_SENSE, lun=7).data) == sense.NO_SUCH_UNIT


class TestIdentification:
    def test_names_the_array_in_padded_text(self, san: San) -> None:
        """With the length that follows, cut to what there is room for."""
        data = ask(san.fabric.add_array(paths=1), INQUIRY).data

        assert (data[8:16], data[16:32], data[32:36]) == (b"LIO-ORG ", b"VIRTUAL-DISK    ", b"4.0 ")
        assert len(data) == data[4] + 5
        assert ask(san.fabric.arrays[0], "12 00 00 00 05 00").data == data[:5]

    def test_is_the_same_unit_down_every_path_through_its_own_port(self, san: San) -> None:
        """The designators of the unit agree, those of the port differ."""
        array = san.fabric.add_array(paths=2, groups=["optimized", "standby"])
        pages = [ask(array, "12 01 83 10 00 00", path=path).data for path in (0, 1)]

        assert logical_unit(pages[0]) == logical_unit(pages[1])
        assert {str(item) for item in logical_unit(pages[0])} >= {f"naa.{array.wwid[1:]}"}
        assert [item.value for item in parse_designators(pages[1]) if item.kind in (4, 5)] == [b"\0\0\0\2", b"\0\0\0\2"]

    def test_lists_its_pages(self, san: San) -> None:
        """Each of those can be read, with its code and length."""
        array = san.fabric.add_array(paths=1)
        pages = ask(array, "12 01 00 10 00 00").data[4:]

        assert pages == bytes((0x00, 0x80, 0x83, 0xB0))
        for page in pages:
            data = ask(array, f"12 01 {page:02x} 10 00 00").data
            assert (data[1], int.from_bytes(data[2:4], "big")) == (page, len(data) - 4)

    def test_reaches_the_library_through_its_seam(self, san: San) -> None:
        """The page that a `Path` asks for."""
        array = san.fabric.add_array(paths=1)
        disk = array.paths[0]
        path = Path(disk.name, disk.devt, Sectors(8), None, None, None, disk.hctl, "running", disk.diskseq)

        assert VirtualCommands(san.devices).vpd_page(path, 0x83) == ask(array, "12 01 83 10 00 00").data


class TestTheSize:
    @pytest.mark.parametrize(("block_size", "last"), [(512, 2047), (4096, 255)])
    def test_is_told_in_blocks(self, san: San, block_size: int, last: int) -> None:
        """The last one, and how many bytes it has."""
        array = san.fabric.add_array(paths=1, size=2048, block_size=block_size)
        size = block_size.to_bytes(4, "big")

        assert ask(array, CAPACITY_10).data == last.to_bytes(4, "big") + size
        assert ask(array, CAPACITY_16).data[:12] == last.to_bytes(8, "big") + size

    def test_may_be_too_large_for_the_short_command(self, san: San) -> None:
        """Which says so by the largest number that it has."""
        array = san.fabric.add_array(paths=1, size=1 << 33)

        assert ask(array, CAPACITY_10).data[:4] == b"\xff\xff\xff\xff"


class TestBlocks:
    @pytest.mark.parametrize("read", [READ, READ_6, "88 00 0000000000000000 00000001 00 00"])
    def test_are_read_as_they_were_written(self, san: San, read: str) -> None:
        """Through another port, with each form of the command."""
        array = san.fabric.add_array(paths=2)

        assert ask(array, WRITE, b"a" * 512).status is ScsiStatus.GOOD
        assert ask(array, read, path=1).data == b"a" * 512
        assert ask(array, FLUSH).status is ScsiStatus.GOOD
        assert (array.units[0].reads_seen, array.units[0].writes_seen, array.units[0].flushes_seen) == (1, 1, 1)

    def test_of_none_are_nothing(self, san: San) -> None:
        """A length of zero is no error, but in a READ (6), where it means 256."""
        array = san.fabric.add_array(paths=1)

        assert ask(array, "28 00 00000000 00 0000 00").data == b""
        assert len(ask(array, "08 000000 00 00").data) == 256 * 512

    def test_may_be_protected(self, san: San) -> None:
        """Which MODE SENSE tells, in either form."""
        array = san.fabric.add_array(paths=1)
        array.units[0].write_protected = True

        assert sense_of(ask(array, WRITE, bytes(512))) == sense.WRITE_PROTECTED
        assert (ask(array, MODES).data[2], ask(array, MODES_10).data[3]) == (0x90, 0x90)

    def test_may_be_unreadable(self, san: San) -> None:
        """The sense data has the first of them; a write puts a spare block in its place."""
        array = san.fabric.add_array(paths=1)
        array.units[0].medium_error(5, 2)

        assert sense_of(ask(array, "28 00 00000003 00 0008 00")) == sense.unrecovered_read(5)
        ask(array, "2a 00 00000005 00 0001 00", bytes(512))
        assert sense_of(ask(array, "28 00 00000003 00 0008 00")) == sense.unrecovered_read(6)
        array.units[0].repair()
        assert ask(array, "28 00 00000003 00 0008 00").status is ScsiStatus.GOOD


class TestAUnitAttention:
    def test_is_told_once_to_each_nexus(self, san: San) -> None:
        """In place of the command, which is not executed."""
        array = san.fabric.add_array(paths=2)
        array.units[0].resize(4096)

        for path in (0, 1):
            assert sense_of(ask(array, WRITE, bytes(512), path=path)) == sense.CAPACITY_CHANGED
            assert ask(array, WRITE, bytes(512), path=path).status is ScsiStatus.GOOD
        assert array.units[0].writes_seen == 2

    def test_does_not_come_in_the_way_of_identification(self, san: San) -> None:
        """REQUEST SENSE tells it as data."""
        array = san.fabric.add_array(paths=1)
        array.units[0].resize(4096)

        assert ask(array, INQUIRY).status is ScsiStatus.GOOD
        assert ask(array, LUNS).status is ScsiStatus.GOOD
        assert sense.parse_sense(ask(array, REQUEST_SENSE).data) == sense.CAPACITY_CHANGED
        assert sense.parse_sense(ask(array, "03 01 00 00 20 00").data) == sense.NO_SENSE

    def test_follows_a_lun_that_was_given_to_another_unit(self, san: San) -> None:
        """At every unit that the list changed, and at this one that it is another."""
        array = san.fabric.add_array(paths=1, units=2)
        array.remap(0, array.units[1])

        assert sense_of(ask(array, TUR, lun=0)) == sense.REPORTED_LUNS_CHANGED
        assert sense_of(ask(array, TUR, lun=0)) == sense.INQUIRY_CHANGED
        assert ask(array, TUR, lun=0).status is ScsiStatus.GOOD
        assert ask(array, "12 01 80 00 60 00", lun=0).data[4:] == array.units[1].serial.encode()


STATES = {
    AccessState.OPTIMIZED: None,
    AccessState.NON_OPTIMIZED: None,
    AccessState.LBA_DEPENDENT: None,
    AccessState.STANDBY: sense.STANDBY,
    AccessState.UNAVAILABLE: sense.UNAVAILABLE,
    AccessState.OFFLINE: sense.UNIT_OFFLINE,
    AccessState.TRANSITIONING: sense.TRANSITIONING,
}


class TestAnAccessState:
    @pytest.mark.parametrize("state", AccessState)
    def test_lets_commands_in_or_not(self, san: San, state: AccessState) -> None:
        """What identifies a unit comes through in every state."""
        array = san.fabric.add_array(paths=1, groups=[state], alua="implicit")

        for cdb in (TUR, READ):
            reply = ask(array, cdb)
            assert (sense_of(reply) if reply.sense else None) == STATES[state]
        for cdb in (INQUIRY, LUNS, RTPG, REQUEST_SENSE):
            assert ask(array, cdb).status is ScsiStatus.GOOD

    @pytest.mark.parametrize("cdb", [CAPACITY_10, CAPACITY_16, KEYS, MODES])
    def test_of_standby_lets_in_what_needs_no_medium(self, san: San, cdb: str) -> None:
        """Unavailable does not."""
        array = san.fabric.add_array(paths=2, groups=["standby", "unavailable"])

        assert ask(array, cdb).status is ScsiStatus.GOOD
        assert sense_of(ask(array, cdb, path=1)) == sense.UNAVAILABLE

    def test_is_reported_with_either_header(self, san: San) -> None:
        """The extended one has the time that a transition may take."""
        array = san.fabric.add_array(paths=2, groups=["optimized", "standby"])
        array.groups[0].preferred = True
        groups = "80 cf 0001 00 00 00 01 00000001  02 cf 0002 00 00 00 01 00000002"

        assert ask(array, RTPG).data == bytes.fromhex("00000018" + groups)
        assert ask(array, RTPG_EXTENDED).data == bytes.fromhex("0000001c 10 3c 0000" + groups)

    def test_may_be_set_where_that_is_offered(self, san: San) -> None:
        """The one who asked is not told; the other nexus is."""
        array = san.fabric.add_array(paths=2, groups=["optimized", "standby"], alua="explicit")

        assert ask(array, STPG, bytes.fromhex("00000000 00 00 0002")).status is ScsiStatus.GOOD
        assert array.groups[1].state is AccessState.OPTIMIZED
        assert ask(array, TUR).status is ScsiStatus.GOOD
        assert sense_of(ask(array, TUR, path=1)) == sense.ACCESS_STATE_CHANGED

    @pytest.mark.parametrize("descriptor", ["0f 00 0001", "0e 00 0001", "00 00 0009"])
    def test_may_not_be_set_to_anything(self, san: San, descriptor: str) -> None:
        """No state that nobody can set, no group that is not there."""
        array = san.fabric.add_array(paths=1, alua="explicit")

        reply = ask(array, STPG, bytes.fromhex("00000000" + descriptor))

        assert sense_of(reply) == sense.INVALID_FIELD_IN_PARAMETERS
        assert array.groups[0].state is AccessState.OPTIMIZED


class TestAReservationOfAnotherHost:
    @pytest.mark.parametrize("kind", ReservationType)
    def test_keeps_this_host_out(self, san: San, kind: ReservationType) -> None:
        """As far as its type goes."""
        array = san.fabric.add_array(paths=1)
        other = array.other_host()
        other.register(0xB)
        other.reserve(0xB, kind)

        conflict = ScsiStatus.RESERVATION_CONFLICT
        assert ask(array, WRITE, bytes(512)).status is conflict
        assert ask(array, FLUSH).status is conflict
        assert ask(array, READ).status is (conflict if kind.forbids_reads else ScsiStatus.GOOD)
        for cdb in (TUR, INQUIRY, CAPACITY_10, KEYS):
            assert ask(array, cdb).status is ScsiStatus.GOOD
        assert other.execute(bytes.fromhex(WRITE), bytes(512)).status is ScsiStatus.GOOD

    def test_can_be_read(self, san: San) -> None:
        """Keys, holder, and each registration with the port that it came from."""
        array = san.fabric.add_array(paths=2)
        other = array.other_host()
        other.register(0xB, port=1)
        other.reserve(0xB, ReservationType.WRITE_EXCLUSIVE, port=1)
        name = other.nexuses[0].initiator.name

        assert ask(array, KEYS).data == bytes.fromhex("00000001 00000008 000000000000000b")
        assert ask(array, HELD).data == bytes.fromhex("00000001 00000010 000000000000000b 00000000 00 01 0000")
        assert ask(array, CAN).data == bytes.fromhex("0008 05 80 ea01 0000")
        assert ask(array, STATUS).data == bytes.fromhex(
            f"00000001 00000030 000000000000000b 00000000 01 01 00000000 0002 00000018 00{0:014x}{name:016x}{0:016x}"
        )

    def test_can_be_taken_over(self, san: San) -> None:
        """By whoever registers and preempts; the other host is told that it lost."""
        array = san.fabric.add_array(paths=1)
        other = array.other_host()
        other.register(0xB)
        other.reserve(0xB, ReservationType.EXCLUSIVE_ACCESS)

        ask(array, reserve_out(0), bytes(8) + (0xA).to_bytes(8, "big") + bytes(8))
        ask(array, reserve_out(5, 3), (0xA).to_bytes(8, "big") + (0xB).to_bytes(8, "big") + bytes(8))

        assert ask(array, WRITE, bytes(512)).status is ScsiStatus.GOOD
        assert sense_of(other.execute(bytes.fromhex(TUR))) == sense.REGISTRATIONS_PREEMPTED
        assert other.execute(bytes.fromhex(READ)).status is ScsiStatus.RESERVATION_CONFLICT

    def test_may_be_registered_for_every_port(self, san: San) -> None:
        """With the bit that asks for it."""
        array = san.fabric.add_array(paths=2)

        ask(array, reserve_out(0), bytes(8) + (0xA).to_bytes(8, "big") + bytes((0, 0, 0, 0, 4, 0, 0, 0)))

        assert ask(array, KEYS).data[:8] == bytes.fromhex("00000001 00000010")


class TestAnRdacArray:
    def test_serves_a_unit_through_one_controller(self, san: San) -> None:
        """The volume access page tells which; the other one refuses I/O."""
        array = san.fabric.add_array(paths=2, groups=["optimized", "optimized"], alua="none", model=RDAC)
        page = "12 01 c9 00 60 00"

        assert [ask(array, page, path=path).data[:10].hex(" ") for path in (0, 1)] == [
            "00 c9 00 2c 76 61 63 31 01 02",
            "00 c9 00 2c 76 61 63 31 00 02",
        ]
        assert ask(array, READ).status is ScsiStatus.GOOD
        assert sense_of(ask(array, READ, path=1)) == sense.NO_OWNERSHIP

    @pytest.mark.parametrize(
        ("cdb", "head"),
        [("15 10 00 00 6e 00", "00000000 2c 68"), ("55 10 00 00 00 00 00 0114 00", "0000000000000000 6c 01 0108")],
    )
    def test_lets_a_host_move_it(self, san: San, cdb: str, head: str) -> None:
        """With either form of MODE SELECT, by the LUN's place in a table."""
        array = san.fabric.add_array(paths=2, groups=["optimized", "optimized"], alua="none", model=RDAC)
        parameters = bytes.fromhex(head) + bytes(6) + b"\x81"

        assert ask(array, cdb, parameters.ljust(0x114, b"\0"), path=1).status is ScsiStatus.GOOD
        assert array.units[0].owner is array.groups[1]
